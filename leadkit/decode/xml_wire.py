"""The rows of an XML answer become a wire frame: one String column per leaf, one frame per list column."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Any

import polars as pl
from lxml import etree

from leadkit.decode.shape import Node
from leadkit.decode.walk import Misfit
from leadkit.decode.wire import Elements, Wire
from leadkit.decode.xml import Element, children, local_name
from leadkit.decode.xml_columns import read_columns

_MANY = 30
"""From so many rows on it pays to read them as columns."""
Cells = list[str | None]


def read_rows(elements: Sequence[Element], row: Node) -> Wire:
    """These elements as the rows of a wire frame; `row` is the declared shape of one."""
    lists = [node for node in row.children.values() if node.kind == "list"]
    if len(elements) >= _MANY and (read := read_columns(elements, row)) is not None:
        wire = Wire(read[0], groups=len(elements))
        wire.lists = {node.path: _in_rows(elements, read[1], node, wire.misfits) for node in lists}
        return wire
    return _walked(elements, row, lists)


def _in_rows(rows: Sequence[Element], listed: Sequence[int], node: Node, misfits: list[Misfit]) -> Elements:
    """A list column of rows of which only these may have one."""
    name = node.path.rpartition(".")[2].removesuffix("[]")
    places = list(dict.fromkeys(listed))
    found = [children(rows[place], name) for place in places]
    told: list[Misfit] = []
    some = _elements(found, node, told)
    misfits += [replace(one, row=places[one.row or 0]) for one in told]
    lengths = pl.Series([None], dtype=pl.UInt32).new_from_index(0, len(rows))
    return Elements(lengths.scatter(places, some.lengths), some.frame)


def text_inside(element: Element) -> str:
    """The content of an element with markup inside, as text without the namespaces of the answer."""
    for inner in element.iter():
        if isinstance(inner.tag, str):
            inner.tag = local_name(inner)
    etree.cleanup_namespaces(element)
    whole: str = etree.tostring(element, encoding="unicode", with_tail=False)
    return whole[whole.index(">") + 1 : whole.rindex("</")]


def _walked(elements: Sequence[Element], row: Node, lists: list[Node]) -> Wire:
    """One pass over the elements; every one under a row has a declared place, or is told."""
    leaves = _leaves(row)
    walk = _Walk({leaf.path: place for place, leaf in enumerate(leaves)}, {node.path: [] for node in lists})
    for element in elements:
        walk.row(element, row)
    wire = Wire(_frame(leaves, walk.rows), misfits=walk.misfits, groups=len(walk.rows))
    wire.lists = {node.path: _elements(walk.lists[node.path], node, wire.misfits) for node in lists}
    return wire


@dataclass(slots=True)
class _Walk:
    """Goes through rows; `places` tells where a leaf's value stands among the cells of a row."""

    places: dict[str, int]
    lists: dict[str, list[list[Element]]]
    rows: list[Cells] = field(default_factory=list)
    misfits: list[Misfit] = field(default_factory=list)

    def row(self, element: Element, shape: Node) -> None:
        cells: Cells = [None] * len(self.places)
        for found in self.lists.values():
            found.append([])
        self._stray(element.text, shape)
        self._object(element, shape, cells)
        self.rows.append(cells)

    def _object(self, element: Element, shape: Node, cells: Cells) -> None:
        for child in element:
            self._place(child, shape, cells)
            self._stray(child.tail, shape)

    def _place(self, child: Element, shape: Node, cells: Cells) -> None:
        node = shape.children.get(local_name(child))
        if node is None:
            self._unknown(child, shape)
        elif node.kind == "list":
            self.lists[node.path][-1].append(child)
        elif node.kind == "object":
            self._stray(child.text, node)
            self._object(child, node, cells)
        elif cells[place := self.places[node.path]] is not None:
            self._tell("repeated_key", node, None, "it stands twice in one row; the first value is kept")
        else:
            cells[place] = self._markup(child, node) if len(child) else child.text or ""

    def _markup(self, element: Element, node: Node) -> str | None:
        """The content of an element with elements inside: HTML where people write, else a misfit."""
        if node.markup:
            return text_inside(element)
        self._tell("bad_value", node, "".join(element.itertext()).strip(), "elements where a single value belongs")
        return None

    def _stray(self, text: str | None, node: Node) -> None:
        if text and not text.isspace():
            self._tell("bad_value", node, text.strip(), "a text where only elements belong")

    def _unknown(self, element: Element, shape: Node) -> None:
        what = "an object" if len(element) else "a value"
        path = f"{shape.path}.{local_name(element)}"
        self.misfits.append(Misfit("unknown_key", path, len(self.rows), None, f"not in leadkit's tables; holds {what}"))

    def _tell(self, kind: str, node: Node, example: str | None, detail: str) -> None:
        self.misfits.append(Misfit(kind, node.path, len(self.rows), example, detail))


def _leaves(node: Node) -> list[Node]:
    """The leaves of one row, those of lists inside it left out."""
    found: list[Node] = []
    for child in node.children.values():
        if child.kind != "list":
            found += [child] if child.kind == "leaf" else _leaves(child)
    return found


def _frame(leaves: list[Node], rows: list[Cells]) -> pl.DataFrame:
    columns: Iterable[Any] = zip(*rows, strict=True) if rows else ((),) * len(leaves)
    return pl.DataFrame(
        [pl.Series(leaf.path, values, dtype=pl.String) for leaf, values in zip(leaves, columns, strict=True)]
    )


def _elements(found: list[list[Element]], node: Node, misfits: list[Misfit]) -> Elements:
    """A list column: null where a row has no such element, empty where it has an empty one alone."""
    filled = [[one for one in elements if len(one) or (one.text or "").strip()] for elements in found]
    lengths = [len(full) if full else 0 if elements else None for full, elements in zip(filled, found, strict=True)]
    inner = read_rows([one for full in filled for one in full], node)
    owner = list(accumulate((length or 0 for length in lengths), initial=0))
    misfits += [
        Misfit(m.kind, m.path, bisect_right(owner, m.row or 0) - 1, m.example, m.detail, m.count) for m in inner.misfits
    ]
    return Elements(pl.Series(lengths, dtype=pl.UInt32), inner.frame)
