"""What leads cost: sums and ratios in Decimal, each currency by itself."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import polars as pl
from polars.lazyframe.group_by import LazyGroupBy

from leadkit.errors import LeadkitWarning
from leadkit.metrics.answers import ABSENT, ANSWERED, judged_by_status, judged_by_times
from leadkit.metrics.currencies import KNOWN
from leadkit.metrics.given import By, Frame, Needed, needed
from leadkit.metrics.grouped import computed, each_once, few, grouping, how_many, polled

_SUMS = ("leads", "charged", "missing", "gross", "credits", "total", "per_lead")
_ANSWERS = ("answered", "per_answered_lead", "unanswered_spend", "answered_by", "unanswered", "unknown")
_LAST = ("few", "known_currency")
_TOTALS = ("fee_currency", *_SUMS, *_ANSWERS, *_LAST)
_ORIGINALS = ("fee_original_currency", *_SUMS, "converted", "half_given", *_LAST)


def fee_totals(leads: Frame, *, times: pl.DataFrame | pl.LazyFrame | None = None, by: By = None) -> Frame:
    """What was charged, per group and currency; nothing is ever added up across currencies.

    Each lead counts once: of several records of one ``lead_id`` the one fetched last (where `leads` has ``lead_id``;
    ``account`` and ``fetched_at`` are used if they are there). Duplicates, the same buyer asking again, are leads with
    ids and fees of their own: all of them count, each answered or not by its own row.

    Without `times` a lead is answered if its ``status`` is ``RESPONDED`` and unanswered if it is ``NEW``. With `times`
    (of `response_times`; joined on ``account`` and ``lead_id``, or on ``lead_id`` where one of the two has no account)
    it is answered if its ``state`` is ``answered_exact`` or ``answered_interval``. All else is ``unknown`` and stands
    on neither side, so also a lead without a row in `times`, which is told. Unanswered is unanswered however young a
    lead is: to leave out the young ones, leave them out of `leads`.

    Args:
        leads: needs fee (Decimal, or whole numbers), fee_currency, and status; lead_id in its place with `times`.
        times: says which leads are answered; needs lead_id and state.
        by: columns or expressions to group by; the month in a named zone is one.

    Returns:
        One row per group and currency, in the order of the groups, then of the currencies, null last:

        * the `by` columns, then fee_currency (ISO 4217 as sent; null for leads without an amount, or with an amount
          whose currency is not told: ``charged`` counts the latter);
        * leads, charged (with an amount), missing (without one, which is not a fee of 0);
        * gross (sum of what is above 0), credits (of the rest), total (gross + credits): null where no lead of the row
          has an amount; per_lead = total / charged;
        * answered, per_answered_lead = total, of all leads of the row, / answered: what the unanswered ones cost is in
          it; unanswered_spend: the total of the unanswered ones, 0 if there are none, null if none has an amount;
        * answered_by (``times`` or ``status``), unanswered, unknown (so that answered + unanswered + unknown = leads);
        * few (``n<10`` or ``n<30`` by charged, else null), known_currency (false: no code of ISO 4217).

        Money is Decimal(38, 6) in the currency of its row; ratios are rounded half to even at the sixth digit, and
        null where they would divide by 0. Counts are Int64.

    Raises:
        MissingColumns: a column that it needs is missing.
        InvalidRequest: a column has another dtype (money as floats is refused), `by` makes no sense, or a sum has more
            than 32 digits before its point (of a LazyFrame, Polars says the last one itself when it is collected).

    Warns:
        LeadkitWarning: a currency is no code of ISO 4217 (also ``usd``: it stays apart from ``USD``), an amount has no
            currency, or leads are not in `times`. Not for a LazyFrame, whose values are not looked at.
    """
    answered_by = "status" if times is None else "times"
    needs: dict[str, Needed] = _CHARGED | {"status" if times is None else "lead_id": "text"}
    rows = each_once(leads, needed(leads, needs | polled(leads), by="fee_totals"))
    found, names = grouping(by, rows, needed_by="fee_totals", result=_TOTALS)
    judged = judged_by_status(rows) if times is None else judged_by_times(rows, times)
    totals = (
        _answered(judged.group_by(*found, _currency("fee", "fee_currency")))
        .with_columns(pl.lit(answered_by).alias("answered_by"), few(pl.col("charged")), _is_known("fee_currency"))
        .sort(*names, "fee_currency", nulls_last=True)
        .select(*names, *_TOTALS, ABSENT)
    )
    return _told(leads, totals, currency="fee_currency", by="fee_totals")


def fee_originals(leads: Frame, *, by: By = None) -> Frame:
    """What was charged before it was converted, per group and original currency.

    The original of a fee is fee_original and fee_original_currency if both are there, else the fee as charged. Where
    only one of the two is there, the fee counts as charged and is told. Each lead counts once, as in `fee_totals`.

    Args:
        leads: needs fee, fee_currency, fee_original and fee_original_currency.
        by: columns or expressions to group by.

    Returns:
        One row per group and currency, in the order of the groups, then of the currencies, null last: the `by` columns,
        fee_original_currency, leads, charged, missing, gross, credits, total and per_lead as in `fee_totals`, then
        converted (leads whose fee was converted), half_given (one of the two was missing), few (by charged),
        known_currency. Money is Decimal(38, 6) in fee_original_currency.

    Raises:
        MissingColumns: a column that it needs is missing.
        InvalidRequest: as in `fee_totals`.

    Warns:
        LeadkitWarning: as in `fee_totals`, and where an original is given by half.
    """
    rows = each_once(leads, needed(leads, _CHARGED | _ORIGINAL | polled(leads), by="fee_originals"))
    found, names = grouping(by, rows, needed_by="fee_originals", result=_ORIGINALS)
    totals = (
        rows.with_columns(
            pl.when(_CONVERTED).then("fee_original").otherwise("fee").alias(_AMOUNT),
            pl.when(_CONVERTED).then("fee_original_currency").otherwise("fee_currency").alias(_CODE),
        )
        .group_by(*found, _currency(_AMOUNT, _CODE).alias("fee_original_currency"))
        .agg(
            *_sums(pl.col(_AMOUNT)),
            how_many(_CONVERTED).alias("converted"),
            how_many(_HALF_GIVEN).alias("half_given"),
        )
        .with_columns(*_without_amount_null())
        .with_columns(
            _ratio("total", "charged", "per_lead"), few(pl.col("charged")), _is_known("fee_original_currency")
        )
        .sort(*names, "fee_original_currency", nulls_last=True)
        .select(*names, *_ORIGINALS)
    )
    return _told(leads, totals, currency="fee_original_currency", by="fee_originals")


def fee_conversions(leads: Frame) -> Frame:
    """How fees were converted, per pair of currencies, with the rate that the amounts imply.

    Only leads with a fee, its original and both currencies count, each once, as in `fee_totals`.

    Args:
        leads: needs fee, fee_currency, fee_original and fee_original_currency.

    Returns:
        One row per pair, in the order of the currencies: fee_original_currency, fee_currency, leads (Int64),
        sum_original and sum_charged (Decimal(38, 6), each in its currency), implied_rate = sum_charged / sum_original,
        rate_min and rate_max (of single leads) as units of fee_currency for one of fee_original_currency in
        Decimal(38, 12), rounded half to even; null where the original is 0 or an amount has more than 26 digits before
        its point. Then few (by leads). Rates are as good as the cents that they come from.

    Raises:
        MissingColumns: a column that it needs is missing.
        InvalidRequest: as in `fee_totals`.
    """
    rows = each_once(leads, needed(leads, _CHARGED | _ORIGINAL | polled(leads), by="fee_conversions"))
    original, charged = pl.col("fee_original"), pl.col("fee")
    pairs = (
        rows.filter(_CONVERTED, charged.is_not_null(), pl.col("fee_currency").is_not_null())
        .group_by("fee_original_currency", "fee_currency")
        .agg(
            how_many().alias("leads"),
            original.sum().alias("sum_original"),
            charged.sum().alias("sum_charged"),
            _rate(charged, original).min().alias("rate_min"),
            _rate(charged, original).max().alias("rate_max"),
        )
        .with_columns(_rate(pl.col("sum_charged"), pl.col("sum_original")).alias("implied_rate"), few(pl.col("leads")))
        .sort("fee_original_currency", "fee_currency")
        .select(_PAIRS)
    )
    return computed(leads, pairs, by="fee_conversions")


_PRICED = "__priced"
_AMOUNT = "__amount"
_CODE = "__code"
_CHARGED: dict[str, Needed] = {"fee": "money", "fee_currency": "text"}
_ORIGINAL: dict[str, Needed] = {"fee_original": "money", "fee_original_currency": "text"}
_PAIRS = (
    "fee_original_currency",
    "fee_currency",
    "leads",
    "sum_original",
    "sum_charged",
    "implied_rate",
    "rate_min",
    "rate_max",
    "few",
)
_IS_ORIGINAL = [pl.col(name).is_not_null() for name in _ORIGINAL]
_CONVERTED = pl.all_horizontal(_IS_ORIGINAL)
_SPEND_IS_TOLD = (pl.col("charged") > 0) & ((pl.col("unanswered") == 0) | (pl.col(_PRICED) > 0))
_HALF_GIVEN = pl.any_horizontal(_IS_ORIGINAL) & ~_CONVERTED


def _answered(groups: LazyGroupBy) -> pl.LazyFrame:
    """The sums of each group, and those by what became of its leads."""
    fee, answered = pl.col("fee"), pl.col(ANSWERED)
    spent = pl.when(~answered).then(fee)  # a when is summed faster than a filter
    return (
        groups.agg(
            *_sums(fee),
            how_many(answered).alias("answered"),
            how_many(~answered).alias("unanswered"),
            how_many(answered.is_null()).alias("unknown"),
            spent.sum().alias("unanswered_spend"),
            spent.count().alias(_PRICED),
            how_many(pl.col(ABSENT)).alias(ABSENT),
        )
        .with_columns(
            *_without_amount_null(), pl.when(_SPEND_IS_TOLD).then("unanswered_spend").alias("unanswered_spend")
        )
        .with_columns(_ratio("total", "charged", "per_lead"), _ratio("total", "answered", "per_answered_lead"))
    )


def _currency(amount: str, code: str) -> pl.Expr:
    """The currency of an amount; null where there is none."""
    return pl.when(pl.col(amount).is_not_null()).then(pl.col(code)).alias(code)


def _sums(amount: pl.Expr) -> Iterator[pl.Expr]:
    yield how_many().alias("leads")
    yield amount.count().cast(pl.Int64).alias("charged")
    yield amount.null_count().cast(pl.Int64).alias("missing")
    yield pl.when(amount > 0).then(amount).sum().alias("gross")
    yield pl.when(amount <= 0).then(amount).sum().alias("credits")
    yield amount.sum().alias("total")


def _without_amount_null() -> list[pl.Expr]:
    """Sums of nothing are null: a fee that is not told is not a fee of 0."""
    return [pl.when(pl.col("charged") > 0).then(name).alias(name) for name in ("gross", "credits", "total")]


def _ratio(amount: str, count: str, name: str) -> pl.Expr:
    """Decimal by count stays Decimal(38, 6): Polars rounds half to even."""
    return (pl.col(amount) / pl.when(pl.col(count) > 0).then(count)).alias(name)


def _rate(charged: pl.Expr, original: pl.Expr) -> pl.Expr:
    return charged.cast(pl.Decimal(38, 12), strict=False) / pl.when(original != 0).then(original)


def _is_known(currency: str) -> pl.Expr:
    return pl.col(currency).is_in(KNOWN).alias("known_currency")


def _told(leads: Frame, totals: pl.LazyFrame, *, currency: str, by: str) -> Frame:
    """The totals in the kind of frame that came; of a DataFrame, what is odd is warned of."""
    found = computed(leads, totals, by=by)
    if isinstance(found, pl.DataFrame):
        for oddity in _oddities(found, currency):
            warnings.warn(f"{by}: {oddity}", LeadkitWarning, stacklevel=3)
    return found.drop(ABSENT, strict=False)


def _oddities(totals: pl.DataFrame, currency: str) -> Iterator[str]:
    codes = totals.filter(~pl.col("known_currency")).get_column(currency).unique().sort().to_list()
    if codes:
        yield f"no code of ISO 4217, and a row of its own: {', '.join(map(repr, codes))}."
    if bare := _sum(totals.filter(pl.col(currency).is_null()), "charged"):
        yield f"{bare} amount(s) without a currency stand under {currency} null; they may not belong together."
    if half := _sum(totals, "half_given"):
        yield f"{half} lead(s) have only one of fee_original and fee_original_currency, and count as charged."
    if absent := _sum(totals, ABSENT):
        yield f"{absent} lead(s) have no row in times, and count as neither answered nor unanswered."


def _sum(totals: pl.DataFrame, count: str) -> int:
    return int(totals.get_column(count).sum()) if count in totals.columns else 0
