"""What buyers offer in trade: makes, models and years, normalised for counting; what they wrote stays as it is."""

from __future__ import annotations

import polars as pl

from leadkit.metrics.given import By, Frame, Needed, needed
from leadkit.metrics.grouped import computed, each_once, few, grouping, how_many, per_group, polled
from leadkit.metrics.makes import checked_fuzzy, with_keys, with_makes
from leadkit.metrics.proportions import wilson_bounds

YEAR_READ_AS = pl.Enum(["exact", "two_digits", "unknown"])
"""How a year was read."""

_WRITTEN: dict[str, Needed] = {f"trade_in_{part}": "text" for part in ("make", "model", "year")}
_NAMED = ("make", "model", "year_band")
_NORMAL = ("make", "make_status", "model", "year", "year_status", "year_band")
_RESULT = ("leads", "share", "low", "high", "few")


def trade_ins(leads: Frame, *, by: By = ("make",), fuzzy: float | None = None, level: float = 0.95) -> Frame:
    """What buyers offer in trade, counted by make, model, band of years, or whatever else.

    Each lead counts once, as in `fee_totals`, and in exactly one row: rows sum to all leads. Names are normalised as
    `trade_in_details` says.

    Args:
        leads: needs trade_in_make, trade_in_model and trade_in_year; submitted_at too for years.
        by: columns or expressions to group by: of ``make``, ``model``, ``year_band`` and all else that
            `trade_in_details` gives, and of any column of `leads`; None for one row over all.
        fuzzy: take an unknown name for the make that is as near as this, up to 100 (90 is a good one); None: do not.
        level: the confidence level of the intervals, between 0 and 1.

    Returns:
        One row per group: the `by` columns, leads (Int64), share (of all leads, Float64), low and high (its Wilson
        interval, for each row by itself), few (``n<10``: look at the counts only, ``n<30``, else null; n is all leads).
        ``make``, ``model`` and ``year_band`` are ``none`` where make, model and year are all empty, and ``unknown``
        where a car is offered and this column is empty or not recognised. In the order of leads, most first, then of
        the `by` columns; rows with an ``unknown`` come after the others, and ``none`` last.

    Raises:
        MissingColumns: a column that it needs is missing.
        InvalidRequest: a column has another dtype, or `by`, `fuzzy` or `level` makes no sense.
        LeadkitError: `fuzzy` is given and rapidfuzz is not installed.
    """
    near = checked_fuzzy(fuzzy, by="trade_ins")
    rows = each_once(leads, needed(leads, _WRITTEN | _submitted(leads) | polled(leads), by="trade_ins"))
    found, names = grouping(by, _worded(_detailed(_dated(rows))), needed_by="trade_ins", result=_RESULT)
    counts = _counted(rows, found, names, near)
    every = pl.col(_ALL)
    low, high = wilson_bounds(pl.col("leads"), every, level=level, by="trade_ins")
    shares = (
        counts.with_columns(pl.col("leads").sum().alias(_ALL))
        .with_columns((pl.col("leads") / pl.when(every > 0).then(every)).alias("share"), low, high)
        .with_columns(few(every), _last([name for name in names if name in _NAMED]))
        .sort(_PLACE, -pl.col("leads"), *names, nulls_last=True)
        .select(*names, *_RESULT)
    )
    return computed(leads, shares, by="trade_ins")


def trade_in_details(leads: Frame, *, fuzzy: float | None = None) -> Frame:
    """Each lead with its trade-in normalised, beside what the buyer wrote.

    * A text that says nothing (blank, only punctuation, N/A, none, unknown, ...) is missing.
    * ``make``: letters and digits are compared with a table of makes, whatever the case, spaces, punctuation and
      accents, then with a table of short names and misspellings. It is never guessed from the model.
    * ``model``: there is no table of models; case, spaces and punctuation are made alike.
    * ``year``: four digits from 1900 to two years after the lead was submitted; of two digits, the latest such year.
      Without a time of submission four digits go up to 2099 and two are unknown.

    Args:
        leads: needs trade_in_make, trade_in_model and trade_in_year; submitted_at too for years.
        fuzzy: take an unknown name for the make that is as near as this, up to 100 (90 is a good one); None: do not.
            Compared by the ratio of rapidfuzz, which comes with ``leadkit[fuzzy]``.

    Returns:
        The rows as they came, with the columns make, make_status (Enum ``exact``, ``alias``, ``fuzzy``, ``unknown``),
        model, year (Int32), year_status (Enum ``exact``, ``two_digits``, ``unknown``), year_band (five years, such as
        ``2015-2019``). Null where it is not known; a status is null where the buyer said nothing. Columns of these
        names that were there are replaced.

    Raises:
        MissingColumns: a column that it needs is missing.
        InvalidRequest: a column has another dtype, or `fuzzy` is no number up to 100.
        LeadkitError: `fuzzy` is given and rapidfuzz is not installed.
    """
    near = checked_fuzzy(fuzzy, by="trade_in_details")
    rows = needed(leads, _WRITTEN | _submitted(leads), by="trade_in_details")
    return computed(leads, _detailed(_dated(rows), near).drop(_LIMIT, _OFFERED), by="trade_in_details")


_LIMIT = "__limit"
_PLACE = "__place"
_ALL = "__all"


def _submitted(leads: object) -> dict[str, Needed]:
    there = leads.lazy().collect_schema() if isinstance(leads, pl.DataFrame | pl.LazyFrame) else {}
    return {"submitted_at": "time"} if "submitted_at" in there else {}


