"""Whether a value in code is made of a text that stands there, and the names that code gives to values."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator


def has_text(value: ast.AST, named: Collection[str]) -> bool:
    """Whether a text that stands in the code is a part of this value.

    The name of a variable, a key, a prompt and the path of a file are none: what is read by them stands elsewhere.

    Args:
        value: an expression.
        named: the names that stand for texts.
    """
    if isinstance(value, ast.Constant):
        return isinstance(value.value, str | bytes) and len(value.value) > 0
    if isinstance(value, ast.Name):
        return value.id in named
    return any(has_text(part, named) for part in _parts(value))


def _parts(value: ast.AST) -> Iterator[ast.AST]:
    """The pieces that a value is made of: not what it is chosen or found by."""
    match value:
        case ast.Compare():
            return
        case ast.IfExp():
            yield from (value.body, value.orelse)
        case ast.Subscript() | ast.FormattedValue():
            yield value.value
        case ast.Dict():
            yield from value.values
        case ast.Call():
            yield from _parts_of_call(value)
        case _:
            yield from ast.iter_child_nodes(value)


def _parts_of_call(call: ast.Call) -> Iterator[ast.AST]:
    name = name_of(call.func)
    if name in _READERS:
        return
    yield call.func
    if name in _LOOK_UPS:  # the second argument stands for what is not there
        yield from (*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg == "default"))
    elif name not in _CHANGES:
        yield from (*call.args, *(keyword.value for keyword in call.keywords))


def name_of(function: ast.AST) -> str:
    """The last part of a name with dots."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def pairs(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What this piece of code gives a value to, each with the value: a name, an item, the argument of a function."""
    match node:
        case ast.Assign():
            for target in node.targets:
                yield from _matched(target, node.value)
        case ast.AnnAssign(value=ast.expr() as value) | ast.NamedExpr(value=value) | ast.AugAssign(value=value):
            yield node.target, value
        case ast.For() | ast.comprehension():
            yield from _matched(node.target, node.iter)
        case ast.arguments():
            plain = [*node.posonlyargs, *node.args]
            given = [
                *zip(plain[::-1], node.defaults[::-1], strict=False),  # the last ones have defaults
                *zip(node.kwonlyargs, node.kw_defaults, strict=True),
            ]
            yield from ((ast.Name(one.arg), default) for one, default in given if default is not None)


def _matched(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Several targets, each with its own value where as many values stand there, else with all of it."""
    if not isinstance(target, ast.Tuple | ast.List):
        yield target, value
        return
    several = value.elts if isinstance(value, ast.Tuple | ast.List) else []
    starred = any(isinstance(one, ast.Starred) for one in [*target.elts, *several])
    values = several if len(several) == len(target.elts) and not starred else [value] * len(target.elts)
    for one, its in zip(target.elts, values, strict=True):
        yield from _matched(one.value if isinstance(one, ast.Starred) else one, its)


def root_of(target: ast.expr) -> str | None:
    """The name that is changed: of an item that is set, its dict; the environment is looked at by itself."""
    if isinstance(target, ast.Subscript):
        return root_of(target.value)
    return target.id if isinstance(target, ast.Name) and target.id != "environ" else None


_READERS = frozenset(
    {
        *("input", "getpass", "get_password", "get_secret", "open", "read_text", "read_bytes", "dotenv_values"),
        *("check_output", "getoutput", "run", "post"),
    }
)
"""What reads from a person, from a file, or from a keeper of secrets."""
_LOOK_UPS = frozenset({"get", "getenv", "pop"})
_CHANGES = frozenset(
    {
        *("strip", "lstrip", "rstrip", "removeprefix", "removesuffix", "split", "rsplit", "splitlines", "partition"),
        *("rpartition", "encode", "decode", "replace"),
    }
)
"""What changes the text in front of it, by texts that are not the credential."""
