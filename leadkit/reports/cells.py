"""Cells of a notebook as parts of a page: texts, what the code showed, and the charts apart."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from leadkit.notebooks.document import Cell, Notebook
from leadkit.reports.cleaning import cleaned
from leadkit.reports.drawings import Drawing, alternative, drawable
from leadkit.reports.shown import PLOTLY, richest

Clean = Callable[[str], str]


@dataclass(slots=True)
class Parts:
    """What a page is put together from.

    Attributes:
        title: the first heading.
        body: HTML, one piece after the other.
        drawings: the charts, in the order of their places in the body.
        code: HTML of all code.
    """

    title: str
    body: list[str] = field(default_factory=list)
    drawings: list[Drawing] = field(default_factory=list)
    code: list[str] = field(default_factory=list)


def parts_of(notebook: Notebook, *, untitled: str, clean: Clean) -> Parts:
    """The parts of a notebook's page.

    Args:
        notebook: with the outputs of a run.
        untitled: the title, where no text begins with a heading.
        clean: takes out of a text what must not be shown; every text goes through it.
    """
    parts, headings = Parts(""), Headings()
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            parts.body.append(_prose(clean(cell["source"]), headings))
        elif cell["cell_type"] == "code":
            number = len(parts.code) + 1
            parts.code.append(f"<h3>Step {number}</h3>\n<pre><code>{escape(clean(cell['source']))}</code></pre>")
            parts.body.extend(_outputs(cell, parts.drawings, headings, clean))
    parts.title = headings.first or untitled
    if not headings.first:
        parts.body.insert(0, f"<h1>{escape(untitled)}</h1>")
    return parts


@dataclass(slots=True)
class Headings:
    """The headings of a page so far: one of the first level, and none that skips a level."""

    first: str = ""
    level: int = 0

    def placed(self, wanted: int, text: str) -> int:
        """The level at which a heading stands that wants another one."""
        if not self.first:
            self.first, self.level = text, 1
        else:
            self.level = max(2, min(wanted, self.level + 1))
        return self.level


def _prose(text: str, headings: Headings) -> str:
    tokens = _MARKDOWN.parse(text)
    for opening, content, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if opening.type == "heading_open":
            opening.tag = closing.tag = f"h{headings.placed(int(opening.tag[1]), _plain(content))}"
    return f'<div class="prose">{cleaned(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))}</div>'


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or () if child.type in {"text", "code_inline"})


def _outputs(cell: Cell, drawings: list[Drawing], headings: Headings, clean: Clean) -> Iterator[str]:
    for output in cell["outputs"]:
        form, content = richest(output)
        if form == PLOTLY:
            drawings.append(drawable(_clean_all(content, clean)))
            yield _place_for(drawings[-1], len(drawings))
        elif form == "text/markdown":
            yield _prose(clean(content), headings)
        elif form in _WRITERS:
            yield _WRITERS[form](clean(content) if form not in _PICTURES else content)


def _place_for(drawing: Drawing, number: int) -> str:
    """Where a chart is drawn; without JavaScript its description stands there."""
    height = int(drawing["layout"].get("height") or _HEIGHT)
    alt = escape(alternative(drawing))
    return (
        f'<figure class="chart"><div id="chart-{number}" role="img" aria-label="{alt}" style="min-height:{height}px">'
        f"</div><noscript><p>{alt}</p></noscript></figure>"
    )


def _clean_all(value: Any, clean: Clean) -> Any:  # JSON in, JSON out
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: item if key == "bdata" else _clean_all(item, clean) for key, item in value.items()}
    return [_clean_all(item, clean) for item in value] if isinstance(value, list) else value


def _html(content: str) -> str:
    """HTML of an output; what is wider than the page scrolls, by keyboard, too. Its styles reach nothing else."""
    inside = cleaned(content)
    if "<style" in inside:
        inside = f'<div><template shadowrootmode="open">{inside}</template></div>'
    return f'<div class="output" role="group" aria-label="Result" tabindex="0">{inside}</div>'


def _plain_text(content: str) -> str:
    return f'<pre class="output" tabindex="0">{escape(_COLOURS.sub("", content))}</pre>'


def _message(content: str) -> str:
    return f"<details><summary>Messages</summary>{_plain_text(content)}</details>"


def _picture(kind: str) -> Callable[[str], str]:
    def written(content: str) -> str:
        encoded = base64.b64encode(content.encode()).decode() if kind == "svg+xml" else "".join(content.split())
        return f'<figure><img alt="Picture" src="data:image/{kind};base64,{escape(encoded)}"></figure>'

    return written


_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_HEIGHT = 420
_PICTURES = {f"image/{kind}": _picture(kind) for kind in ("svg+xml", "png", "jpeg")}
_WRITERS = {"text/html": _html, "text/plain": _plain_text, "stdout": _plain_text, "stderr": _message} | _PICTURES