def _counted(rows: pl.LazyFrame, found: list[pl.Expr], names: list[str], fuzzy: float | None) -> pl.LazyFrame:
    """The leads of each group; where the groups allow it, each spelling is normalised once and not for each lead."""
    normal = [one.meta.output_name() for one in found if _is_normal(one)]
    others = [one for one in found if not _is_normal(one)]
    taken = {*_NORMAL, *_WRITTEN, _LIMIT}
    if any(_touches(one, taken) for one in others):
        return per_group(_worded(_detailed(_dated(rows), fuzzy)), found, how_many().alias("leads"))
    years = set(normal) & {"year", "year_status", "year_band"}
    dated = _dated(rows) if years else rows.with_columns(pl.lit(None, pl.Int32).alias(_LIMIT))
    spellings = dated.group_by(*others, *_WRITTEN, _LIMIT).agg(how_many().alias("leads"))
    return per_group(_worded(_detailed(spellings, fuzzy)), map(pl.col, names), pl.col("leads").sum())


def _is_normal(one: pl.Expr) -> bool:
    return one.meta.is_column() and one.meta.output_name() in _NORMAL


def _touches(one: pl.Expr, columns: set[str]) -> bool:
    """Whether it reads or makes one of these columns, or may do so: a selector does not say."""
    return one.meta.has_multiple_outputs() or bool({*one.meta.root_names(), one.meta.output_name()} & columns)


def _dated(rows: pl.LazyFrame) -> pl.LazyFrame:
    """With the latest year that a car of this lead can be of; null where its time is not known."""
    there = "submitted_at" in rows.collect_schema()
    limit = pl.col("submitted_at").dt.year() + _YEARS_AHEAD if there else pl.lit(None, pl.Int32)
    return rows.with_columns(limit.alias(_LIMIT))


def _detailed(rows: pl.LazyFrame, fuzzy: float | None = None) -> pl.LazyFrame:
    """With the six normalised columns, and whether anything is offered; needs what `_dated` adds."""
    four, two, limit = pl.col(_FOUR), pl.col(_TWO), pl.col(_LIMIT)
    latest = two + limit - limit % 100
    year = (
        pl.when(four.is_between(_FIRST_YEAR, limit.fill_null(_LAST_YEAR)))
        .then(four)
        .otherwise(pl.when(latest > limit).then(latest - 100).otherwise(latest))
    )
    status = (
        pl.when(pl.col("year").is_null())
        .then(pl.when(pl.col(_YEAR).is_not_null()).then(pl.lit("unknown")))
        .when(two.is_null())
        .then(pl.lit("exact"))
        .otherwise(pl.lit("two_digits"))
    )
    return (
        with_makes(with_keys(rows, _KEYS), _MAKE, fuzzy=fuzzy)
        .with_columns(_model().alias("model"), _digits(4).alias(_FOUR), _digits(2).alias(_TWO))
        .with_columns(year.alias("year"))
        .with_columns(status.cast(YEAR_READ_AS).alias("year_status"), _band(pl.col("year")).alias("year_band"))
        .with_columns(pl.any_horizontal(pl.col(*_KEYS.values()).is_not_null()).alias(_OFFERED))
        .drop(_FOUR, _TWO, *_KEYS.values())
    )


def _worded(details: pl.LazyFrame) -> pl.LazyFrame:
    """With words in place of the nulls of the columns that people group by."""
    word = pl.when(_OFFERED).then(pl.lit("unknown")).otherwise(pl.lit("none"))
    return details.with_columns(pl.col(_NAMED).fill_null(word))


def _model() -> pl.Expr:
    """Words with capitals, without hyphens, dots and apostrophes; a single letter stands with its number (F 150)."""
    written = pl.col("trade_in_model")
    tidy = (
        written.str.normalize("NFKC")
        .str.to_lowercase()
        .str.replace_all(r"[\p{Pd}\p{Pi}\p{Pf}.'`]", "")
        .str.replace_all(r"[^\p{L}\p{M}\p{N}+]+", " ")
        .str.strip_chars()
        .str.replace_all(r"\b(\p{L}) ([0-9])", "${1}${2}")
        .str.to_titlecase()
    )
    return pl.when(pl.col(_MODEL).is_not_null()).then(tidy)


def _digits(count: int) -> pl.Expr:
    """The year as a number where it is written in that many digits, whatever stands around them but letters."""
    year = rf"^[^\p{{L}}\p{{N}}]*([0-9]{{{count}}})[^\p{{L}}\p{{N}}]*$"
    return pl.col("trade_in_year").str.normalize("NFKC").str.extract(year).cast(pl.Int32)


def _band(year: pl.Expr) -> pl.Expr:
    first = year // _YEARS_OF_A_BAND * _YEARS_OF_A_BAND
    return pl.format("{}-{}", first, first + _YEARS_OF_A_BAND - 1)


def _last(named: list[str]) -> pl.Expr:
    """Where a row stands: rows with a ``none`` after those with an ``unknown``, and these after all others."""
    is_none, is_unknown = (
        pl.any_horizontal(pl.lit(value=False), *(pl.col(name) == word for name in named))
        for word in ("none", "unknown")
    )
    return pl.when(is_none).then(2).when(is_unknown).then(1).otherwise(0).alias(_PLACE)


_OFFERED = "__offered"
_MAKE, _MODEL, _YEAR = "__make", "__model", "__year"
_KEYS = dict(zip(_WRITTEN, (_MAKE, _MODEL, _YEAR), strict=True))
_FOUR = "__four"
_TWO = "__two"
_YEARS_AHEAD = 2
_YEARS_OF_A_BAND = 5
_FIRST_YEAR = 1900
_LAST_YEAR = 2099  # where the time of the lead is not known
