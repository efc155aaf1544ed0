"""Secrets that a notebook must not hold: by the form of a token, by the value of a variable, by where a text goes."""

from __future__ import annotations

import ast
import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping

from leadkit.redaction import MASK, Secrets

FORMS = {
    "an eBay token": r"v\^1\.1#\S{8,}|AgAAAA\*\*\S{8,}",
    "a token (JWT)": r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}",
    "a bearer token": r"\b[Bb]earer\s+[\w.~+/^#-]{20,}=*",
    "an eBay client secret": r"\b(?:PRD|SBX)-[0-9a-f]{8,12}(?:-[0-9a-f]{4}){3,4}\b",
    "a LeadSquared key": r"\bu\$r[0-9a-f]{16,}|(?i:(?:access|secret)_?key(?:[\"']?\s*[:=]\s*[\"']?|%3D))[\w$%-]{16,}",
}
"""What a secret looks like."""
CREDENTIALS = frozenset({"token", "client_id", "client_secret", "refresh_token", "access_key", "secret_key"})
"""The arguments of an account that are for a variable of the environment, never for a notebook."""
_SECRET_VARIABLE = re.compile(r"LEADKIT_\w*(?:TOKEN|SECRET|KEY)\w*")
_FORMS = re.compile("|".join(f"(?:{form})" for form in FORMS.values()))


def known_secrets(environment: Mapping[str, str] = os.environ) -> Secrets:
    """The secrets that the environment holds: the values of LEADKIT_ variables that are tokens, secrets or keys."""
    known = Secrets()
    for name, value in environment.items():
        if _SECRET_VARIABLE.fullmatch(name):
            known.register(value)
    return known


def without_secrets(text: str, known: Secrets | None = None) -> str:
    """The text with `MASK` in the place of what the environment holds, and of what looks like a secret."""
    return _FORMS.sub(MASK, (known or known_secrets()).redact(text))


def forms_in(text: str) -> Iterator[str]:
    """The kinds of secrets that a text looks to hold."""
    return (kind for kind, form in FORMS.items() if re.search(form, text))


def literals_in(sources: Iterable[str]) -> Iterator[tuple[int, str]]:
    """For each credential that the code of a notebook gives as a text: the number of its cell, and what it is given to.

    Found are texts, joined and formatted ones too, that go to `Ebay` or `LeadSquared` directly or by a name that any
    cell gives them, and those set as a LEADKIT_ variable of the environment.

    Args:
        sources: the code of the cells, as Python.
    """
    cells = [list(_nodes(ast.parse(source))) for source in sources]
    named = {name for nodes in cells for node in nodes for name in _named_texts(node)}
    for number, nodes in enumerate(cells):
        yield from ((number, what) for node in nodes for what in _given(node, named))


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Every piece of code, also of what a magic such as %time is given to run."""
    for node in ast.walk(tree):
        yield node
        if isinstance(node, ast.Call) and _name_of(node.func) in {"run_line_magic", "run_cell_magic"}:
            with contextlib.suppress(SyntaxError, ValueError):  # the words of another magic are no Python
                yield from _nodes(ast.parse(str(ast.literal_eval(node.args[-1]))))


def _given(node: ast.AST, named: set[str]) -> Iterator[str]:
    """What this piece of code gives a credential to as a text."""
    if isinstance(node, ast.Call) and (account := _name_of(node.func)) in {"Ebay", "LeadSquared"}:
        secret = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg in CREDENTIALS)]
        yield from (f"{account}(…)" for value in secret if _is_text(value, named))
    if isinstance(node, ast.Assign) and _is_text(node.value, named):
        yield from (found[0] for target in node.targets if (found := _variable_in(target)))


def _name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _named_texts(node: ast.AST) -> Iterator[str]:
    """The names that this piece of code gives to a text."""
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value and _is_text(node.value, set()):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def _is_text(value: ast.expr, named: set[str]) -> bool:
    """Whether a value is a text that stands in the notebook, put together or not."""
    if isinstance(value, ast.Name):
        return value.id in named
    if isinstance(value, ast.Constant):
        return isinstance(value.value, str | bytes) and len(value.value) > 0
    if isinstance(value, ast.BinOp):
        return _is_text(value.left, named) or _is_text(value.right, named)
    return isinstance(value, ast.JoinedStr) and any(_is_text(part, named) for part in value.values)


def _variable_in(target: ast.expr) -> re.Match[str] | None:
    """The secret variable of the environment that is set here."""
    if not isinstance(target, ast.Subscript) or not isinstance(target.slice, ast.Constant):
        return None
    return _SECRET_VARIABLE.fullmatch(str(target.slice.value))
