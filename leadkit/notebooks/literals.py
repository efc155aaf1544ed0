"""Credentials that the code of a notebook gives as a text: to an account, or to a variable of the environment."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from leadkit.notebooks.secrets import SECRET_VARIABLE, SET_BY_MAGIC
from leadkit.notebooks.texts import has_text, name_of, pairs, root_of

CREDENTIALS = frozenset({"token", "client_id", "client_secret", "refresh_token", "access_key", "secret_key"})
"""The arguments of an account that are for a variable of the environment, never for a notebook."""
ACCOUNTS = frozenset({"Ebay", "LeadSquared"})
"""What they are given to."""


@dataclass(slots=True)
class Names:
    """What the names of a notebook stand for in any of its cells.

    Attributes:
        texts: those of texts, and of what holds one.
        holders: those of dicts that hold a credential as a text.
        accounts: other names of accounts, each with its own.
    """

    texts: set[str] = field(default_factory=set)
    holders: set[str] = field(default_factory=set)
    accounts: dict[str, str] = field(default_factory=lambda: {name: name for name in ACCOUNTS})

    @property
    def size(self) -> int:
        """How many names are known."""
        return len(self.texts) + len(self.holders) + len(self.accounts)


def literals_in(sources: Iterable[str]) -> Iterator[tuple[int, str]]:
    """For each credential that the code of a notebook gives as a text: the number of its cell, and what it is given to.

    Found are texts, also joined, formatted, taken from a dict or put through a function, that go to `Ebay` or
    `LeadSquared` directly or by a name that any cell gives them, and those set as a LEADKIT_ variable of the
    environment. What is read from the environment, from a file or from a person is none.

    Args:
        sources: the code of the cells, as Python.
    """
    cells = [list(_nodes(ast.parse(source))) for source in sources]
    names = _names([node for nodes in cells for node in nodes])
    for number, nodes in enumerate(cells):
        yield from ((number, what) for node in nodes for what in _given(node, names))


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Every piece of code, also of what a magic such as %time is given to run."""
    for node in ast.walk(tree):
        yield node
        if isinstance(node, ast.Call) and name_of(node.func) in {"run_line_magic", "run_cell_magic"}:
            with contextlib.suppress(SyntaxError, ValueError):  # the words of another magic are no Python
                yield from _nodes(ast.parse(str(ast.literal_eval(node.args[-1]))))


def _names(nodes: list[ast.AST]) -> Names:
    """What the names stand for; a name may be given to another one, so it is looked until nothing new is found."""
    names, before = Names(), -1
    while names.size > before:
        before = names.size
        for node in nodes:
            _learn(node, names)
    return names


def _learn(node: ast.AST, names: Names) -> None:
    if isinstance(node, ast.ImportFrom):
        names.accounts |= {one.asname: one.name for one in node.names if one.name in ACCOUNTS and one.asname}
    for target, value in pairs(node):
        root = root_of(target)
        if root and has_text(value, names.texts):
            names.texts.add(root)
        if root and (_holds(value, names) or (_key_of(target) in CREDENTIALS and has_text(value, names.texts))):
            names.holders.add(root)
        if isinstance(target, ast.Name) and (account := _account_in(value, names)):
            names.accounts[target.id] = account


def _account_in(value: ast.expr, names: Names) -> str | None:
    """The account that a value is, or is a partial call of."""
    if isinstance(value, ast.Call) and name_of(value.func) == "partial" and value.args:
        value = value.args[0]
    return names.accounts.get(name_of(value))


def _holds(value: ast.expr, names: Names) -> bool:
    """Whether a dict holds a credential as a text."""
    if isinstance(value, ast.Name):
        return value.id in names.holders
    if isinstance(value, ast.BinOp):
        return _holds(value.left, names) or _holds(value.right, names)
    return any(
        _holds(item, names) if key is None else key in CREDENTIALS and has_text(item, names.texts)
        for key, item in _items(value)
    )


def _items(value: ast.expr) -> Iterator[tuple[object, ast.expr]]:
    """The keys of a dict that stands there, each with its value; None is the key of another dict."""
    if isinstance(value, ast.Dict):
        keys = (None if key is None else getattr(key, "value", "") for key in value.keys)
        yield from zip(keys, value.values, strict=True)
    if isinstance(value, ast.Call) and name_of(value.func) in {"dict", "update"}:
        yield from ((keyword.arg, keyword.value) for keyword in value.keywords)
        yield from ((None, one) for one in value.args)


def _given(node: ast.AST, names: Names) -> Iterator[str]:
    """What this piece of code gives a credential to as a text."""
    if isinstance(node, ast.Call):
        yield from _given_to_account(node, names)
        yield from _given_to_variable(node, names)
    if isinstance(node, ast.Dict):
        yield from _variables(_items(node), names)
    yield from _variables(((_key_of(target), value) for target, value in pairs(node)), names)


def _given_to_account(call: ast.Call, names: Names) -> Iterator[str]:
    account, args = names.accounts.get(name_of(call.func)), call.args
    if name_of(call.func) == "partial" and args:
        account, args = names.accounts.get(name_of(args[0])), args[1:]
    if account is None:
        return
    given = [*args, *(keyword.value for keyword in call.keywords if keyword.arg in CREDENTIALS)]
    dicts = [keyword.value for keyword in call.keywords if keyword.arg is None]
    yield from (f"{account}(…)" for value in given if has_text(value, names.texts))
    yield from (f"{account}(…)" for value in dicts if _holds(value, names))


def _given_to_variable(call: ast.Call, names: Names) -> Iterator[str]:
    """A variable that is set by a function of the environment, or by a magic."""
    yield from _variables(((keyword.arg, keyword.value) for keyword in call.keywords), names)
    if name_of(call.func) in _SETTERS:
        keys = (getattr(one, "value", None) for one in call.args)
        yield from _variables(zip(keys, call.args[1:], strict=False), names)
    if name_of(call.func) == "run_line_magic":
        told = " ".join(str(getattr(one, "value", "")) for one in call.args)
        yield from (found[1] for found in SET_BY_MAGIC.finditer(told))


def _variables(items: Iterable[tuple[object, ast.expr]], names: Names) -> Iterator[str]:
    """The secret variables of the environment that are set to a text."""
    for key, value in items:
        if isinstance(key, str) and SECRET_VARIABLE.fullmatch(key) and has_text(value, names.texts):
            yield key


def _key_of(target: ast.expr) -> object:
    """The key under which an item is set."""
    return getattr(target.slice, "value", None) if isinstance(target, ast.Subscript) else None


_SETTERS = frozenset({"setdefault", "putenv", "setenv", "__setitem__", "get", "getenv", "pop"})
