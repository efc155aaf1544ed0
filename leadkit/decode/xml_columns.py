"""Many plain rows of an XML answer become columns at once, without a Python object for each element.

The rows are written out once more: in what libxml2 writes every ``<`` begins a tag, so that the tags can be told apart,
counted and sorted into columns by numbers. What is not plain (an element or a text that has no declared place, the same
leaf twice) is not taken apart here: such rows are walked. Lists are few, and left to the walk, too.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl
from lxml import etree

from leadkit.decode.shape import Node
from leadkit.decode.text import PIECE
from leadkit.decode.xml import Element

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.integer]

_ROW, _LEAF, _INNER = 1, 2, 3  # depths
_MOST = 1000  # no answer has so many different tags
_ESCAPED = {"&lt;": "<", "&gt;": ">", "&#13;": "\r", "&amp;": "&"}  # all that libxml2 escapes in a text
_LIST, _OBJECT, _UNKNOWN = -3, -2, -1
Declared = dict[tuple[str | None, str], int]


def read_columns(rows: Sequence[Element], shape: Node) -> pl.DataFrame | None:
    """The leaves of these rows by their wire paths, every one a String; None where only a walk can tell.

    Lists inside the rows are passed over.
    """
    parent = rows[0].getparent() if rows else None
    if parent is None or len(parent) != len(rows) or rows[-1].getparent() is not parent:
        return None
    text = etree.tostring(parent, encoding="utf-8", with_tail=False)
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        frames = list(pool.map(lambda span: _read(text[slice(*span)], shape), _spans(text)))
    whole = [frame for frame in frames if frame is not None]
    return pl.concat(whole) if len(whole) == len(frames) else None


def _spans(text: bytes) -> list[tuple[int, int]]:
    """What the element around all rows holds, cut between rows into pieces: small enough for little memory.

    A cut is a guess: where it falls into a row, the piece before it ends at another depth than it began.
    """
    end = text.rfind(b"</")
    start, row_end = text.index(b">") + 1, text[text.rfind(b"</", 0, end) : end] + b"<"
    cuts = [start]
    while (at := text.find(row_end, cuts[-1] + PIECE, end)) >= 0:
        cuts.append(at + len(row_end) - 1)
    return list(pairwise([*cuts, end]))


def _read(text: bytes, shape: Node) -> pl.DataFrame | None:
    """The leaves of the rows in one piece."""
    tags, leaves = _tags(text), _leaves(shape)
    places = None if tags is None else _places(tags, _declared(shape, leaves))
    if tags is None or places is None or _has_strays(tags, places):
        return None
    return _frame(tags, places, leaves)


@dataclass(slots=True)
class _Tags:
    """The tags that open an element, in their order: depth, row, number of the name, the text behind it.

    `ended` are those that end at once: the text behind them is not theirs.
    """

    depths: Numbers
    rows: Numbers
    numbers: Numbers
    ended: NDArray[np.bool_]
    texts: pl.Series
    names: list[str]


def _tags(text: bytes) -> _Tags | None:
    """The tags of a piece; None where a text stands behind an element, or the piece is no whole rows."""
    import numpy as np  # noqa: PLC0415 - numpy is loaded when a body is decoded, not by `import leadkit`

    pieces = pl.Series([text]).cast(pl.String).str.split("<").explode(empty_as_null=False, keep_nulls=False)
    before, pieces = pieces[0], pieces.slice(1)
    closes = pieces.str.starts_with("/")
    if before.strip() or _has_tails(pieces.filter(closes)):
        return None
    split = pieces.filter(~closes).str.splitn(">", 2).struct.rename_fields(["head", "text"]).struct.unnest()
    heads = split.get_column("head").unique()
    if len(heads) > _MOST:
        return None
    names = [head.rstrip("/").split()[0].rpartition(":")[2] for head in heads]
    counted = pl.int_range(len(heads), eager=True, dtype=pl.UInt16)
    number = split.get_column("head").replace_strict(heads, counted).to_numpy()
    ended = np.array([head.endswith("/") for head in heads])[number]
    depths = _depths(np.flatnonzero(~closes.to_numpy()), ended)
    if ended.sum() + closes.sum() != len(ended):
        return None
    known = list(dict.fromkeys(names))
    numbers = np.array([known.index(name) for name in names])[number]
    return _Tags(depths, np.cumsum(depths == _ROW) - 1, numbers, ended, split.get_column("text"), known)


def _depths(at: Numbers, ended: NDArray[np.bool_]) -> Numbers:
    """How deep the elements are that open with these tags: all that opened before, without those that were closed."""
    import numpy as np  # noqa: PLC0415 - likewise

    order = np.arange(1, len(at) + 1)
    return order - (np.cumsum(ended) - ended) - (at + 1 - order)


def _has_tails(closing: pl.Series) -> bool:
    """Whether there is more than blanks behind one of these ends of elements."""
    whole = closing.str.ends_with(">")
    return not whole.all() and closing.filter(~whole).str.contains(r">\s*\S").any()


def _places(tags: _Tags, declared: Declared) -> Numbers | None:
    """For each tag the number of its leaf, or what else it is; None where one has no declared place."""
    import numpy as np  # noqa: PLC0415 - likewise

    count = len(tags.names)
    at = np.maximum.accumulate(np.where(tags.depths == _LEAF, np.arange(len(tags.depths)), 0))
    outer = tags.numbers[at]
    top = np.array([declared.get((None, name), _UNKNOWN) for name in tags.names])
    inner = [[declared.get((outside, name), _UNKNOWN) for name in tags.names] for outside in tags.names]
    places = np.where(tags.depths == _LEAF, top[tags.numbers], np.array(inner).ravel()[outer * count + tags.numbers])
    places[tags.depths == _ROW] = _OBJECT
    places[tags.depths > _INNER] = _UNKNOWN
    places[(top[outer] == _LIST) & (tags.depths > _ROW)] = _LIST
    return None if (places == _UNKNOWN).any() else places


def _has_strays(tags: _Tags, places: Numbers) -> bool:
    """Whether there is more than blanks where only elements belong."""
    import numpy as np  # noqa: PLC0415 - likewise

    behind = tags.ended & ((places != _LIST) | (tags.depths == _LEAF))
    beside = np.flatnonzero((places == _OBJECT) | behind)
    return bool((tags.texts.gather(beside).str.strip_chars() != "").any())


def _frame(tags: _Tags, places: Numbers, leaves: list[str]) -> pl.DataFrame | None:
    """The texts by leaf and row, all gathered at once; None where a row has a leaf twice."""
    import numpy as np  # noqa: PLC0415 - likewise

    found, height, nothing = np.flatnonzero(places >= 0), int(tags.rows[-1]) + 1, len(places)
    where = np.full((len(leaves), height), nothing)
    where[places[found], tags.rows[found]] = found
    if np.count_nonzero(where != nothing) < len(found):
        return None
    values = _meant(tags).extend_constant(None, 1).gather(where.ravel())
    return pl.DataFrame([values.slice(number * height, height).alias(path) for number, path in enumerate(leaves)])


def _meant(tags: _Tags) -> pl.Series:
    """The texts without escapes, empty where an element ends at once."""
    import numpy as np  # noqa: PLC0415 - likewise

    escaped = tags.texts.str.contains_any(["&"])  # faster than a literal
    meant = tags.texts.filter(escaped).str.replace_many(_ESCAPED)
    return tags.texts.clone().scatter(escaped.arg_true(), meant).scatter(np.flatnonzero(tags.ended), "")


def _leaves(shape: Node) -> list[str]:
    """The paths of all leaves outside of lists."""
    inner = [node for node in shape.children.values() if node.kind != "list"]
    return [leaf.path for node in inner for leaf in (node, *node.children.values()) if leaf.kind == "leaf"]


def _declared(shape: Node, leaves: list[str]) -> Declared:
    """By the object that it is in (None: the row itself) and its name, the number of each leaf, or what else it is."""
    return {
        (outer, name): leaves.index(node.path) if node.kind == "leaf" else _LIST if node.kind == "list" else _OBJECT
        for outer, inside in _insides(shape)
        for name, node in inside.items()
    }


def _insides(shape: Node) -> Iterator[tuple[str | None, dict[str, Node]]]:
    """What may stand in a row, and in each of its objects."""
    yield None, shape.children
    for name, node in shape.children.items():
        if node.kind == "object":
            yield name, node.children
