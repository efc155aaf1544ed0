"""What leads cost: over time, and by listing; each currency in a panel of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import plotly.graph_objects as go
import polars as pl

from leadkit.charts.axes import axis, dates_axis, labels_above, money_axis, rows_axis, said, stacked
from leadkit.charts.figures import drawn, missing, nothing, one_row_each, rows_of
from leadkit.charts.groups import COLOURED, by_columns, names_of
from leadkit.charts.look import HATCHED, SERIES, Theme
from leadkit.charts.texts import safe
from leadkit.errors import InvalidRequest
from leadkit.metrics.given import Needed
from leadkit.metrics.traces import AnyFrame
from leadkit.wording import count, listed, money

_TOTALS: dict[str, Needed] = {
    "fee_currency": "text",
    "leads": "count",
    "charged": "count",
    "missing": "count",
    **dict.fromkeys(("gross", "credits", "total", "per_lead"), "money"),
}
_ANSWERED: dict[str, Needed] = {"answered": "count", "per_answered_lead": "money", "unanswered_spend": "money"}
_LABEL = 46  # characters of a listing's title


def fees(
    frame: AnyFrame,
    *,
    zone: str | None = None,
    theme: Theme = "light",
    title: str = "Fees over time",
    empty: str | None = None,
) -> go.Figure:
    """What was charged per month, week or day; nothing is added up across currencies.

    Args:
        frame: of `lk.fee_totals`, by one column of Dates such as `lk.month` and `lk.week` give.
        zone: the zone by whose clocks the dates are, for the words at the axis.
        theme: ``"light"`` or ``"dark"``.
        title: in place of the usual one.
        empty: what to say where nothing was charged.

    Returns:
        A figure with one panel for each of the five currencies with the most leads. Where there are credits, they stand
        below nothing, and the total is a point.

    Raises:
        MissingColumns: a column is missing; names the nearest.
        InvalidRequest: a column has another dtype, it is grouped by something else than Dates, or there is no such
            theme.
    """
    found = rows_of(frame, _TOTALS, by="fees", theme=theme)
    date = _date_column(found)
    dated = one_row_each(found, [date, "fee_currency"], by="fees").drop_nulls([date, "fee_currency", "total"])
    if dated.is_empty():
        return nothing(empty or missing("No fee has a date and a currency", found), theme=theme, heading=title)
    panels = _panels(dated)
    domains = stacked([1] * len(panels), 0.09)
    axes: dict[str, Any] = {}
    for place, (currency, rows) in enumerate(panels):
        low, high = (float(one) for one in rows.select(pl.col("credits").min(), pl.col("gross").max()).row(0))
        axes[axis("yaxis", place)] = {**money_axis(low, high, currency), "domain": domains[place]}
    by = f"{date} ({zone})" if zone else date
    axes["xaxis"] = {**dates_axis(dated.get_column(date), title=by), "anchor": axis("y", len(panels) - 1)}
    return drawn(
        [trace for place, (_, rows) in enumerate(panels) for trace in _fee_bars(rows, date, place, theme)],
        theme=theme,
        heading=title,
        below=_below(found, dated, panels),
        alt=f"Bar chart. {title} by {by}. {' '.join(_read(currency, rows, date) for currency, rows in panels)}",
        height=190 + 150 * len(panels),
        barmode="relative",
        bargap=0.25,
        showlegend=bool(dated.select((pl.col("credits") < 0).any()).item()),
        legend={"traceorder": "normal"},
        **axes,
    )


def cost_per_listing(
    frame: AnyFrame,
    *,
    most: int = 12,
    theme: Theme = "light",
    title: str = "What each listing cost",
    empty: str | None = None,
) -> go.Figure:
    """What the leads of each listing cost, how much of it went to leads without an answer, and the cost per answer.

    Args:
        frame: of `lk.fee_totals`, by ``item_id``, or by ``item_id`` and ``item_title``, which then names the bars, or
            by whatever else.
        most: how many listings of each currency are drawn.
        theme: ``"light"`` or ``"dark"``.
        title: in place of the usual one.
        empty: what to say where nothing was charged.

    Returns:
        A figure with one panel for each of the five currencies with the most leads, and in it the listings that cost
        the most. Titles are shortened; a bar's hover text has the id.

    Raises:
        MissingColumns: a column is missing; names the nearest.
        InvalidRequest: a column has another dtype, it was grouped by nothing, `most` is no number above 0, or there is
            no such theme.
    """
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise InvalidRequest(f"charts.cost_per_listing: most={most!r} is refused: allowed is a whole number above 0.")
    found = rows_of(frame, _TOTALS | _ANSWERED, by="cost_per_listing", theme=theme)
    names = by_columns(found, _TOTALS)
    if not names:
        raise InvalidRequest("charts.cost_per_listing: frame has no listings; give fee_totals by=['item_id'].")
    charged = found.drop_nulls(["fee_currency", "total"])
    if charged.is_empty():
        return nothing(empty or missing("No fee has a currency", found), theme=theme, heading=title)
    panels = [(currency, _costliest(rows, names, most)) for currency, rows in _panels(charged)]
    tall = sum(44 * rows.height + 50 for _, rows in panels)
    domains = stacked([rows.height for _, rows in panels], 56 / tall)  # room for the axis between two panels
    axes: dict[str, Any] = {}
    for place, (currency, rows) in enumerate(panels):
        low, high = (
            float(one) for one in rows.select(pl.col("total").min(), pl.col("total").max().alias("most")).row(0)
        )
        axes[axis("xaxis", place)] = {**money_axis(low, high, currency, room=1.55), "anchor": axis("y", place)}
        axes[axis("yaxis", place)] = {**rows_axis(rows.height), "domain": domains[place], "anchor": axis("x", place)}
    cut = any(rows.height > most for _, rows in _panels(charged))
    return drawn(
        [trace for place, (_, rows) in enumerate(panels) for trace in _cost_bars(rows, names, place, theme)],
        theme=theme,
        heading=title,
        below=_below(found, charged, panels) + (f"; the {most} costliest" if cut else ""),
        alt=f"Bar chart. {title}. {' '.join(_read_listings(currency, rows, names) for currency, rows in panels)}",
        height=170 + tall,
        barmode="overlay",
        showlegend=True,
        legend={"traceorder": "normal"},
        annotations=[
            one
            for place, (_, rows) in enumerate(panels)
            for one in labels_above(_labels(rows, names), above=0.18, place=place)
        ],
        **axes,
    )


def _panels(rows: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """The rows of each of the currencies with the most leads."""
    sizes = rows.group_by("fee_currency").agg(pl.col("leads").sum()).sort(-pl.col("leads"), "fee_currency")
    codes = sizes.get_column("fee_currency").head(COLOURED).to_list()
    return [(code, rows.filter(pl.col("fee_currency") == code)) for code in codes]


def _date_column(found: pl.DataFrame) -> str:
    names = by_columns(found, _TOTALS)
    if len(names) != 1 or found.schema[names[0]] != pl.Date():
        raise InvalidRequest("charts.fees: frame has to be grouped by one column of Dates: fee_totals(by=lk.month(…)).")
    return names[0]


def _fee_bars(rows: pl.DataFrame, date: str, place: int, theme: Theme) -> Iterator[go.Bar | go.Scatter]:
    x = rows.get_column(date).cast(pl.String).to_list()
    hover = said(rows.select("fee_currency", "leads", "total", "gross", "credits", "per_lead").rows(), _fee_words)
    credited = rows.select((pl.col("credits") < 0).any()).item()
    common = {
        "x": x,
        "yaxis": axis("y", place),
        "customdata": hover,
        "hovertemplate": f"%{{x|{_form(rows, date)}}}<br>%{{customdata}}<extra></extra>",
    }
    legend = {"showlegend": place == 0}
    yield go.Bar(y=_floats(rows, "gross"), name="charged", marker={"color": SERIES[theme][0]}, **common, **legend)
    if credited:
        hatched = {"color": SERIES[theme][1], "pattern": {**HATCHED, "shape": "/"}}
        yield go.Bar(y=_floats(rows, "credits"), name="credited", marker=hatched, **common, **legend)
        point = {"color": SERIES[theme][4], "symbol": "diamond", "size": 9}
        yield go.Scatter(y=_floats(rows, "total"), name="total", mode="markers", marker=point, **common, **legend)


def _cost_bars(rows: pl.DataFrame, names: list[str], place: int, theme: Theme) -> Iterator[go.Bar]:
    hover = _hover(rows, names)
    common = {
        "y": list(range(rows.height)),
        "orientation": "h",
        "xaxis": axis("x", place),
        "yaxis": axis("y", place),
        "width": 0.3,
        "ids": _ids(rows),
        "customdata": hover,
        "hovertemplate": "%{customdata}<extra></extra>",
        "showlegend": place == 0,
    }
    answers = said(rows.select("per_answered_lead", "fee_currency").rows(), _per_answer)
    text = {"text": answers, "textposition": "outside", "cliponaxis": False}
    yield go.Bar(x=_floats(rows, "total"), name="all leads", marker={"color": SERIES[theme][0]}, **text, **common)
    unanswered = {"color": SERIES[theme][1], "pattern": {**HATCHED, "shape": "/"}}
    yield go.Bar(x=_floats(rows, "unanswered_spend"), name="of it unanswered", marker=unanswered, **common)


def _ids(rows: pl.DataFrame) -> list[str] | None:
    """What a click on a bar finds its listing by."""
    return rows.get_column("item_id").fill_null("").to_list() if "item_id" in rows.columns else None


def _costliest(rows: pl.DataFrame, names: list[str], most: int) -> pl.DataFrame:
    return rows.sort("total", *names, descending=[True, *(False for _ in names)], nulls_last=True).head(most)


def _labels(rows: pl.DataFrame, names: list[str]) -> list[str]:
    """What stands above the bars: the title of the listing, if there is one."""
    return names_of(rows, [name for name in names if name == "item_title"] or names, _LABEL)


def _per_answer(row: tuple[Decimal | None, str]) -> str:
    each, currency = row
    return "no answer known" if each is None else f"{safe(money(each, currency))} an answer"


def _hover(rows: pl.DataFrame, names: list[str]) -> list[str]:
    """Who the listing is, with its id, and all its money."""
    columns = ("fee_currency", "leads", "total", "answered", "per_answered_lead", "unanswered_spend")
    words = said(rows.select(columns).rows(), _cost_words)
    return [f"{name}<br>{all_of_it}" for name, all_of_it in zip(names_of(rows, names, 90), words, strict=True)]


def _cost_words(row: tuple[str, int, Decimal, int, Decimal | None, Decimal | None]) -> str:
    currency, leads, total, answered, each, unanswered = row
    parts = [f"{money(total, currency)} for {count(leads, 'lead')}"]
    parts += [f"{answered:,} answered" if answered else "no answer known"]
    parts += [f"{money(each, currency)} an answer"] if each is not None else []
    parts += [f"{money(unanswered, currency)} on unanswered"] if unanswered is not None else []
    return "<br>".join(map(safe, parts))


def _fee_words(row: tuple[str, int, Decimal, Decimal, Decimal, Decimal | None]) -> str:
    currency, leads, total, gross, credited, each = row
    parts = [f"{money(total, currency)} for {count(leads, 'lead')}"]
    parts += [f"{money(gross, currency)} charged, {money(credited, currency)} credited"] if credited else []
    parts += [f"{money(each, currency)} each"] if each is not None else []
    return "<br>".join(map(safe, parts))


def _below(found: pl.DataFrame, drawn_rows: pl.DataFrame, panels: Sequence[tuple[str, pl.DataFrame]]) -> str:
    """How many leads there are, and what is not drawn."""
    codes = drawn_rows.get_column("fee_currency").unique().sort()
    others = [code for code in codes if code not in dict(panels)]
    missing = int(found.get_column("missing").sum())
    parts = [
        _leads(found),
        f"{missing:,} without a fee" if missing else "",
        f"not drawn: {listed(others)}" if others else "",
    ]
    return "; ".join(filter(None, parts))


def _leads(rows: pl.DataFrame) -> str:
    return count(int(rows.get_column("leads").sum()), "lead")


def _read(currency: str, rows: pl.DataFrame, date: str) -> str:
    totals = rows.select(pl.col(date).dt.to_string(_form(rows, date)), "total").rows()
    return f"{currency}: {', '.join(f'{money(total, None)} in {at}' for at, total in totals)}."


def _form(rows: pl.DataFrame, date: str) -> str:
    """How dates are written: months without a day."""
    months = date.startswith("month") and rows.select((pl.col(date).dt.day() == 1).all()).item()
    return "%Y-%m" if months else "%Y-%m-%d"


def _read_listings(currency: str, rows: pl.DataFrame, names: list[str]) -> str:
    totals = zip(_labels(rows, names), rows.get_column("total"), strict=True)
    return f"{currency}: {', '.join(f'{money(total, None)} {name}' for name, total in totals)}."


def _floats(rows: pl.DataFrame, column: str) -> list[float]:
    return rows.get_column(column).cast(pl.Float64).round(2).to_list()
