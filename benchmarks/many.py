"""Many leads and messages, drawn: as many as asked for, in no order, no two of them at one time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

BEGAN = datetime(2026, 8, 1, tzinfo=UTC)
SPAN = timedelta(days=90)
SEEN = BEGAN + SPAN + timedelta(minutes=1)
LISTINGS = 50
_ANSWERED, _AGAIN, _HIDDEN, _IN_TRADE = 0.7, 0.02, 0.05, 1 / 3  # shares, about those of the invented dealership
_NOT_SAID = 2
_MAKES = (
    "Toyota",
    "HONDA",
    " bmw",
    "VW",
    "Mercedes",
    "chevy",
    "land rover",
    "Hunday",
    "Ford",
    "ford ",
    "Kia",
    "a boat",
)
_MODELS = ("camry", "Civic", "X 5", "golf", "C-Class", "F 150", "f-150", "Discovery", "Elantra", "", "Rio", "Odyssey")
_YEARS = (*map(str, range(1996, 2025)), "'09", "", "2O11")
_FEES = ("20.00", "22.50", "15.00", "54.78", "39.99", "-20.00")


def leads(count: int, seed: int = 7) -> pl.DataFrame:
    """What metrics look at of so many leads, each fetched once, a third of them not answered by then.

    One in fifty is the same buyer again; one in twenty has no user name, but an address.
    """
    dice = np.random.default_rng(seed)
    buyer, listing = dice.integers(0, count, count), dice.integers(0, LISTINGS, count)
    again = np.flatnonzero(dice.random(count - 1) < _AGAIN)
    buyer[again + 1], listing[again + 1] = buyer[again], listing[again]
    drawn = pl.DataFrame(
        {
            "item_id": 256_000_000_000 + listing,
            "submitted_at": _moments(count, dice),
            "buyer": buyer,
            "answered": dice.random(count) < _ANSWERED,
            "hidden": dice.random(count) < _HIDDEN,
            "financing": dice.choice([0, 1, _NOT_SAID], count),
            "offers": dice.random(count) < _IN_TRADE,
            "trade_in_make": _one_of(_MAKES, count, dice),
            "trade_in_model": _one_of(_MODELS, count, dice),
            "trade_in_year": _one_of(_YEARS, count, dice),
            "fee": _one_of(_FEES, count, dice),
            "fee_currency": _one_of(("USD", "USD", "USD", "CAD", None), count, dice),
        }
    )
    return _shuffled(drawn, dice).with_columns(_ids(count, dice).alias("lead_id")).select(_lead())


def _lead() -> list[pl.Expr]:
    name = pl.format("buyer_{}", "buyer")
    offered = [
        pl.when("offers").then(f"trade_in_{part}").alias(f"trade_in_{part}") for part in ("make", "model", "year")
    ]
    fee = pl.when(pl.col("fee_currency").is_not_null()).then("fee")
    return [
        pl.lit("demo").alias("account"),
        pl.col("lead_id"),
        pl.col("item_id").cast(pl.String),
        pl.col("submitted_at"),
        pl.when("answered").then(pl.lit("RESPONDED")).otherwise(pl.lit("NEW")).alias("status"),
        pl.when(~pl.col("hidden")).then(name).alias("user_id"),
        pl.format("{}@example.com", name).alias("email"),
        pl.when("hidden").then(pl.format("{}@example.net", name)).alias("external_email"),
        pl.when(pl.col("financing") != _NOT_SAID).then(pl.col("financing") == 1).alias("financing"),
        *offered,
        fee.cast(pl.Decimal(38, 6)).alias("fee"),
        pl.col("fee_currency"),
        pl.lit(SEEN).alias("fetched_at"),
    ]


def messages(count: int, per_thread: int = 4, seed: int = 7) -> pl.DataFrame:
    """What `turns` looks at of so many messages, in threads of this many on average; half of them are the seller's."""
    dice = np.random.default_rng(seed)
    drawn = pl.DataFrame(
        {
            "conversation_id": 240_000_000_000 + dice.integers(0, max(count // per_thread, 1), count),
            "created_at": _moments(count, dice),
            "from_seller": dice.choice([False, True], count),
        }
    )
    return _shuffled(drawn, dice).select(
        pl.lit("demo").alias("account"),
        pl.col("conversation_id").cast(pl.String),
        _ids(count, dice).alias("message_id"),
        "created_at",
        pl.when("from_seller").then(pl.lit("seller")).otherwise(pl.lit("buyer")).alias("sender"),
        "from_seller",
        pl.lit(SEEN).alias("fetched_at"),
    )


def _shuffled(rows: pl.DataFrame, dice: np.random.Generator) -> pl.DataFrame:
    """The rows in no order; what texts are made of them stand in memory as the rows do, as after decoding."""
    return rows[dice.permutation(len(rows))]


def _moments(count: int, dice: np.random.Generator) -> pl.Series:
    """As many moments, rising, no two of them alike."""
    step = SPAN // timedelta(microseconds=1) // count
    passed = np.arange(count) * step + dice.integers(0, step, count)
    return pl.select(pl.lit(BEGAN) + pl.lit(pl.Series(passed)).cast(pl.Duration("us"))).to_series()


def _ids(count: int, dice: np.random.Generator) -> pl.Series:
    """Ids as long as those of leads, 20 digits of base 16."""
    digits = np.frombuffer(dice.bytes(10 * count).hex().encode(), dtype="S20")
    return pl.Series(digits).cast(pl.String)


def _one_of(words: tuple[str | None, ...], count: int, dice: np.random.Generator) -> pl.Series:
    places: npt.NDArray[np.int64] = dice.integers(0, len(words), count)
    return pl.Series(words, dtype=pl.String).gather(places)
