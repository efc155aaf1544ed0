"""Many plain rows of an XML answer become columns at once, without a Python object for each element.

The rows are written out once more: in what libxml2 writes every ``<`` begins a tag, so that the tags can be told apart,
counted and sorted into columns by numbers. What is not plain (an element or a text that has no declared place, the same
leaf twice) is not taken apart here: such rows are walked. Lists are few, and left to the walk, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
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
    parts = _parts(etree.tostring(parent, encoding="utf-8", with_tail=False))
    with ThreadPoolExecutor(len(parts)) as pool:
        frames = [frame for frame in pool.map(partial(_read, shape=shape), parts) if frame is not None]
    return pl.concat(frames) if len(frames) == len(parts) else None


def _parts(text: bytes) -> list[bytes]:
    """What the element around all rows holds, cut between rows into at most four large parts.

    A cut is a guess: where it falls into a row, the part before it ends at another depth than it began.
    """
    end = text.rfind(b"</")
    start, row_end = text.index(b">") + 1, text[text.rfind(b"</", 0, end) : end] + b"<"
    count = min(4, (end - start) // PIECE)
    cuts = [start]
    for number in range(1, count):
        at = text.find(row_end, max(cuts[-1], start + (end - start) * number // count), end)
        cuts += [at + len(row_end) - 1] if at >= 0 else []
    return [text[at:to] for at, to in pairwise([*cuts, end])]


def _read(text: bytes, shape: Node) -> pl.DataFrame | None:
    """The leaves of the rows in one part."""
    tags = _tags(text)
    if tags is None:
        return None
    leaves = _leaves(shape)
    places = _places(tags, _declared(shape, leaves))
    if places is None or _has_strays(tags, places):
        return None
    columns = [_column(path, tags, places == number) for number, path in enumerate(leaves)]
    return None if any(column is None for column in columns) else pl.DataFrame(columns)


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
    """The tags of a part; None where a text stands behind an element, or the part is no whole rows."""
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


def _column(path: str, tags: _Tags, found: NDArray[np.bool_]) -> pl.Series | None:
    """The values of a leaf in the order of the rows; None where a row has two of them."""
    import numpy as np  # noqa: PLC0415 - likewise

    at = np.flatnonzero(found)
    rows, height = tags.rows[at], int(tags.rows[-1]) + 1
    if (rows[1:] == rows[:-1]).any():
        return None
    texts = _unescaped(tags.texts.gather(at))
    if tags.ended[at].any():
        texts = texts.scatter(np.flatnonzero(tags.ended[at]), "")
    nothing = pl.Series(path, [None], dtype=pl.String).new_from_index(0, height)
    return texts.alias(path) if len(at) == height else nothing.scatter(rows, texts)


def _unescaped(texts: pl.Series) -> pl.Series:
    escaped = texts.str.contains_any(["&"])  # faster than a literal
    if not escaped.any():
        return texts
    meant = texts.filter(escaped).str.replace_many(_ESCAPED)
    return texts.scatter(escaped.arg_true(), meant)


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
