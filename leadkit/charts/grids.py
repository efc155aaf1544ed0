"""Grids of coloured cells: the hours of the week, and what is known from which evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
import polars as pl

from leadkit.charts.axes import measured, said
from leadkit.charts.figures import drawn, missing, nothing, one_row_each, rows_of
from leadkit.charts.look import Theme
from leadkit.charts.texts import escaped, safe
from leadkit.metrics.traces import AnyFrame
from leadkit.wording import count, share


def heatmap(
    frame: AnyFrame,
    *,
    value: str = "leads",
    theme: Theme = "light",
    title: str | None = None,
    empty: str | None = None,
) -> go.Figure:
    """One value of each hour of the week, as colours; hours of which it is not known stay blank.

    Args:
        frame: of `lk.by_hour`: weekday, hour, zone, leads and the value.
        value: the column to show: a count, a share, or a Duration, which is shown in minutes, hours or days.
        theme: ``"light"`` or ``"dark"``.
        title: in place of the usual one.
        empty: what to say where there is nothing to show.

    Returns:
        A figure; hours from left to right, weekdays from top to bottom, by the clocks of the zone.

    Raises:
        MissingColumns: a column is missing; names the nearest.
        InvalidRequest: a column has another dtype, an hour of the week has two rows, or there is no such theme.
    """
    columns = {"weekday": "text", "hour": "count", "zone": "text", "leads": "count", value: "any"}
    found = rows_of(frame, columns, by="heatmap", theme=theme)  # type: ignore[arg-type]  # the words are those that it takes
    shown = measured(found, value, by="heatmap")
    heading = title or f"{shown.words.capitalize()} by hour"
    leads = count(int(found.get_column("leads").sum()), "lead")
    if found.select((pl.col(value).is_null() | (pl.col("leads") == 0)).all()).item():
        return nothing(empty or missing("No hour of the week has a value", found), theme=theme, heading=heading)
    week = one_row_each(found, ["weekday", "hour"], by="heatmap").with_columns(
        shown.numbers.alias(_SHOWN),
        pl.Series(_WORDS, said(found.get_column(value), shown.said)),
    )
    zone, days = str(week.get_column("zone").item(0)), week.get_column("weekday").unique(maintain_order=True).to_list()
    of = {"weekday": days, "hour": list(range(24))}
    cells = go.Heatmap(
        x=of["hour"],
        y=days,
        z=_grid(week, of, _SHOWN),
        text=_grid(week, of, _WORDS),
        customdata=_grid(week, of, "leads"),
        coloraxis="coloraxis",
        xgap=1,
        ygap=1,
        hoverongaps=False,
        hovertemplate="%{y} %{x}:00: %{text} (n = %{customdata:,d})<extra></extra>",
    )
    day, hour, words = week.sort(_SHOWN, descending=True, nulls_last=True).select("weekday", "hour", _WORDS).row(0)
    return drawn(
        [cells],
        theme=theme,
        heading=heading,
        below=leads if value == "leads" else f"{leads}; blank where it is not known",
        alt=f"Heat map. {heading} ({zone}), {leads}. Most: {words} {day} {hour}:00.",
        height=380,
        xaxis={"title": {"text": f"hour of the day ({safe(zone)})"}, "tickvals": of["hour"][::3], "showgrid": False},
        yaxis={"autorange": "reversed", "showgrid": False, "type": "category"},
        coloraxis=shown.scale,
    )


def coverage(
    frame: AnyFrame, *, theme: Theme = "light", title: str = "What the answers rest on", empty: str | None = None
) -> go.Figure:
    """How many leads are answered, open or unknown, by the evidence that tells.

    Args:
        frame: of `lk.evidence_coverage`, of one group: state, evidence, leads, share.
        theme: ``"light"`` or ``"dark"``.
        title: in place of the usual one.
        empty: what to say where there are no leads.

    Returns:
        A figure; states from left to right, kinds of evidence from top to bottom, the strongest first.

    Raises:
        MissingColumns: a column is missing; names the nearest.
        InvalidRequest: a column has another dtype, there are several groups, or there is no such theme.
    """
    found = rows_of(
        frame, {"state": "text", "evidence": "text", "leads": "count", "share": "any"}, by="coverage", theme=theme
    )
    leads = count(int(found.get_column("leads").sum()), "lead")
    if found.is_empty():
        return nothing(empty or "There are no leads.", theme=theme, heading=title)
    texts = said(found.select("leads", "share").rows(), lambda row: f"{row[0]:,}<br>{share(row[1])}")
    cells = one_row_each(found, ["state", "evidence"], by="coverage").select(
        pl.col("state").replace(_STATES),
        escaped(pl.col("evidence").fill_null("no evidence")),
        "leads",
        pl.Series(_WORDS, texts, pl.String),
    )
    grid = {"evidence": sorted(cells.get_column("evidence").unique()), "state": list(_STATES.values())}
    in_words = cells.select(pl.format("{} {}, {}", "leads", "state", "evidence")).to_series().to_list()
    counts = go.Heatmap(
        x=grid["state"],
        y=grid["evidence"],
        z=_grid(cells, grid, "leads"),
        text=_grid(cells, grid, _WORDS, missing=""),
        texttemplate="%{text}",
        coloraxis="coloraxis",
        xgap=2,
        ygap=2,
        hoverongaps=False,
        hovertemplate="%{x}, %{y}: %{text}<extra></extra>",
    )
    return drawn(
        [counts],
        theme=theme,
        heading=title,
        below=f"{leads}; E1 is the strongest evidence",
        alt=f"Table. {title}, {leads}: {'; '.join(in_words)}.",
        height=150 + 48 * len(grid["evidence"]),
        xaxis={"side": "top", "showgrid": False, "type": "category", "tickangle": 0},
        yaxis={"autorange": "reversed", "showgrid": False, "type": "category"},
        coloraxis={"showscale": False, "cmin": 0},
    )


def _grid(
    cells: pl.DataFrame, of: Mapping[str, Sequence[object]], value: str, missing: object = None
) -> list[list[object]]:
    """The values in rows and columns as `of` lists them."""
    (row, rows), (column, columns) = of.items()
    every = pl.DataFrame({row: rows}).join(pl.DataFrame({column: columns}), how="cross", maintain_order="left_right")
    found = every.join(cells, on=[row, column], how="left", maintain_order="left").get_column(value)
    values = found.fill_null(missing).to_list() if missing is not None else found.to_list()
    return [values[start : start + len(columns)] for start in range(0, len(values), len(columns))]


_SHOWN, _WORDS = "_shown", "_words"
_STATES = {
    "answered_exact": "exact",
    "answered_interval": "interval",
    "unanswered": "open",
    "unknown": "unknown",
}
