"""Texts in charts: Plotly reads every text as a small HTML, so what people wrote is made harmless first."""

from __future__ import annotations

import textwrap
from functools import lru_cache

import polars as pl

_MARKS = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "&#36;", "%": "&#37;"}  # & first: the others bring their own
_INVISIBLE = r"[\p{C}\x{2028}\x{2029}]"  # controls, and what turns the direction of the text around it
_TITLE, _SUBTITLE = 36, 54  # characters that fit 400 pixels
_MOST = 4  # lines


def escaped(text: pl.Expr) -> pl.Expr:
    """The text as Plotly shows it literally, on one line: no tag, link, entity, formula or template in it is alive."""
    visible = text.str.replace_all(_INVISIBLE, " ").str.replace_all(r"\s+", " ").str.strip_chars()
    for mark, entity in _MARKS.items():
        visible = visible.str.replace_all(mark, entity, literal=True)
    return visible


def shortened(text: pl.Expr, length: int) -> pl.Expr:
    """The text, cut to so many characters with an ellipsis at its end where it is longer."""
    cut = text.str.head(length - 1).str.strip_chars_end() + "…"
    return pl.when(text.str.len_chars() > length).then(cut).otherwise(text)


@lru_cache(maxsize=4096)
def safe(text: str) -> str:
    """`escaped`, of one text."""
    return str(pl.select(escaped(pl.lit(text, pl.String))).item())


def title(text: str) -> str:
    """A title, escaped, on lines that fit a narrow screen."""
    return _lines(text, _TITLE)


def subtitle(text: str) -> str:
    """A line below a title, escaped and broken likewise."""
    return _lines(text, _SUBTITLE)


def _lines(text: str, width: int) -> str:
    return "<br>".join(safe(line) for line in textwrap.wrap(text, width, max_lines=_MOST, placeholder=" …"))
