"""How long until a reply, with those counted who still wait: the Kaplan-Meier estimate."""

from __future__ import annotations

from typing import Any

import polars as pl

from leadkit.errors import InvalidRequest
from leadkit.metrics.given import By, Frame, Needed, needed
from leadkit.metrics.grouped import computed
from leadkit.metrics.spans import kind_of, waits
from leadkit.metrics.steps import STEP_COLUMNS, in_order, packed, quantile, steps
from leadkit.metrics.waits import IS_OPEN, Clock, End, by_group, of_episodes, one_of, wait_at


def kaplan_meier(durations: pl.Series, observed: pl.Series, *, level: float = 0.95) -> pl.DataFrame:
    """The Kaplan-Meier estimate of the share that is still unanswered, with its log-log interval.

    ``S = ∏(1 - d/n)`` over the distinct durations up to t, with d replies among n at risk; at ties replies come before
    censorings. ``G = Σ d/(n(n - d))`` (Greenwood), and the interval is ``S^exp(±z·√G / ln S)``, as in R
    (``conf.type="log-log"``), SAS and lifelines. Source: Kaplan and Meier 1958; Kalbfleisch and Prentice 1980.

    Args:
        durations: Durations or numbers, none of them negative, NaN or infinite: the wait, or how long it has lasted so
            far.
        observed: Booleans: true for a reply, false for one that is still waited for (censored).
        level: the confidence level.

    Returns:
        One row per distinct duration, also where there are only censorings, sorted: t (as the durations came), at_risk,
        replied, censored (Int64), unanswered_share, low, high (Float64). There is no row for 0 if no duration is 0.
        Before the first reply all three are 1; at a share of 0 low and high are 0. Rows with a null in either Series
        are left out; without others the frame is empty.

    Raises:
        InvalidRequest: no Series, other dtypes, other lengths, durations that are none, or the level.

    Examples:
        >>> import polars as pl
        >>> curve = kaplan_meier(pl.Series([5, 10, 20]), pl.Series([True, False, True]))
        >>> curve.select("t", "at_risk", "unanswered_share").rows()
        [(5, 3, 0.6666666666666667), (10, 2, 0.6666666666666667), (20, 1, 0.0)]
    """
    t = waits(durations, name="durations", function="kaplan_meier")
    rows = pl.LazyFrame([t.alias("t"), _flags(observed, len(t)).alias("replied")]).drop_nulls()
    replies_first = pl.concat([rows.filter("replied"), rows.filter(~pl.col("replied"))])
    ordered = replies_first.sort("t", maintain_order=True).with_columns(_code=0)
    return steps(ordered, level=level, by="kaplan_meier").select(STEP_COLUMNS).collect()


def km_quantile(curve: pl.DataFrame, p: float) -> tuple[Any, Any, Any]:
    """When the share p has been answered, by a curve of `kaplan_meier`, with its interval.

    The first t at which S is at most ``1 - p``, within 1.5e-8; where S stays at exactly ``1 - p``, the middle of that
    stretch (so that without censoring the median is the ordinary one). The interval is where the band crosses
    ``1 - p`` (Brookmeyer and Crowley 1982); a share of 0, where the band has no width, does not count for it. Source:
    R, ``quantile.survfit``.

    Args:
        curve: t, unanswered_share, low, high of one curve; of several groups, one of them.
        p: the share that has been answered by then, 0.5 for the median; more than 0, at most 1.

    Returns:
        ``(value, low, high)``: timedeltas where t is a Duration, else floats; None is not reached.

    Raises:
        MissingColumns: a column is missing; names the nearest.
        InvalidRequest: no such curve, several of them, or p is no share.
    """
    if isinstance(p, bool) or not isinstance(p, int | float) or not 0 < p <= 1:
        raise InvalidRequest(f"km_quantile: p={p!r} is refused: allowed is a share above 0, such as 0.5.")
    marks = quantile("at", p)
    found = _one_curve(curve).select("t", "unanswered_share", **marks.rows).select(**marks.reading)
    value, low, high = found.row(0)
    return value, low, high


