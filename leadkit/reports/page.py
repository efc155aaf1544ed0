"""One page of HTML that holds all it needs, and whose own policy lets it ask nobody for anything."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from leadkit.notebooks.document import Notebook
from leadkit.reports.cells import Clean, Parts, parts_of
from leadkit.reports.drawings import Drawing, in_both_themes, program_for

Theme = Literal["auto", "light", "dark"]


def page(notebook: Notebook, *, name: str, theme: Theme, clean: Clean) -> str:
    """The page of a notebook that was run: the same notebook gives the same bytes.

    Args:
        notebook: with its outputs.
        name: what it is called.
        theme: ``"auto"`` follows the reader's system.
        clean: takes out of a text what must not be shown.
    """
    parts = parts_of(notebook, untitled=name, clean=clean)
    scripts = _scripts(parts.drawings)
    return _PAGE.format(
        theme=theme,
        policy=_policy(scripts),
        title=escape(parts.title),
        style=_file("page.css"),
        body="\n".join(parts.body),
        code=_code(parts),
        footer=f"Made from {escape(name)} by leadkit {version('leadkit')}. This file loads nothing and sends nothing.",
        drawings=_as_json([in_both_themes(drawing) for drawing in parts.drawings]) if scripts else "",
        scripts="\n".join(f"<script>{script}</script>" for script in scripts),
    )


def _scripts(drawings: Sequence[Drawing]) -> list[str]:
    """The programs of the page, in order; none where there is no chart."""
    return [program_for(drawings), _file("page.js")] if drawings else []


def _policy(scripts: Sequence[str]) -> str:
    """Nothing is loaded, nothing is sent, and of programs only these run."""
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in scripts) or "'none'"
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _as_json(drawings: Sequence[object]) -> str:
    """JSON in a block of its own, in which nothing can end the block."""
    text = json.dumps(drawings, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return f'<script type="application/json" id="drawings">{text}</script>'


def _code(parts: Parts) -> str:
    if not parts.code:
        return ""
    return (
        '<details class="code"><summary>The code behind this report</summary>\n' + "\n".join(parts.code) + "</details>"
    )


def _file(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


_PAGE = """<!DOCTYPE html>
<html lang="en" data-theme="{theme}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="leadkit">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
{body}
{code}
</main>
<footer>{footer}</footer>
{drawings}
{scripts}
</body>
</html>
"""
