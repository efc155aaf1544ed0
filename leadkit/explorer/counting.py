"""All numbers of a choice of leads, counted in one go; each equals that of the metric that it is named after."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from leadkit.explorer.cases import HOURS_A_DAY, Cases
from leadkit.metrics.buckets import BUCKETS
from leadkit.metrics.by_hour import WEEKDAYS
from leadkit.metrics.figures import Row
from leadkit.metrics.proportions import wilson_bounds
from leadkit.metrics.sorted_waits import median_curve, median_of_both
from leadkit.metrics.verdict import STATES


@dataclass(frozen=True, slots=True)
class Counts:
    """What there is to tell of a choice.

    Attributes:
        chosen: how many leads it has.
        waits: of `response_summary`: leads (episodes), duplicates, answered_exact, answered_interval, unanswered,
            unknown; and answered of followed (those not unknown) with its Wilson interval: answered, followed,
            answered_share, answered_share_low, answered_share_high. `with_median` adds p50, p50_low, p50_high and
            p50_earliest.
        fees: as `fee_totals` gives them, without its last columns.
        listings: the same by item_id and item_title.
        flow: of `lead_flow`.
        week: weekday, hour, zone and leads as `by_hour` has them, duplicates among them.
        buckets: of `response_buckets`.
        makes: of `trade_ins`, in another order.
    """

    chosen: int
    waits: Row
    fees: pl.DataFrame
    listings: pl.DataFrame
    flow: pl.DataFrame
    week: pl.DataFrame
    buckets: pl.DataFrame
    makes: pl.DataFrame


def counted(cases: Cases, chosen: pl.Series) -> Counts:
    """The numbers of the leads at these positions of the cases.

    Args:
        cases: all leads.
        chosen: true for those that are chosen.
    """
    rows = cases.sums.filter(chosen).lazy()
    kinds, cells, clock = pl.collect_all(
        [
            rows.group_by("kind").agg(leads=pl.len().cast(pl.Int64)),
            rows.group_by("cell").agg(leads=pl.len().cast(pl.Int64), charged=_charged(), total=pl.col("fee").sum()),
            rows.group_by("clock").agg(leads=pl.len().cast(pl.Int64)),
        ]
    )
    named = kinds.join(cases.kinds, on="kind")
    costs = cells.join(cases.cells, on="cell").with_columns(pl.col("listing").cast(pl.String))
    hours = _hours(clock, cases.zone)
    return Counts(
        int(kinds.get_column("leads").sum()),
        _waits(named),
        _fees(costs, []),
        _listings(_fees(costs, ["listing"]), cases.titles),
        _flow(hours),
        _week(hours, cases.zone),
        _buckets(named),
        _makes(named),
    )


def with_median(counts: Counts, cases: Cases, chosen: pl.Series) -> Counts:
    """The same counts with the median wait, which takes longer than all others together."""
    rows = cases.sums.filter(chosen).lazy()
    curves = (median_curve(waits) for waits in (rows.select("t", "replied").drop_nulls("t"), _at_lower(rows)))
    median = median_of_both(*pl.collect_all(curves))
    return replace(counts, waits={**counts.waits, **median.row(0, named=True)})


def _at_lower(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The waits with intervals at their lower ends: all others are in that order already."""
    narrow = rows.select("t_lower", "replied", moved=pl.col("t").ne_missing(pl.col("t_lower"))).drop_nulls("t_lower")
    stay, move = (narrow.filter(one).select(t="t_lower", replied="replied") for one in (~pl.col("moved"), "moved"))
    key = pl.col("t").dt.total_microseconds() * 2 + (~pl.col("replied")).cast(pl.Int64)
    return (
        stay.with_columns(key=key)
        .merge_sorted(move.with_columns(key=key).sort("key"), key="key")
        .select("t", "replied")
    )


def _charged() -> pl.Expr:
    return pl.col("fee").count().cast(pl.Int64)


def _waits(kinds: pl.DataFrame) -> Row:
    states = {name: pl.col("episode") & (pl.col("state") == name) for name in STATES.categories}
    rows = {"leads": pl.col("episode"), "duplicates": ~pl.col("episode"), **states}
    answered = pl.col("answered_exact") + pl.col("answered_interval")
    low, high = wilson_bounds(pl.col("answered"), pl.col("followed"))
    counts = (
        kinds.select(pl.col("leads").filter(one).sum().alias(name) for name, one in rows.items())
        .with_columns(answered=answered, followed=answered + pl.col("unanswered"))
        .with_columns(_share("answered", "followed", "answered_share"))
        .with_columns(low.alias("answered_share_low"), high.alias("answered_share_high"))
    )
    return counts.row(0, named=True)