def survival_curve(
    times: Frame, *, by: By = None, clock: Clock = "calendar", interval: End = "upper", level: float = 0.95
) -> Frame:
    """The Kaplan-Meier curve of each group of episodes, for a picture or for `km_quantile`.

    Args:
        times: as `response_times` returns it; needed are lead_id, episode_id, state, wait_lower and wait_upper (with
            ``clock="business"`` their business_ columns).
        by: a column name, an expression, a list of them, or None for one curve over all.
        clock: ``"calendar"``, or ``"business"`` for the time inside business hours.
        interval: where a reply counts that is known only as an interval: at ``"upper"``, its latest time, or at
            ``"lower"``, its earliest. Neither curve is the slower one throughout; `response_summary` reads both.
        level: the confidence level of the band.

    Returns:
        The `by` columns, sorted, null last, then the columns of `kaplan_meier`, with t a Duration: one row per group
        and distinct wait. Episodes only; unknown ones, null waits and waits less than nothing are in no curve, and a
        group that has no others has no row.

    Raises:
        MissingColumns: a column is missing; names the nearest.
        InvalidRequest: a column has another dtype, an argument is refused, or `by` can't be computed or sorted on these
            rows (of a LazyFrame, Polars says so itself when it is collected).

    Warns:
        LeadkitWarning: as `response_summary` does.
    """
    one_of(interval, End, name="interval", function="survival_curve")
    rows, names = of_episodes(times, by=by, clock=clock, function="survival_curve", own=list(STEP_COLUMNS))
    grouped = by_group(rows, names, _waits=packed(wait_at(interval), IS_OPEN).implode())
    curve = steps(in_order(grouped, "_waits"), level=level, by="survival_curve")
    named = curve.join(grouped.select("_code", *names), on="_code", how="left", maintain_order="left")
    return computed(times, named.select(*names, *STEP_COLUMNS), by="survival_curve", engine="auto")


def _flags(observed: object, length: int) -> pl.Series:
    if not isinstance(observed, pl.Series) or not _tells(observed.dtype):
        raise InvalidRequest(
            f"kaplan_meier: observed is {kind_of(observed)}; give a Series of Booleans, or of 0 and 1."
        )
    if len(observed) != length:
        raise InvalidRequest(
            f"kaplan_meier: durations has {length} rows and observed {len(observed)}; give one of each."
        )
    if strange := ((observed != 0) & (observed != 1)).sum() if observed.dtype.is_integer() else 0:
        raise InvalidRequest(f"kaplan_meier: {strange} of {length} in observed are neither 0 nor 1; give Booleans.")
    return observed.cast(pl.Boolean)


def _tells(dtype: pl.DataType) -> bool:
    return dtype.is_integer() or isinstance(dtype, pl.Boolean | pl.Null)


def _one_curve(curve: object) -> pl.DataFrame:
    columns: dict[str, Needed] = dict.fromkeys(("t", "unanswered_share", "low", "high"), "any")
    found = needed(curve, columns, by="km_quantile", name="curve").select(*columns).collect()
    spans = isinstance(found.schema["t"], pl.Duration)
    numbers = [name for name in columns if name != "t" or not spans]
    if wrong := [name for name in numbers if not (found.schema[name].is_numeric() or found.schema[name] == pl.Null())]:
        raise InvalidRequest(f"km_quantile: the column {wrong[0]!r} is {found.schema[wrong[0]]}; {_A_CURVE}.")
    falls = found["unanswered_share"] <= found["unanswered_share"].shift()
    if not ((found["t"] > found["t"].shift()) & falls).all():
        raise InvalidRequest(f"km_quantile: t has to rise from row to row and unanswered_share to fall; {_A_CURVE}.")
    return found.with_columns(pl.col(numbers).cast(pl.Float64))


_A_CURVE = "give a curve of kaplan_meier as it came, of one group"
