"""Shares with their intervals, and what buyers offer in trade."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import plotly.graph_objects as go
import polars as pl

from leadkit.charts.axes import SHARES, counts_axis, in_words, labels_above, rows_axis, said
from leadkit.charts.figures import drawn, missing, nothing, rows_of
from leadkit.charts.groups import COLOURED, by_columns, names_of
from leadkit.charts.look import MARKERS, OTHER, SERIES, Theme
from leadkit.charts.texts import safe
from leadkit.errors import InvalidRequest
from leadkit.metrics.given import Needed
from leadkit.metrics.traces import AnyFrame
from leadkit.wording import count
from leadkit.wording import share as percent

_USUAL = ("yes_share", "sla_rate", "share")
_ENDS = {"sla_rate": ("sla_low", "sla_high"), "share": ("low", "high")}
_MOST = 15
_FEW = 10  # of which `few` says to look at the counts only
_APART = 0.22  # of a row, from one share of it to the next
_LABEL = 40  # characters of a row's name


def shares(
    frame: AnyFrame,
    *,
    share: str | Sequence[str] | None = None,
    theme: Theme = "light",
    title: str | None = None,
    empty: str | None = None,
) -> go.Figure:
    """Shares as points with their confidence intervals, one row per group.

    Args:
        frame: of `lk.financing`, of `lk.response_summary` with ``sla=``, of `lk.trade_ins`, or any that has leads, a
            share, and its interval in ``<share>_low`` and ``<share>_high`` (of ``share``: low and high). The columns
            before leads name the rows. Groups of fewer than ten, by ``few`` or by leads, have open markers.
        share: the column of the share, or up to five, which are drawn one below the other; None for ``yes_share``,
            ``sla_rate`` or ``share``, whichever is there.
        theme: ``"light"`` or ``"dark"``.
        title: in place of the usual one.
        empty: what to say where there is no share.

    Returns:
        A figure; shares from left to right, the 15 largest groups from top to bottom.

    Raises:
        MissingColumns: a column is missing; names the nearest.
        InvalidRequest: a column has another dtype, too many shares are asked for, or there is no such theme.
    """
    columns = _columns(frame, share)
    needs: dict[str, Needed] = {"leads": "count", **{name: "any" for one in columns for name in (one, *_ends(one))}}
    found = rows_of(frame, needs, by="shares", theme=theme)
    heading = title or (in_words(columns[0]).capitalize() if len(columns) == 1 else "Shares and their intervals")
    some = found.filter(pl.any_horizontal(pl.col(list(columns)).is_not_null()))
    if some.is_empty():
        return nothing(empty or missing("No share can be taken", found), theme=theme, heading=heading)
    keys = by_columns(some, ("leads",))
    largest = some.sort("leads", descending=True, maintain_order=True).head(_MOST)
    rows = largest.sort(keys, nulls_last=True) if keys and some.schema[keys[0]] == pl.Date() else largest
    names = names_of(rows, keys, _LABEL)
    labels = [f"{name} (n {leads:,})" for name, leads in zip(names, rows.get_column("leads"), strict=True)]
    cut = f"the {_MOST} largest of {some.height:,} groups; " if some.height > _MOST else ""
    return drawn(
        [trace for place, one in enumerate(columns) for trace in _points(rows, columns, place, names, theme)],
        theme=theme,
        heading=heading,
        below=f"{cut}lines: intervals; open: rests on fewer than 10",
        alt=f"Dot chart. {heading}: {'; '.join(_read(rows, columns[0], names))}.",
        height=140 + 46 * rows.height + (14 * rows.height + 26) * (len(columns) - 1),
        showlegend=len(columns) > 1,
        xaxis={**SHARES, "range": [0, 1.02], "rangemode": "normal"},
        yaxis=rows_axis(rows.height),
        annotations=labels_above(labels, above=0.14 + _APART * (len(columns) - 1) / 2),
    )


def trade_in_makes(
    frame: AnyFrame, *, theme: Theme = "light", title: str = "Makes offered in trade", empty: str | None = None
) -> go.Figure:
    """Leads that offer a car in trade, by its make; the 15 most frequent ones, then the unknown.

    Args:
        frame: of `lk.trade_ins`, by make or whatever else: leads, share, low, high after the columns that it was
            grouped by.
        theme: ``"light"`` or ``"dark"``.
        title: in place of the usual one.
        empty: what to say where nobody offers one.

    Returns:
        A figure; counts of leads along the bars. How many offer none stands below the title.

    Raises:
        MissingColumns: a column is missing; names the nearest.
        InvalidRequest: a column has another dtype, it was grouped by nothing, or there is no such theme.
    """
    return _trade_ins(frame, by="trade_in_makes", theme=theme, title=title, empty=empty, in_order=False)


def trade_in_years(
    frame: AnyFrame, *, theme: Theme = "light", title: str = "Years of cars offered in trade", empty: str | None = None
) -> go.Figure:
    """Leads that offer a car in trade, by its year, the latest first.

    Args:
        frame: of `lk.trade_ins` by ``year_band`` (or ``year``): leads, share, low, high after the columns that it was
            grouped by.
        theme: ``"light"`` or ``"dark"``.
        title: in place of the usual one.
        empty: what to say where nobody offers one.

    Returns:
        A figure; counts of leads along the bars. How many offer none stands below the title.

    Raises:
        MissingColumns: a column is missing; names the nearest.
        InvalidRequest: a column has another dtype, it was grouped by nothing, or there is no such theme.
    """
    return _trade_ins(frame, by="trade_in_years", theme=theme, title=title, empty=empty, in_order=True)


def _trade_ins(frame: AnyFrame, *, by: str, theme: Theme, title: str, empty: str | None, in_order: bool) -> go.Figure:
    needs: dict[str, Needed] = {"leads": "count", **dict.fromkeys(("share", "low", "high"), "any")}
    found = rows_of(frame, needs, by=by, theme=theme)
    keys = by_columns(found, needs)
    if not keys:
        raise InvalidRequest(f"charts.{by}: frame has one row over all; give trade_ins a by=, such as 'make'.")
    first = pl.col(keys[0]).cast(pl.String)
    leads, without = int(found.get_column("leads").sum()), int(found.filter(first == "none").get_column("leads").sum())
    offered = found.filter(first.ne_missing("none"))
    unknown = pl.any_horizontal(pl.col(keys).cast(pl.String).eq_missing("unknown"))
    known = offered.filter(~unknown)
    if offered.is_empty() or not offered.get_column("leads").sum():
        return nothing(empty or missing("Nobody offers a trade-in", found), theme=theme, heading=title)
    largest = known.sort("leads", descending=True, maintain_order=True).head(_MOST)
    rows = pl.concat([largest.sort(keys, descending=True) if in_order else largest, offered.filter(unknown)])
    cut = f"; {_MOST} of {known.height:,}" if known.height > _MOST else ""
    texts = said(rows.select("leads", "share").rows(), lambda row: f"{row[0]:,} ({percent(row[1])})")
    ends = said(rows.select("low", "high").rows(), lambda row: f"{percent(row[0])} to {percent(row[1])}")
    names, others = names_of(rows, keys, _LABEL), count(without, "offers none", "offer none")
    bars = go.Bar(
        x=rows.get_column("leads").to_list(),
        y=names,
        ids=rows.select(first).to_series().fill_null("").to_list(),  # what a click on a bar finds it by
        orientation="h",
        text=texts,
        textposition="outside",
        cliponaxis=False,
        customdata=ends,
        hovertemplate="%{y}: %{text}, interval %{customdata}<extra></extra>",
        marker={"color": [OTHER[theme] if odd else SERIES[theme][0] for odd in rows.select(unknown).to_series()]},
    )
    return drawn(
        [bars],
        theme=theme,
        heading=title,
        below=f"{count(leads, 'lead')}, {others}{cut}",
        alt=f"Bar chart. {title}, {count(leads, 'lead')}, {others}: "
        + "; ".join(f"{name} {text}" for name, text in zip(names, texts, strict=True)),
        height=130 + 26 * rows.height,
        xaxis=counts_axis(int(rows.get_column("leads").max()), room=1.4),  # type: ignore[arg-type]  # a number
        yaxis={"autorange": "reversed", "showgrid": False, "type": "category"},
    )


def _points(
    rows: pl.DataFrame, columns: Sequence[str], place: int, names: Sequence[str], theme: Theme
) -> Iterator[go.Scatter]:
    """The points of one share, and their intervals as lines."""
    column = columns[place]
    ends = rows.select(_ends(column)).rows()
    offset = _APART * (place - (len(columns) - 1) / 2)
    y = [row + offset for row in range(rows.height)]
    colour, group = SERIES[theme][place], {"legendgroup": column}
    yield go.Scatter(
        x=[end if end is None else round(end, 4) for low, high in ends for end in (low, high, None)],
        y=[at for row in y for at in (row, row, None)],
        mode="lines",
        line={"color": colour, "width": 3},
        opacity=0.55,
        hoverinfo="skip",
        showlegend=False,
        cliponaxis=False,
        **group,
    )
    few = rows.select(_few(rows)).to_series()
    yield go.Scatter(
        x=rows.get_column(column).round(4).to_list(),
        y=y,
        mode="markers",
        name=safe(in_words(column)),
        marker={"color": colour, "size": 10, "symbol": [MARKERS[place] + ("-open" if one else "") for one in few]},
        customdata=list(zip(names, _in_words(rows, column), strict=True)),
        hovertemplate="%{customdata[0]}: %{customdata[1]}<extra>%{fullData.name}</extra>",
        cliponaxis=False,
        **group,
    )


def _columns(frame: AnyFrame, share: str | Sequence[str] | None) -> list[str]:
    if share is None:
        there = frame.lazy().collect_schema() if isinstance(frame, pl.DataFrame | pl.LazyFrame) else {}
        return [next((name for name in _USUAL if name in there), _USUAL[-1])]
    columns = [share] if isinstance(share, str) else list(share)
    if not 0 < len(columns) <= COLOURED:
        raise InvalidRequest(f"charts.shares: share={share!r} is refused: allowed are one to {COLOURED} columns.")
    return columns


def _ends(column: str) -> tuple[str, str]:
    return _ENDS.get(column, (f"{column}_low", f"{column}_high"))


def _few(rows: pl.DataFrame) -> pl.Expr:
    return pl.col("few").eq_missing("n<10") if "few" in rows.columns else pl.col("leads") < _FEW


def _in_words(rows: pl.DataFrame, column: str) -> list[str]:
    low, high = _ends(column)
    return said(
        rows.select(column, low, high).rows(),
        lambda row: "not known" if row[0] is None else f"{percent(row[0])} ({' to '.join(said(row[1:], percent))})",
    )


def _read(rows: pl.DataFrame, column: str, names: Sequence[str]) -> list[str]:
    return [f"{name} {words}" for name, words in zip(names, _in_words(rows, column), strict=True)]
