"""Grids of coloured cells: the hours of the week, and what is known from which evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
import polars as pl

from leadkit.charts.axes import measured
from leadkit.charts.figures import drawn, nothing, rows_of
from leadkit.charts.look import Theme
from leadkit.charts.texts import counted, percent
from leadkit.errors import InvalidRequest
from leadkit.metrics.traces import AnyFrame


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
    found = rows_of(frame, columns, by="heatmap")  # type: ignore[arg-type]  # the words are those that it takes
    shown = measured(found, value, by="heatmap")
    heading = title or f"{shown.words.capitalize()} by hour of the week"
    leads = int(found.get_column("leads").sum())
    if not leads or found.get_column(value).is_null().all():
        return nothing(empty or f"No hour of the week has a value: {counted(leads)}.", theme=theme, heading=heading)
    week = _one_row_each(found.with_columns(shown.numbers.alias(_SHOWN)), ["weekday", "hour"], by="heatmap")
    zone, days = str(week.get_column("zone").item(0)), week.get_column("weekday").unique(maintain_order=True).to_list()
    hours = list(range(24))
    cells = go.Heatmap(
        x=hours,
        y=days,
        z=_grid(week, {"weekday": days, "hour": hours}, _SHOWN),
        customdata=_grid(week, {"weekday": days, "hour": hours}, "leads"),
        coloraxis="coloraxis",
        xgap=1,
        ygap=1,
        hoverongaps=False,
        hovertemplate=f"%{{y}} %{{x}}:00: %{{z:{shown.form}}}{shown.unit} (n = %{{customdata:,d}})<extra></extra>",
    )
    most = week.sort(_SHOWN, descending=True, nulls_last=True).row(0, named=True)
    return drawn(
        [cells],
        theme=theme,
        heading=heading,
        below=counted(leads) if value == "leads" else f"{counted(leads)}; blank where it is not known",
        alt=f"Heat map. {heading} ({zone}), {counted(leads)}. Most: {most['weekday']} {most['hour']}:00.",
        height=380,
        xaxis={"title": {"text": f"hour of the day ({zone})"}, "tickvals": hours[::3], "showgrid": False},
        yaxis={"autorange": "reversed", "showgrid": False, "type": "category"},
        coloraxis={
            "cmin": 0,
            "cmax": shown.top,
            "colorbar": shown.ticks,
        },
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
    found = rows_of(frame, {"state": "text", "evidence": "text", "leads": "count", "share": "any"}, by="coverage")
    leads = int(found.get_column("leads").sum())
    if not leads:
        return nothing(empty or "No leads.", theme=theme, heading=title)
    cells = _one_row_each(found, ["state", "evidence"], by="coverage").select(
        pl.col("state").replace(_STATES),
        pl.col("evidence").fill_null("no evidence"),
        "leads",
        pl.format("{}<br>{}", "leads", percent(pl.col("share"))).alias(_SHOWN),
    )
    grid = {"evidence": sorted(cells.get_column("evidence").unique()), "state": list(_STATES.values())}
    in_words = cells.select(pl.format("{} {}, {}", "leads", "state", "evidence")).to_series().to_list()
    counts = go.Heatmap(
        x=grid["state"],
        y=grid["evidence"],
        z=_grid(cells, grid, "leads"),
        text=_grid(cells, grid, _SHOWN, missing=""),
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
        below=f"{counted(leads)}; E1 is the strongest evidence",
        alt=f"Table. {title}, {counted(leads)}: {'; '.join(in_words)}.",
        height=150 + 48 * len(grid["evidence"]),
        xaxis={"side": "top", "showgrid": False, "type": "category", "tickangle": 0},
        yaxis={"autorange": "reversed", "showgrid": False, "type": "category", "ticklabelstandoff": 6},
        coloraxis={"showscale": False, "cmin": 0},
    )


def _one_row_each(rows: pl.DataFrame, of: list[str], *, by: str) -> pl.DataFrame:
    """The rows, if no two are of the same.

    Raises:
        InvalidRequest: two are, as of several groups.
    """
    if rows.select(of).is_duplicated().any():
        raise InvalidRequest(f"charts.{by}: two rows have the same {' and '.join(of)}; give the rows of one group.")
    return rows


def _grid(
    cells: pl.DataFrame, of: Mapping[str, Sequence[object]], value: str, missing: object = None
) -> list[list[object]]:
    """The values in rows and columns as `of` lists them."""
    (row, rows), (column, columns) = of.items()
    every = pl.DataFrame({row: rows}).join(pl.DataFrame({column: columns}), how="cross", maintain_order="left_right")
    found = every.join(cells, on=[row, column], how="left", maintain_order="left").get_column(value)
    values = found.fill_null(missing).to_list() if missing is not None else found.to_list()
    return [values[start : start + len(columns)] for start in range(0, len(values), len(columns))]


_SHOWN = "_shown"
_STATES = {
    "answered_exact": "exact",
    "answered_interval": "interval",
    "unanswered": "open",
    "unknown": "unknown",
}
