"""How long until a reply: the share of leads that are still unanswered, as time goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import plotly.graph_objects as go
import polars as pl

from leadkit.charts.axes import FIRST, log_of, minutes, said, waits_axis
from leadkit.charts.figures import drawn, nothing, rows_of
from leadkit.charts.groups import COLOURED, Series, by_columns, series_of
from leadkit.charts.look import BANDS, Theme
from leadkit.metrics.given import Needed
from leadkit.metrics.traces import AnyFrame
from leadkit.metrics.waits import Clock, one_of
from leadkit.wording import count, share, span

_COLUMNS: dict[str, Needed] = {
    "t": "span",
    "at_risk": "count",
    "unanswered_share": "any",
    "low": "any",
    "high": "any",
}
_CLOCKS = {"calendar": "time since the lead", "business": "business hours since the lead"}
_MOST = 400  # steps of a curve that a screen can show
_OTHERS, _MOST_OF_OTHERS = 40, 60
_BANDS = 2  # more of them hide each other
_MARKS = (timedelta(hours=1), timedelta(hours=24), timedelta(days=7))


def survival(
    frame: AnyFrame,
    *,
    clock: Clock = "calendar",
    theme: Theme = "light",
    title: str = "How long until the first reply",
    empty: str | None = None,
) -> go.Figure:
    """The share of leads that are still unanswered, by the time since they came, with its confidence band.

    Args:
        frame: of `lk.survival_curve`: t, at_risk, unanswered_share, low, high, after the columns that it was grouped
            by. The five largest groups have a colour and a dash of their own; up to 40 others are thin and grey. One or
            two have bands; of more, the hover text has the intervals.
        clock: which clock the curve was made on, for the words at the axis.
        theme: ``"light"`` or ``"dark"``.
        title: in place of the usual one.
        empty: what to say where there is no curve.

    Returns:
        A figure; time from left to right by its logarithm, from a minute on. A curve of more than 400 steps is drawn
        by the last ones of equal stretches, so that it is never off by more than the width of a line.

    Raises:
        MissingColumns: a column is missing; names the nearest.
        InvalidRequest: a column has another dtype, or there is no such theme or clock.
    """
    one_of(clock, Clock, name="clock", function="charts.survival")
    found = rows_of(frame, _COLUMNS, by="survival", theme=theme).drop_nulls(["t", "unanswered_share"])
    if found.is_empty():
        return nothing(empty or "There are no leads whose wait is known.", theme=theme, heading=title)
    names = by_columns(found, _COLUMNS)
    series, rest = series_of(found, names, pl.col("at_risk").max())
    leads = count(sum(_size(one.rows) for one in series), "lead")
    shown = f"{leads}, {len(series)} largest of {_groups(found, names):,} groups" if not rest.is_empty() else leads
    return drawn(
        [*_others(rest, names, theme), *(trace for one in series for trace in _curve(one, theme, of=len(series)))],
        theme=theme,
        heading=title,
        below=f"{shown}; shaded: confidence interval" if len(series) <= _BANDS else shown,
        alt=f"Step chart. {title}: share still unanswered. {' '.join(_read(one) for one in series)}",
        height=400 + 18 * (len(series) if names else 0),
        showlegend=bool(names),
        legend={"traceorder": "normal"},
        xaxis={"title": {"text": _CLOCKS[clock]}, **waits_axis(found.get_column("t"))},
        yaxis={"title": {"text": "still unanswered"}, "range": [0, 1.02], "tickformat": ".0%", "nticks": 6},
    )


def _curve(one: Series, theme: Theme, *, of: int) -> Iterator[go.Scatter]:
    steps = _thinned(one.rows, _MOST)
    x = [FIRST / 2, *steps.select(minutes("t")).to_series().to_list()]
    high, low, middle = (
        [1.0, *steps.get_column(name).round(4).to_list()] for name in ("high", "low", "unanswered_share")
    )
    if of <= _BANDS:
        edge = {"mode": "lines", "line": {"width": 0, "shape": "hv"}, "hoverinfo": "skip", "showlegend": False}
        yield go.Scatter(x=x, y=high, legendgroup=one.name, **edge)
        yield go.Scatter(x=x, y=low, legendgroup=one.name, fill="tonexty", fillcolor=BANDS[theme][one.place], **edge)
    waits = said(steps.get_column("t"), span)
    at_risk = [_size(one.rows), *steps.get_column("at_risk").to_list()]
    yield go.Scatter(
        x=x,
        y=middle,
        mode="lines",
        name=f"{one.name} (n {_size(one.rows):,})",
        legendgroup=one.name,
        line={"color": one.colour(theme), "dash": one.dash, "width": 2, "shape": "hv"},
        customdata=[list(row) for row in zip(["0 s", *waits], at_risk, low, high, strict=True)],
        hovertemplate=_HOVER + one.extra,
    )


def _others(rest: pl.DataFrame, names: list[str], theme: Theme) -> Iterator[go.Scatter]:
    """All other groups as one line that is broken between them."""
    if rest.is_empty():
        return
    sizes = rest.group_by(names).agg(pl.col("at_risk").max()).sort("at_risk", *names, descending=True)
    curves = [
        pl.concat(
            [_thinned(rows, _MOST_OF_OTHERS).select("t", "unanswered_share"), _GAP.select("t", "unanswered_share")]
        )
        for rows in sizes.head(_OTHERS).select(names).join(rest, on=names, nulls_equal=True).partition_by(names)
    ]
    together = pl.concat(curves)
    every = f" of {sizes.height:,}" if sizes.height > _OTHERS else ""
    yield go.Scatter(
        x=together.select(minutes("t")).to_series().to_list(),
        y=together.get_column("unanswered_share").round(4).to_list(),
        mode="lines",
        name=f"other ({len(curves)}{every})",
        line={"color": Series("", COLOURED, rest).colour(theme), "width": 1, "shape": "hv"},
        opacity=0.35,
        legendrank=2000,
        hoverinfo="skip",
    )


def _thinned(steps: pl.DataFrame, most: int) -> pl.DataFrame:
    """The steps, or of many the last one of each of so many stretches of the axis."""
    if steps.height <= most:
        return steps
    first, last = steps.select(log_of("t").alias("first").first(), log_of("t").alias("last").last()).row(0)
    stretch = ((log_of("t") - first) / (last - first) * most).cast(pl.Int32)
    return steps.filter(stretch != stretch.shift(-1, fill_value=most + 1))


def _read(one: Series) -> str:
    """What the curve shows at some marks that it reaches, in words."""
    reached = [mark for mark in _MARKS if one.rows.get_column("t").max() >= mark]  # type: ignore[operator]  # a timedelta
    read = [f"{share(_share_at(one.rows, mark))} after {span(mark)}" for mark in reached]
    last, end = one.rows.select("t", "unanswered_share").row(-1)
    every = ", ".join([*read, f"{share(end)} at the end, {span(last)}"])
    return f"{one.name or 'All'} (n = {_size(one.rows):,}): {every}."


def _share_at(steps: pl.DataFrame, wait: timedelta) -> float:
    """The height of the curve at this wait; all before its first step."""
    before = steps.filter(pl.col("t") <= wait).get_column("unanswered_share")
    return 1.0 if before.is_empty() else float(before.item(-1))


def _size(rows: pl.DataFrame) -> int:
    return int(rows.select(pl.col("at_risk").max()).item())


def _groups(rows: pl.DataFrame, names: list[str]) -> int:
    return rows.select(names).n_unique()


_HOVER = (
    "after %{customdata[0]}: %{y:.1%} unanswered<br>"
    "(%{customdata[2]:.1%} to %{customdata[3]:.1%}, %{customdata[1]:,d} followed so long)"
)
_GAP = pl.DataFrame(
    {"t": [None], "unanswered_share": [None]}, schema={"t": pl.Duration("us"), "unanswered_share": pl.Float64}
)
