"""The same decoding, slow and plain: json.loads, a loop over rows, datetime and Decimal."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from wire_shapes import Json, Shape, Tree

Found = Counter[tuple[str, str | None]]
WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""Unicode's property White_Space (PropList.txt); `str.strip` also takes the separators from 0x1C to 0x1F."""


class Number(str):
    """A JSON number as it stands in the body."""

    __slots__ = ()


def reference(shape: Shape, body: bytes) -> tuple[list[dict[str, Any]], Found]:
    """The rows of a body whose envelope is whole, and how many problems of each kind stand at each place."""
    read = json.loads(
        body.decode("utf-8-sig"), object_pairs_hook=_first_value_of_each_key, parse_int=Number, parse_float=Number
    )
    problems: Found = Counter()
    rows = []
    for element in read[shape.table.envelope_list] or []:
        if shape.outer is None:
            rows.append(_row(element, shape.row, shape.path, problems))
            continue
        path = shape.path.removesuffix(".responses[]")
        listing = element if isinstance(element, dict) else {}
        around = _row(element, shape.outer, path, problems, also=("responses",))
        rows += [around | _row(one, shape.row, shape.path, problems) for one in listing.get("responses") or []]
    return rows, problems


def _first_value_of_each_key(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for name, value in pairs:
        found[name] = value if found.get(name) is None else found[name]
    return found


def _row(value: Json, tree: Tree, path: str, problems: Found, also: tuple[str, ...] = ()) -> dict[str, Any]:
    if not isinstance(value, dict):
        problems["bad_value", path] += 1
        return _nothing(tree)
    return _object(value, tree, path, "", problems, also)


def _object(  # noqa: PLR0917  a recursion hands on what it was handed
    value: dict[str, Json], tree: Tree, path: str, prefix: str, problems: Found, also: tuple[str, ...] = ()
) -> dict[str, Any]:
    for name in value:
        if name not in tree and name not in also:
            problems["unknown_key", f"{path}.{name}"] += 1
    row: dict[str, Any] = {}
    for name, node in tree.items():
        row |= _any(value.get(name), node, f"{path}.{name}", prefix, problems)
    return row


def _any(value: Json, node: Any, path: str, prefix: str, problems: Found) -> dict[str, Any]:
    if isinstance(node, tuple):
        column, kind = node
        return {column: _leaf(value, kind, prefix + column, problems)}
    if isinstance(node, list):
        column, tree = node
        return {column: _list(value, tree, f"{path}[]", column, problems)}
    if isinstance(value, dict):
        return _object(value, node, path, prefix, problems)
    if value is not None:
        problems["bad_value", path] += 1
    return _nothing(node)


def _list(value: Json, tree: Tree, path: str, column: str, problems: Found) -> list[dict[str, Any]] | None:
    if value is not None and not isinstance(value, list):
        problems["bad_value", column] += 1
    if not isinstance(value, list):
        return None
    elements = []
    for one in value:
        if not isinstance(one, dict):
            problems["bad_value", column] += 1
        elements.append(_object(one, tree, path, f"{column}[].", problems) if isinstance(one, dict) else _nothing(tree))
    return elements


def _nothing(tree: Tree) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for node in tree.values():
        row |= _nothing(node) if isinstance(node, dict) else {node[0]: None}
    return row


def _leaf(value: Json, kind: str, place: str, problems: Found) -> Any:
    if isinstance(value, dict | list):
        problems["bad_value", place] += 1
        return None
    if value is None:
        return None
    if isinstance(value, Number) and kind == "money":
        problems["money_as_number", place] += 1
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if re.search("[\ud800-\udfff]", text):
        problems["bad_value", place] += 1
        text = re.sub("[\ud800-\udfff]", "\ufffd", text)
    if kind == "text":
        return text
    text = text.strip(WHITE_SPACE)
    if text == "" or (kind == "financing" and text == "0"):
        return None
    typed, odd = _typed(text, kind)
    if odd:
        problems[odd, place] += 1
    return typed


def _typed(text: str, kind: str) -> tuple[Any, str | None]:
    if kind == "code":
        return text, None
    if kind == "time":
        return _time(text)
    typed = {"money": _money, "flag": _flag, "financing": _financing, "count": _count}[kind](text)
    return typed, "bad_value" if typed is None else None


def _time(text: str) -> tuple[datetime | None, str | None]:
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)?", text):
        return None, "bad_value"
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None, "bad_value"
    if read.tzinfo is None:
        return read.replace(tzinfo=UTC), "naive_time"
    return read.astimezone(UTC), None


def _money(text: str) -> Decimal | None:
    return Decimal(text) if re.fullmatch(r"[+-]?[0-9]{1,32}(\.[0-9]{1,6}0*)?", text) else None


def _flag(text: str) -> bool | None:
    return {"true": True, "1": True, "false": False, "0": False}.get(text.lower())


def _financing(text: str) -> bool | None:
    return {"true": True, "1": True, "false": False, "2": False}.get(text.lower())


def _count(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[+-]?[0-9]+", text) and -(2**63) <= int(text) < 2**63 else None
