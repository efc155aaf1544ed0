"""A piece that differs from its declared shape, walked in Python: repaired, and every misfit told."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

from leadkit.decode.shape import Node
from leadkit.decode.text import Number, Repeated
from leadkit.errors import BadResponse

_KEPT = "a key stands twice in one object; its first value that is not null is kept"
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Misfit:
    """Something that did not fit, at a wire path; `row` is the index of the first row, None where there is none."""

    kind: str
    path: str
    row: int | None = None
    example: str | None = None
    detail: str | None = None
    count: int = 1


def without_halves(text: str) -> str:
    """A text with U+FFFD for each half of a surrogate pair, which no frame, file or terminal takes."""
    return _HALF.sub("\ufffd", text)


@dataclass(slots=True)
class Walk:
    """Goes through a list of decoded elements; `misfits` and the `unknown` places add up on the way."""

    rows: str
    call: str
    row: int = 0
    misfits: list[Misfit] = field(default_factory=list)
    unknown: dict[str, Node] = field(default_factory=dict)

    def elements(self, value: Any, node: Node, place: str) -> list[Any] | None:
        """The list with every element repaired; a list that holds rows must be one."""
        if value is None:
            return None
        if isinstance(value, list):
            return [self._element(item, node, f"{place}[{index}]") for index, item in enumerate(value)]
        if self.rows.startswith(node.path):
            raise BadResponse(f"{self.call}: {place} is {_what(value)}; a list of rows belongs there.")
        self._tell("bad_value", node.path, value, f"{_what(value)} where a list belongs")
        return None

    def _element(self, value: Any, node: Node, place: str) -> dict[str, Any]:
        row, told = self.row, len(self.misfits)
        if not isinstance(value, dict):
            self._tell("bad_value", node.path, value, f"{_what(value)} where an object belongs")
            value = {}
        found = self._object(value, node, place)
        self.row += node.path == self.rows
        if self.rows.startswith(node.path) and self.row == row:  # a listing without leads has no row to name
            self.misfits[told:] = [replace(misfit, row=None) for misfit in self.misfits[told:]]
        return found

    def _object(self, value: dict[str, Any], node: Node, place: str) -> dict[str, Any]:
        if isinstance(value, Repeated):
            self._tell("repeated_key", node.path, None, _KEPT)
        for name in value.keys() - node.children.keys():
            self._meet(f"{node.path}.{name}", value[name])
        return {
            name: self._any(value[name], child, f"{place}.{name}")
            for name, child in node.children.items()
            if name in value and not child.unknown
        }

    def _any(self, value: Any, node: Node, place: str) -> Any:
        if node.kind == "list":
            return self.elements(value, node, place)
        if node.kind == "leaf":
            return self._leaf(value, node)
        if value is None or isinstance(value, dict):
            return None if value is None else self._object(value, node, place)
        self._tell("bad_value", node.path, value, f"{_what(value)} where an object belongs")
        return None

    def _leaf(self, value: str | bool | list[Any] | dict[str, Any] | None, node: Node) -> str | None:  # noqa: FBT001 - JSON
        if isinstance(value, dict | list):
            self._tell("bad_value", node.path, value, f"{_what(value)} where a single value belongs")
            return None
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, Number) and node.money:
            self._tell("money_as_number", node.path, value, "a JSON number; the API documents a string")
        if isinstance(value, str) and (whole := without_halves(value)) != value:
            self._tell("bad_value", node.path, value, "half a surrogate pair, replaced by U+FFFD")
            return whole
        return value

    def _meet(self, path: str, value: Any) -> None:
        self._tell("unknown_key", path, None, f"not in leadkit's tables; holds {_what(value)}")
        if (node := _learned(path, value)) is not None:
            self.unknown.setdefault(path, node)

    def _tell(self, kind: str, path: str, value: Any, detail: str) -> None:
        example = None if value is None else _as_text(value)
        self.misfits.append(Misfit(kind, path, self.row, example, detail))


def _learned(path: str, value: Any, levels: int = 20) -> Node | None:
    """An unknown value as a place of its own, so that the next pieces need no walk.

    None where it holds a list, or more than so many levels.
    """
    if isinstance(value, list) or not levels:
        return None
    if not isinstance(value, dict):
        scalar = isinstance(value, Number | bool)
        return Node(path, "leaf", "number" if scalar else "string", unknown=True)
    below = {name: _learned(f"{path}.{name}", child, levels - 1) for name, child in value.items()}
    if None in below.values() or not below:
        return None
    return Node(path, "object", unknown=True, children={name: node for name, node in below.items() if node})


def _what(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, Number):
        return "a number"
    names = {dict: "an object", Repeated: "an object", list: "a list", str: "a string", bool: "a Boolean"}
    return names[type(value)]


def _as_text(value: Any) -> str:
    try:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    except RecursionError:  # the stack held it when it was parsed, and was less deep then
        text = f"{_what(value)} of very many levels"
    return text.encode("utf-8", "replace").decode()