def _fees(cells: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """What `fee_totals` makes of single leads, from the sums of those that have all in common that it asks for."""
    count, total, answer = pl.col("leads"), pl.col("total"), pl.col("answer")
    is_open, answered = (answer == one for one in ("NEW", "RESPONDED"))
    sums = cells.group_by(*by, "fee_currency").agg(
        count.sum(),
        pl.col("charged").sum(),
        missing=(count - pl.col("charged")).sum(),
        gross=total.filter("positive").sum(),
        credits=total.filter(~pl.col("positive")).sum(),
        answered=count.filter(answered).sum(),
        unanswered=count.filter(is_open).sum(),
        unanswered_spend=total.filter(is_open).sum(),
        _priced=pl.col("charged").filter(is_open).sum(),
    )
    told = pl.col("charged") > 0
    spend_is_told = told & ((pl.col("unanswered") == 0) | (pl.col("_priced") > 0))
    return (
        sums.with_columns(pl.when(told).then("gross").alias("gross"), pl.when(told).then("credits").alias("credits"))
        .with_columns(total=pl.col("gross") + pl.col("credits"))
        .with_columns(
            _share("total", "charged", "per_lead"),
            _share("total", "answered", "per_answered_lead"),
            pl.when(spend_is_told).then("unanswered_spend").alias("unanswered_spend"),
        )
        .sort(*by, "fee_currency", nulls_last=True)
        .select(*by, *_FEES)
    )


def _listings(fees: pl.DataFrame, titles: pl.DataFrame) -> pl.DataFrame:
    return fees.join(titles, on="listing", how="left", maintain_order="left").select(
        pl.col("listing").alias("item_id"), "item_title", *_FEES
    )


def _hours(clock: pl.DataFrame, zone: str) -> pl.DataFrame:
    day = (pl.col("clock") // HOURS_A_DAY).cast(pl.Date)
    return clock.select(
        day.alias("day"),
        (pl.col("clock") % HOURS_A_DAY).cast(pl.Int8).alias("hour"),
        pl.lit(zone).alias("zone"),
        "leads",
    )


def _flow(hours: pl.DataFrame) -> pl.DataFrame:
    return hours.group_by("day", "zone").agg(pl.col("leads").sum()).sort("day", nulls_last=True)


def _week(hours: pl.DataFrame, zone: str) -> pl.DataFrame:
    """All 168 hours, also those in which nobody asked."""
    names = dict(enumerate(WEEKDAYS.categories, start=1))
    weekday = pl.col("day").dt.weekday().replace_strict(names, return_dtype=WEEKDAYS)
    found = hours.drop_nulls("day").group_by(weekday.alias("weekday"), "hour").agg(pl.col("leads").sum())
    days = pl.DataFrame({"weekday": WEEKDAYS.categories}, schema={"weekday": WEEKDAYS})
    every = days.join(pl.DataFrame({"hour": range(HOURS_A_DAY)}, schema={"hour": pl.Int8}), how="cross")
    return every.join(found, on=["weekday", "hour"], how="left", maintain_order="left").select(
        "weekday", "hour", pl.lit(zone).alias("zone"), pl.col("leads").fill_null(0)
    )


def _buckets(kinds: pl.DataFrame) -> pl.DataFrame:
    found = kinds.filter("episode").group_by("bucket").agg(pl.col("leads").sum())
    every = pl.DataFrame({"bucket": BUCKETS.categories}, schema={"bucket": BUCKETS})
    return _shares(
        every.join(found, on="bucket", how="left", maintain_order="left").with_columns(pl.col("leads").fill_null(0))
    )


def _makes(kinds: pl.DataFrame) -> pl.DataFrame:
    make = pl.col("make").cast(pl.String)
    found = kinds.group_by(make).agg(pl.col("leads").sum())
    return _shares(found.sort(make.is_in(["unknown", "none"]), -pl.col("leads"), "make"))


def _shares(counts: pl.DataFrame) -> pl.DataFrame:
    """Counts with their share of all of them."""
    every = pl.col("leads").sum()
    low, high = wilson_bounds(pl.col("leads"), every)
    share = pl.col("leads") / pl.when(every > 0).then(every)
    return counts.with_columns(share.alias("share"), low, high)


def _share(part: str, whole: str, name: str) -> pl.Expr:
    return (pl.col(part) / pl.when(pl.col(whole) > 0).then(whole)).alias(name)


_FEES = (
    "fee_currency", "leads", "charged", "missing", "gross", "credits", "total", "per_lead", "answered",
    "per_answered_lead", "unanswered_spend",
)  # fmt: skip
