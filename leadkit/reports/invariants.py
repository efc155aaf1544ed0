"""What holds for the results of leadkit's metrics on any data: counts add up, shares lie within 0 and 1."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import polars as pl

Rule = tuple[frozenset[str], str, Callable[[], pl.Expr]]


def broken(names: Mapping[str, object]) -> list[str]:
    """One sentence for each rule that a frame breaks; frames are known by their columns.

    What Jupyter keeps of a frame (`_`, `_1`) is passed over where the frame has a name of its own.

    Args:
        names: what a notebook has left behind; only Polars frames in it are looked at.
    """
    frames = {name: frame for name, frame in names.items() if isinstance(frame, pl.DataFrame)}
    named = {id(frame) for name, frame in frames.items() if not _KEPT.fullmatch(name)}
    looked = {name: frame for name, frame in frames.items() if not (_KEPT.fullmatch(name) and id(frame) in named)}
    return [f"{name}: {rule}" for name, frame in looked.items() for rule in _broken(frame)]


def _broken(frame: pl.DataFrame) -> Iterator[str]:
    for columns, said, holds in _RULES:
        if columns <= set(frame.columns) and not frame.select(holds().fill_null(value=True).all()).item():
            yield said
    if any(columns <= set(frame.columns) for columns in _OURS):
        yield from (f"{name} is not within 0 and 1" for name in frame.columns if _is_off(frame, name))


def _is_off(frame: pl.DataFrame, name: str) -> bool:
    is_share = name in _SHARES or name.endswith(("_share", "_rate")) or name.startswith("answered_within_")
    if not is_share or not frame.schema[name].is_float():
        return False
    within = pl.col(name).is_between(-_ROUNDING, 1 + _ROUNDING)
    return not frame.select(within.fill_null(value=True).all()).item()


def _sum(*parts: str) -> Callable[[], pl.Expr]:
    return lambda: pl.sum_horizontal(parts) == pl.col("leads")


def _rule(columns: str, said: str, holds: Callable[[], pl.Expr]) -> Rule:
    return frozenset(columns.split()), said, holds


_KEPT = re.compile(r"_{1,3}|_\d+")
_ROUNDING = 1e-9
_SHARES = {"share", "low", "high", "sla_low", "sla_high", "yes_of_all"}
_STATES = ("answered_exact", "answered_interval", "unanswered", "unknown")
_ANSWERS = ("yes", "no_or_unanswered", "not_given")
_RULES: tuple[Rule, ...] = (
    _rule(f"leads {' '.join(_STATES)}", "the states do not add up to the leads", _sum(*_STATES)),
    _rule(f"leads {' '.join(_ANSWERS)}", "the answers do not add up to the leads", _sum(*_ANSWERS)),
    _rule("leads charged missing", "charged and missing do not add up to the leads", _sum("charged", "missing")),
    _rule(
        "gross credits total",
        "gross and credits do not add up to the total",
        lambda: pl.col("gross") + pl.col("credits") == pl.col("total"),
    ),
    _rule(
        "wait_lower wait_upper state",
        "a wait's lower bound is above its upper bound",
        lambda: pl.col("wait_lower") <= pl.col("wait_upper"),
    ),
    _rule(
        "t at_risk unanswered_share low high",
        "the curve leaves its own band",
        lambda: (
            (pl.col("low") <= pl.col("unanswered_share") + _ROUNDING)
            & (pl.col("unanswered_share") <= pl.col("high") + _ROUNDING)
        ),
    ),
)
_OURS = (
    frozenset({"leads", *_STATES}),
    frozenset({"leads", *_ANSWERS}),
    frozenset({"leads", "share", "low", "high"}),
    frozenset({"at_risk", "unanswered_share"}),
)
