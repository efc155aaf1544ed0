"""How many leads: by how long they waited, and by the day on which they came."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl

from leadkit.charts.axes import SHARES, counts_axis, dates_axis, said
from leadkit.charts.figures import drawn, missing, nothing, rows_of
from leadkit.charts.groups import Series, by_columns, other, series_of
from leadkit.charts.look import HATCHED, OTHER, SERIES, Theme
from leadkit.metrics.traces import AnyFrame
from leadkit.wording import count, share


def buckets(
    frame: AnyFrame, *, theme: Theme = "light", title: str = "How long buyers waited", empty: str | None = None
) -> go.Figure:
    """Leads by how long they waited: within minutes, hours, a day, later, or still.

    Args:
        frame: of `lk.response_buckets`: bucket, leads, share, after the columns that it was grouped by. The five
            largest groups have bars of their own.
        theme: ``"light"`` or ``"dark"``.
        title: in place of the usual one.
        empty: what to say where there are no leads.

    Returns:
        A figure; counts of leads along the bars.

    Raises:
        MissingColumns: a column is missing; names the nearest.
        InvalidRequest: a column has another dtype, or there is no such theme.
    """
    found = rows_of(frame, {"bucket": "text", "leads": "count", "share": "any"}, by="buckets", theme=theme)
    leads = int(found.get_column("leads").sum())
    if not leads:
        return nothing(empty or "There are no leads.", theme=theme, heading=title)
    names = by_columns(found, ("bucket", "leads", "share"))
    series, rest = series_of(found, names, pl.col("leads").sum())
    alone = not names
    others = "" if rest.is_empty() else f" of the {len(series)} largest of {_groups(found, names):,} groups"
    return drawn(
        [_bucket_bars(one, theme) for one in series],
        theme=theme,
        heading=title,
        below=f"{count(leads, 'lead')}; each bar without those above it"
        if alone
        else f"shares{others or ' of each group'}",
        alt=f"Bar chart. {title}, {count(leads, 'lead')}: {_listed(found, names)}.",
        height=390 if alone else 210 + 90 * len(series),
        barmode="group",
        showlegend=not alone,
        legend={"traceorder": "normal"},
        xaxis=counts_axis(_most(found), room=1.55) if alone else SHARES,
        yaxis={"autorange": "reversed", "showgrid": False, "type": "category"},
    )


def lead_flow(
    frame: AnyFrame, *, theme: Theme = "light", title: str = "Leads per day", empty: str | None = None
) -> go.Figure:
    """Leads per day; days without leads have no bar.

    Args:
        frame: of `lk.lead_flow`: day, zone, leads, after the columns that it was grouped by. The five largest groups
            have a colour of their own.
        theme: ``"light"`` or ``"dark"``.
        title: in place of the usual one.
        empty: what to say where there are no leads.

    Returns:
        A figure; the days of the zone from left to right.

    Raises:
        MissingColumns: a column is missing; names the nearest.
        InvalidRequest: a column has another dtype, or there is no such theme.
    """
    found = rows_of(frame, {"day": "any", "zone": "text", "leads": "count"}, by="lead_flow", theme=theme)
    dated = found.drop_nulls("day")
    if dated.is_empty():
        return nothing(empty or missing("No time is known", found), theme=theme, heading=title)
    names = by_columns(found, ("day", "zone", "leads"))
    series, rest = series_of(dated, names, pl.col("leads").sum())
    shown = [*series, *other(rest, names, "day")]
    zone, first, last = dated.select(pl.first("zone"), pl.min("day"), pl.max("day").alias("last")).row(0)
    leads, timeless = (int(one.get_column("leads").sum()) for one in (dated, found.filter(pl.col("day").is_null())))
    said = f"{count(leads, 'lead')} from {first} to {last}" + (
        f"; {timeless:,} of unknown time left out" if timeless else ""
    )
    return drawn(
        [_day_bars(one, theme) for one in shown],
        theme=theme,
        heading=title,
        below=said,
        alt=f"Bar chart. {title} in {zone}: {said}.",
        barmode="stack",
        bargap=0.1,
        height=360 + 18 * len(shown),
        showlegend=bool(names),
        legend={"traceorder": "normal"},
        xaxis=dates_axis(dated.get_column("day"), title=f"day ({zone})"),
        yaxis=counts_axis(_most(dated.group_by("day").agg(pl.col("leads").sum()))),
    )


def _bucket_bars(one: Series, theme: Theme) -> go.Bar:
    rows, alone = one.rows, not one.name
    buckets = rows.get_column("bucket").to_list()
    own = {"unanswered": SERIES[theme][1], "unknown": OTHER[theme]} if alone else {}
    hatch = {"interval": "/"} if alone else {}
    return go.Bar(
        x=rows.get_column("leads" if alone else "share").to_list(),
        y=buckets,
        name=f"{one.name} (n {rows.get_column('leads').sum():,})",
        orientation="h",
        text=said(rows.select("leads", "share").rows(), lambda row: f"{row[0]:,} ({share(row[1])})"),
        textposition="outside" if alone else "none",
        cliponaxis=False,
        hovertemplate="%{y}: %{text}" + one.extra,
        marker={
            "color": [own.get(name, one.colour(theme)) for name in buckets] if alone else one.colour(theme),
            "pattern": {**HATCHED, "shape": [hatch.get(name, one.pattern) for name in buckets]},
        },
    )


def _day_bars(one: Series, theme: Theme) -> go.Bar:
    return go.Bar(
        x=one.rows.get_column("day").cast(pl.String).to_list(),
        y=one.rows.get_column("leads").to_list(),
        name=one.name,
        marker={"color": one.colour(theme), "pattern": {**HATCHED, "shape": one.pattern}, "line": {"width": 0}},
        hovertemplate="%{x|%a %Y-%m-%d}: %{y:,d}" + one.extra,
    )


def _most(rows: pl.DataFrame) -> int:
    return int(rows.select(pl.col("leads").max()).item())


def _groups(rows: pl.DataFrame, names: list[str]) -> int:
    return rows.select(names).n_unique()


def _listed(rows: pl.DataFrame, names: list[str]) -> str:
    """The counts in words; of several groups, how many there are."""
    if names:
        return count(_groups(rows, names), "group")
    return ", ".join(rows.select(pl.format("{} {}", "bucket", "leads")).to_series().to_list())
