"""The intervals in which something is open: sorted, apart from each other, as instants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from leadkit.metrics.opening_hours import DAY, Dated, Span, Week
from leadkit.metrics.zones import Offsets

_NOON = DAY // 2
_EVER = 2**62  # microseconds: beyond every time that a calendar can be asked about
_SPANS = {"begin": pl.Int64, "end": pl.Int64}


def open_intervals(
    days: pl.Series, clocks: Offsets, *, weekly: Week, special: Dated, breaks: Dated, holidays: Iterable[date]
) -> pl.DataFrame:
    """One row per interval: date, opens, closes, why; opens and closes are instants in microseconds since 1970.

    An interval belongs to the date on which it begins: a holiday, or special hours, replace what begins on their date,
    and leave what began the evening before. Special hours go before a holiday. Where intervals of two dates overlap,
    the later one begins when the earlier one has ended. A break takes away what is open then, whatever date it is of.

    Args:
        days: the dates.
        clocks: the offsets of the zone, of at least these dates.
        weekly: spans of Monday to Sunday.
        special: spans that replace those of a date.
        breaks: spans that are taken away.
        holidays: dates without hours, but for special ones.
    """
    replaced = [*(day for day, _ in special), *holidays]
    usual = _of_week(days, weekly).filter(~pl.col("date").is_in(pl.lit(pl.Series(replaced, dtype=pl.Date)).implode()))
    extra = _of_dates(special).join(pl.DataFrame({"date": days}), on="date", how="semi")
    hours = pl.concat([usual.with_columns(why=pl.lit("weekly")), extra.with_columns(why=pl.lit("special"))])
    return _without(_instants(hours, clocks), _instants(_of_dates(breaks), clocks))


def replaced_dates(special: Dated, breaks: Dated, holidays: Mapping[date, str | None]) -> pl.DataFrame:
    """One row per date on which the weekly hours do not hold: date, why, holiday (its name, where it has one)."""
    rows: dict[date, tuple[str, str | None]] = {day: ("break", None) for day, _ in breaks}
    rows |= {day: ("holiday", name) for day, name in holidays.items()}
    rows |= {day: ("special", holidays.get(day)) for day, _ in special}
    schema = {"date": pl.Date, "why": pl.String, "holiday": pl.String}
    return pl.DataFrame([(day, *what) for day, what in rows.items()], schema=schema, orient="row")


def shown(intervals: pl.DataFrame, replaced: pl.DataFrame, first: datetime, last: datetime, zone: str) -> pl.DataFrame:
    """These intervals from the first moment to the last, with a row for each replaced date without any; for people."""
    since, until = (pl.lit(at, pl.Datetime("us", "UTC")) for at in (first, last))
    begins, ends = (at.astimezone(ZoneInfo(zone)).date() for at in (first, last - timedelta(microseconds=1)))
    opened = (
        intervals.with_columns(pl.col("opens", "closes").cast(pl.Datetime("us", "UTC")))
        .with_columns(opens=pl.max_horizontal("opens", since), closes=pl.min_horizontal("closes", until))
        .filter(pl.col("opens") < pl.col("closes"))
        .join(replaced.select("date", "holiday"), on="date", how="left")
    )
    closed = replaced.filter(pl.col("date").is_between(begins, ends)).join(intervals, on="date", how="anti")
    return (
        pl.concat([opened, closed], how="diagonal")
        .sort("date", "opens")
        .select(
            "date",
            weekday=pl.col("date").dt.to_string("%a"),
            opens_at=pl.col("opens").dt.convert_time_zone(zone),
            closes_at=pl.col("closes").dt.convert_time_zone(zone),
            duration=(pl.col("closes") - pl.col("opens")).fill_null(pl.duration()),
            why="why",
            holiday="holiday",
        )
    )


def _of_week(days: pl.Series, weekly: Week) -> pl.DataFrame:
    spans = [(weekday, *span) for weekday, spans in enumerate(weekly, start=1) for span in spans]
    table = pl.DataFrame(spans, schema={"weekday": pl.Int8, **_SPANS}, orient="row")
    return (
        pl.DataFrame({"date": days})
        .with_columns(weekday=pl.col("date").dt.weekday())
        .join(table, on="weekday", maintain_order="left_right")
        .select("date", "begin", "end")
    )


def _of_dates(dated: Dated) -> pl.DataFrame:
    rows: list[tuple[date, *Span]] = [(day, *span) for day, spans in dated for span in spans]
    return pl.DataFrame(rows, schema={"date": pl.Date, **_SPANS}, orient="row")


def _instants(hours: pl.DataFrame, clocks: Offsets) -> pl.DataFrame:
    """Spans of dates as intervals of instants, without those that a switch of the clocks empties or a zone skipped."""
    midnight = pl.col("date").cast(pl.Int64) * DAY
    return (
        hours.filter(clocks.walls(clocks.instants(midnight + _NOON)) // DAY == pl.col("date").cast(pl.Int64))
        .with_columns(
            opens=clocks.instants(midnight + pl.col("begin")), closes=clocks.instants(midnight + pl.col("end"))
        )
        .drop("begin", "end")
        .sort("opens", "closes")
        .with_columns(opens=pl.max_horizontal("opens", pl.col("closes").cum_max().shift(1)))
        .filter(pl.col("opens") < pl.col("closes"))
    )


def _without(hours: pl.DataFrame, breaks: pl.DataFrame) -> pl.DataFrame:
    """What lies in the hours and between the breaks; what a break has cut says so in `why`."""
    if breaks.is_empty():
        return hours
    between = pl.DataFrame(
        {"since": [-_EVER, *breaks["closes"]], "until": [*breaks["opens"], _EVER]},
        schema={"since": pl.Int64, "until": pl.Int64},
    )
    cut = (pl.col("since") > pl.col("opens")) | (pl.col("until") < pl.col("closes"))
    return (
        hours.join_where(between, pl.col("opens") < pl.col("until"), pl.col("closes") > pl.col("since"))
        .select(
            "date",
            opens=pl.max_horizontal("opens", "since"),
            closes=pl.min_horizontal("closes", "until"),
            why=pl.when(cut).then(pl.lit("break")).otherwise("why"),
        )
        .filter(pl.col("opens") < pl.col("closes"))
        .sort("opens")
    )
