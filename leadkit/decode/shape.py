"""What a table declares, as a tree of leaves, objects and lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal

import polars as pl

from leadkit.records import Column, JsonType, Table


@dataclass(frozen=True, slots=True)
class Node:
    """One place in the response, with what may stand below it; the wire path ends in ``[]`` for a list."""

    path: str
    kind: Literal["leaf", "object", "list"]
    json: JsonType = "string"
    money: bool = False
    unknown: bool = False
    markup: bool = False
    children: dict[str, Node] = field(default_factory=dict)

    @property
    def dtype(self) -> pl.DataType:
        """The wire dtype: every leaf is a String, so that no value is lost before it is typed."""
        if self.kind == "leaf":
            return pl.String()
        struct = pl.Struct({name: child.dtype for name, child in self.children.items()})
        return pl.List(struct) if self.kind == "list" else struct

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        for child in self.children.values():
            yield from child.walk()

    def names(self) -> frozenset[bytes]:
        """Every key that may occur below this node."""
        return frozenset(name.encode("utf-8", "surrogatepass") for node in self.walk() for name in node.children)

    def money_keys(self) -> tuple[bytes, ...]:
        """The keys of amounts below this node, each with the quote before it."""
        return tuple(b'"' + node.path.rpartition(".")[2].encode() for node in self.walk() if node.money)

    def with_children(self, grown: dict[str, Node]) -> Node:
        """This tree with further children, by the path of their parent and their name."""
        mine = {name: child.with_children(grown) for name, child in self.children.items()}
        new = {path.rpartition(".")[2]: node for path, node in grown.items() if path.rpartition(".")[0] == self.path}
        return replace(self, children={**new, **mine})


@cache
def shape_of(table: Table) -> Node:
    """The declared shape of the table's outer list."""
    return tree_of(table).children[table.envelope_list]


@cache
def tree_of(table: Table) -> Node:
    """All places that the table's columns declare, from the top of a body."""
    top = Node("", "object")
    for column in table.columns:
        _plant(top, column)
    return top


def row_shape(table: Table) -> Node:
    """The declared shape of one row, wherever its list stands."""
    return next(node for node in tree_of(table).walk() if node.path == table.rows)


def _plant(top: Node, column: Column) -> None:
    for child in column.children:
        _plant(top, child)
    if column.path and not column.children:
        leaf = Node(column.path, "leaf", column.json, money=column.kind == "money", markup=column.markup)
        _grow(top, column.path.split("."), leaf)


def _grow(node: Node, steps: list[str], leaf: Node) -> None:
    name = steps[0].removesuffix("[]")
    if len(steps) == 1:
        node.children[name] = leaf
        return
    kind: Literal["object", "list"] = "list" if steps[0].endswith("[]") else "object"
    path = f"{node.path}.{steps[0]}".removeprefix(".")
    _grow(node.children.setdefault(name, Node(path, kind)), steps[1:], leaf)
