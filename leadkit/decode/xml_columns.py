"""Many plain rows of an XML answer become columns at once, without a Python object for each element.

The rows are written out once more: in what libxml2 writes every ``<`` begins a tag, so that the tags can be told apart,
counted and sorted into columns as a frame. What is not plain (an element or a text that has no declared place, the same
leaf twice) is not taken apart here: such rows are walked. Lists are few, and left to the walk, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl
from lxml import etree

from leadkit.decode.shape import Node
from leadkit.decode.xml import Element

_ROW, _LEAF, _INNER = 2, 3, 4  # depths; that of the element around all rows is 1
_MOST = 1000  # no answer has so many different tags
_TEXTS = (("&lt;", "<"), ("&gt;", ">"), ("&#13;", "\r"), ("&amp;", "&"))  # all that libxml2 escapes in a text
_OBJECT, _LIST = "object", "list"


def read_columns(rows: Sequence[Element], shape: Node) -> pl.DataFrame | None:
    """The leaves of these rows by their wire paths, every one a String; None where only a walk can tell.

    Lists inside the rows are passed over.
    """
    parent = rows[0].getparent() if rows else None
    if parent is None or len(parent) != len(rows) or rows[-1].getparent() is not parent:
        return None
    tags = _tags(etree.tostring(parent, encoding="utf-8", with_tail=False))
    declared = dict(_declared(shape))
    cells = None if tags is None else _cells(_outside(tags, declared), declared)
    if cells is None:
        return None
    by_path = cells.partition_by("path", as_dict=True, include_key=False)
    nothing = cells.clear()
    columns = [_column(path, by_path.get((path,), nothing), len(rows)) for path in _leaves(shape)]
    return None if any(column is None for column in columns) else pl.DataFrame(columns)


def _tags(text: bytes) -> pl.DataFrame | None:
    """Every tag: its name, the change of depth that it makes (0: it ends at once), and the text behind it."""
    pieces = pl.Series("piece", [text]).cast(pl.String).str.split("<").explode(empty_as_null=False, keep_nulls=False)
    split = pieces.slice(1).str.splitn(">", 2).struct.rename_fields(["head", "text"]).struct.unnest()
    heads = split.get_column("head").unique()
    if len(heads) > _MOST:
        return None
    number = split.get_column("head").replace_strict(heads, pl.int_range(len(heads), eager=True, dtype=pl.UInt16))
    steps = pl.Series([-1 if head.startswith("/") else 0 if head.endswith("/") else 1 for head in heads], dtype=pl.Int8)
    names = pl.Series([head.strip("/").split()[0].rpartition(":")[2] for head in heads])
    names = names.cast(pl.Enum(names.unique(maintain_order=True)))
    return pl.DataFrame({"step": steps.gather(number), "name": names.gather(number), "text": split.get_column("text")})


def _outside(tags: pl.DataFrame, declared: dict[tuple[str | None, str], str]) -> pl.DataFrame:
    """The tags with the depth behind each of them, without those inside a list."""
    tags = tags.with_columns(depth=pl.col("step").cast(pl.Int32).cum_sum())
    names = tags.get_column("name").unique()
    lists = [name for name in names if declared.get((None, name)) == _LIST]
    if not lists:
        return tags
    begins = (pl.col("step") == 1) & (pl.col("depth") == _LEAF)
    inside = pl.when(begins).then(pl.col("name").is_in(lists)).forward_fill() & (pl.col("depth") >= _LEAF)
    return tags.filter(inside.not_().fill_null(value=True))


def _cells(tags: pl.DataFrame, declared: dict[tuple[str | None, str], str]) -> pl.DataFrame | None:
    """The leaves with their row, wire path and text; None where anything else is there."""
    opened = tags.filter(pl.col("step") >= 0).with_columns(depth=pl.col("depth") + (pl.col("step") == 0))
    below = opened.with_columns(
        row=((pl.col("depth") == _ROW).cum_sum() - 1).cast(pl.UInt32),
        outer=pl.when(pl.col("depth") == _LEAF).then("name").forward_fill(),
    ).filter(pl.col("depth") > _ROW)
    inner = pl.when(pl.col("depth") > _LEAF).then("outer")
    met = below.select(pl.col("depth"), inner.alias("outer"), pl.col("name")).unique()
    keys = met.with_columns(
        path=pl.Series([declared.get((outer, name)) for _, outer, name in met.rows()], dtype=pl.String)
    )
    if keys.get_column("path").null_count() or (keys.get_column("depth") > _INNER).any():
        return None
    found = below.with_columns(outer=inner).join(keys, on=["depth", "outer", "name"], nulls_equal=True, how="left")
    leaves = found.filter(pl.col("path").is_in([_OBJECT, _LIST]).not_())
    if not _same_texts(tags, leaves.filter(pl.col("step") == 1)):  # a text stands between elements, or behind one
        return None
    ends = pl.when(pl.col("step") == 1).then("text").otherwise(pl.lit(""))
    return leaves.select("row", "path", text=ends)


def _same_texts(tags: pl.DataFrame, leaves: pl.DataFrame) -> bool:
    """Whether all texts that are not blank are those of the leaves."""
    texts = [frame.get_column("text").filter(frame.get_column("text") != "") for frame in (tags, leaves)]
    if len(texts[0]) > len(texts[1]):  # perhaps only line breaks and indentation
        texts = [some.filter(some.str.strip_chars() != "") for some in texts]
    return len(texts[0]) == len(texts[1])


def _column(path: str, cells: pl.DataFrame, height: int) -> pl.Series | None:
    """The values of a leaf in the order of the rows; None where a row has two of them."""
    rows, texts = cells.get_column("row"), _unescaped(cells.get_column("text"))
    if len(cells) == height and rows.is_sorted() and rows.n_unique() == height:
        return texts.alias(path)
    if rows.n_unique() < len(rows):
        return None
    place = pl.DataFrame({"row": pl.int_range(height, dtype=pl.UInt32, eager=True)})
    joined = place.join(pl.DataFrame({"row": rows, path: texts}), on="row", how="left", maintain_order="left")
    return joined.get_column(path)


def _unescaped(texts: pl.Series) -> pl.Series:
    if not texts.str.contains("&", literal=True).any():
        return texts
    for written, meant in _TEXTS:
        if texts.str.contains(written, literal=True).any():
            texts = texts.str.replace_all(written, meant, literal=True)
    return texts


def _leaves(shape: Node) -> list[str]:
    """The paths of all leaves outside of lists."""
    return [path for path in dict(_declared(shape)).values() if path not in {_OBJECT, _LIST}]


def _declared(shape: Node) -> Iterator[tuple[tuple[str | None, str], str]]:
    """By the object that it is in (None: the row itself) and its name, the path of each leaf, else what it is."""
    for name, node in shape.children.items():
        if node.kind == "leaf":
            yield (None, name), node.path
        else:
            yield (None, name), node.kind
        if node.kind == "object":
            yield from (((name, inner), leaf.path) for inner, leaf in node.children.items() if leaf.kind == "leaf")
