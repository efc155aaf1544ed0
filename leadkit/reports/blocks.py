"""Pieces of a report that a notebook shows: cards, tables, lists; HTML for readers, and the same in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a report. In Jupyter and in a report its HTML is shown, elsewhere its text; both say the same.

    Attributes:
        html: without scripts, styles and addresses; every text in it is escaped.
        text: one line for each card, row or point.
    """

    html: str
    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f'<div class="lk tex2jax_ignore mathjax_ignore">{self.html}</div>'  # a $ is money, not a formula


@dataclass(frozen=True, slots=True)
class Card:
    """One number that stands out.

    Attributes:
        label: what it is.
        value: the number in words.
        below: what it rests on, or how sure it is.
    """

    label: str
    value: str
    below: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        heading: what stands above.
        number: whether its cells are numbers, which stand on the right.
    """

    heading: str
    number: bool = False


def cards(items: Iterable[Card]) -> Block:
    """Numbers side by side."""
    items = list(items)
    html = "".join(
        f"<div><dt>{escape(card.label)}</dt><dd><strong>{escape(card.value)}</strong>"
        f"<span>{escape(card.below)}</span></dd></div>"
        for card in items
    )
    text = (f"{card.label}: {card.value}" + (f" ({card.below})" if card.below else "") for card in items)
    return Block(f'<dl class="lk-cards">{html}</dl>', "\n".join(text))


def facts(items: Iterable[tuple[str, str]]) -> Block:
    """Names with what they stand for, one below the other."""
    items = list(items)
    html = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(what)}</dd></div>" for name, what in items)
    return Block(f'<dl class="lk-facts">{html}</dl>', "\n".join(f"{name}: {what}" for name, what in items))


def table(caption: str, columns: Sequence[Column], rows: Iterable[Sequence[str]], *, empty: str) -> Block:
    """A table; the first cell of a row is its heading.

    Args:
        caption: what is in it.
        columns: from left to right.
        rows: of texts.
        empty: what to say where there are no rows.
    """
    rows = [list(row) for row in rows]
    if not rows:
        return note(f"{caption}: {empty}")
    head = "".join(f'<th scope="col"{_class(column)}>{escape(column.heading)}</th>' for column in columns)
    is_wide = len(columns) > _NARROW
    body = "".join(f"<tr>{_row(columns, row, labelled=is_wide)}</tr>" for row in rows)
    wide = ' class="lk-wide"' if is_wide else ""
    html = (
        f"<table{wide}><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
    lines = [[column.heading for column in columns], *rows]
    return Block(html, "\n".join([caption, *(" | ".join(line) for line in lines)]))


def points(items: Iterable[tuple[str, str, str]], *, empty: str) -> Block:
    """Points, each with a kind (a word of letters), a title and a sentence."""
    items = list(items)
    if not items:
        return note(empty)
    html = "".join(
        f'<li class="lk-{escape(kind)}"><strong>{escape(title)}</strong> <span>{escape(sentence)}</span></li>'
        for kind, title, sentence in items
    )
    return Block(
        f'<ul class="lk-points">{html}</ul>', "\n".join(f"[{kind}] {title}: {said}" for kind, title, said in items)
    )


def note(sentence: str) -> Block:
    """A sentence by itself."""
    return Block(f'<p class="lk-note">{escape(sentence)}</p>', sentence)


_NARROW = 4  # columns that a telephone shows side by side


def _row(columns: Sequence[Column], cells: Sequence[str], *, labelled: bool) -> str:
    """The cells of a row; labelled where a telephone shows them one below the other."""
    first, *rest = cells
    others = (
        f"<td{_class(column)}{_label(column) if labelled else ''}>{escape(cell)}</td>"
        for column, cell in zip(columns[1:], rest, strict=True)
    )
    return f'<th scope="row">{escape(first)}</th>' + "".join(others)


def _label(column: Column) -> str:
    return f' data-label="{escape(column.heading)}"'


def _class(column: Column) -> str:
    return ' class="lk-number"' if column.number else ""
