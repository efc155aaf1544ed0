"""Findings: what is said, that its numbers are those of the metrics, and that nothing is said without evidence."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from made_leads import made, paid
from waiting_leads import GROUPS, exact, grouped, interval, still_open, times_of, unknown

import leadkit as lk

MONDAY = datetime(2026, 10, 5, tzinfo=UTC)
COLUMNS = {"submitted_at": pl.Datetime("us", "UTC"), "after_hours": pl.Boolean, "conflict": pl.Boolean}
SATURDAY_EVENING, SUNDAY_EARLY = MONDAY + timedelta(days=5, hours=19), MONDAY + timedelta(days=6, hours=1)


def story(*waits, **columns):
    """Leads and their times; each lead costs 20 dollars unless it says otherwise."""
    told = [{name: one.get(name) for name in COLUMNS} for one in waits]
    times = times_of(*({name: one[name] for name in one if name not in COLUMNS and name != "paid"} for one in waits))
    fees = [one.get("paid", paid("20")) for one in waits]
    leads = made([{"lead_id": key, **fee} for key, fee in zip(times["lead_id"], fees, strict=True)])
    return leads, times.hstack(pl.DataFrame(told, schema=COLUMNS)).with_columns(**columns)


def of(topic, *waits, **options):
    """The findings of one topic, as dicts."""
    return lk.findings(*story(*waits), **options).filter(topic=topic).to_dicts()


def topics(*waits, **options):
    return lk.findings(*story(*waits), **options)["topic"].to_list()


def test_each_row_is_a_sentence_with_its_numbers():
    found = lk.findings(*story(*[exact(20)] * 3, still_open(600)))
    assert found.schema == {
        "severity": pl.Enum(["high", "medium", "low"]),
        **dict.fromkeys(("topic", "title", "sentence"), pl.String),
        **dict.fromkeys(("value", "low", "high"), pl.Float64),
        "n": pl.Int64,
        **dict.fromkeys(("rests_on", "unit"), pl.String),
        "amount": pl.Decimal(38, 6),
        "currency": pl.String,
    }
    assert not found.select("severity", "topic", "title", "sentence", "n", "rests_on").null_count().sum_horizontal()[0]
    functions = {name for said in found["rests_on"] for name in re.findall(r"\b(\w+)\(", said)}
    assert functions >= {"response_summary", "fee_totals"}
    assert all(hasattr(lk, name) for name in functions)


def test_no_leads_give_no_rows_of_the_same_columns():
    none = lk.findings(*story())
    assert none.is_empty()
    assert none.schema == lk.findings(*story(exact(5))).schema


def test_the_share_without_a_reply_and_what_it_cost_in_each_currency():
    waits = (
        [exact(20)] * 3 + [still_open(600)] + [exact(5, paid=paid("10.5", "CAD")), still_open(9, paid=paid("4", "CAD"))]
    )
    (share,) = of("unanswered", *waits)
    assert share["sentence"] == (
        "2 of 6 leads (33.3 %, 9.7 % to 70.0 %) had no reply that eBay shows when they were last seen. "
        "Replies by phone do not show."
    )
    assert (share["value"], share["low"], share["high"]) == (1 / 3, *lk.wilson(2, 6))
    assert (share["n"], share["unit"], share["severity"]) == (6, "share", "medium")
    usd, cad = of("cost", *waits)
    assert (cad["currency"], cad["amount"], cad["title"]) == ("CAD", 4, "CAD 4.00 went to leads without a reply")
    assert usd["sentence"] == (
        "4 leads cost USD 80.00, USD 20.00 of it for 1 without a reply. "
        "A lead costs USD 20.00, an answered one USD 26.67."
    )
    assert (usd["value"], usd["low"], usd["high"], usd["n"]) == (1 / 4, *lk.wilson(1, 4), 4)


def test_the_naive_median_stands_beside_the_honest_one():
    waits = [exact(wait) for wait in (5, 12, 20, 45, 90, 240, 1440)] + [still_open(age) for age in (600, 2880, 4320)]
    (median,) = of("median", *waits)
    assert median["title"] == "Median wait: 2 h 45 min"
    assert median["sentence"].startswith("Of 7 leads whose wait is known exactly the median is 45 min. With 3 more")
    summary = lk.response_summary(times_of(*waits)).row(0, named=True)
    ends = [summary[name].total_seconds() for name in ("p50", "p50_low")]
    assert ([median["value"], median["low"]], median["unit"]) == (ends, "seconds")
    assert summary["p50_high"] is None
    assert " (95 % interval 5 min or longer). Within 24 h 73.3 % are answered, and not 100 %." in median["sentence"]


def test_a_naive_median_outside_the_interval_matters():
    (median,) = of("median", *[exact(10)] * 30, *[exact(900)] * 20, *[still_open(3000)] * 40)
    assert (median["severity"], median["title"]) == ("high", "Median wait: 15 h, not 10 min")
    (open_end,) = of("median", *[exact(10)] * 5, *[still_open(3000)] * 40)
    assert (open_end["severity"], open_end["title"]) == ("high", "Median wait: not reached, not 10 min")
    assert (open_end["value"], open_end["low"], open_end["high"]) == (None, None, None)


def test_a_naive_median_between_the_two_ends_of_the_honest_one_misses_nothing():
    (median,) = of("median", *[exact(74)] * 30, *[interval(0, 384)] * 50, *[interval(0, 400)] * 50)
    summary = lk.response_summary(times_of(*[exact(74)] * 30, *[interval(0, 384)] * 50, *[interval(0, 400)] * 50)).row(
        0, named=True
    )
    assert summary["p50_earliest"] < timedelta(minutes=74) < summary["p50_low"]
    assert (median["severity"], ", not" in median["title"]) == ("low", False)


def test_a_share_that_reads_the_same_is_not_set_against_itself():
    (all_answered,) = of("median", *[exact(10)] * 5, *[interval(0, 30)] * 5)
    assert " Within 24 h 100 % are answered." in all_answered["sentence"]


def test_the_cost_of_waiting_counts_the_leads_that_its_share_rests_on():
    (cost,) = of("cost", exact(5), still_open(600), unknown())
    assert cost["sentence"].startswith("3 leads cost USD 60.00, USD 20.00 of it for 1 without")
    assert (cost["value"], cost["n"]) == (1 / 2, 2)


def test_waits_that_are_all_exact_have_one_median():
    (median,) = of("median", *[exact(10)] * 3)
    assert median["severity"] == "low"
    assert median["sentence"] == "The waits of 3 leads are all known exactly: their median is 10 min."
    assert topics(*[exact(10)] * 3) == ["few leads", "median", "unanswered"]


def test_every_lead_answered_is_said_and_costs_nothing():
    (share,) = of("unanswered", exact(5), exact(5))
    assert (share["title"], share["severity"], share["value"]) == ("Every lead has a reply", "low", 0)
    assert not of("cost", exact(5))


def test_all_unanswered_leads_have_a_cost_and_no_median():
    found = lk.findings(*story(*[still_open(600)] * 40))
    assert found.select("severity", "topic").rows() == [("high", "cost"), ("high", "unanswered")]
    assert found["sentence"][0] == (
        "40 leads cost USD 800.00, USD 800.00 of it for 40 without a reply. A lead costs USD 20.00, none was answered."
    )


def test_one_lead_is_counted_and_flagged():
    assert topics(exact(5)) == ["few leads", "median", "unanswered"]
    (few,) = of("few leads", exact(5))
    assert few["sentence"] == (
        "Fewer than 30 leads stand behind the waits (1 lead) and fees in USD (1 lead): look at the intervals, and "
        "below 10 at the counts only."
    )
    assert (few["value"], few["unit"], few["n"], few["severity"]) == (1, "leads", 1, "medium")


def test_small_currencies_are_flagged_where_the_waits_are_not():
    (few,) = of("few leads", *[exact(5)] * 40, exact(5, paid=paid("3", "CAD")))
    assert (few["title"], few["severity"]) == ("Fewer than 30 leads behind fees in CAD", "low")
    assert not of("few leads", *[exact(5)] * 30)


def test_no_fees_cost_nothing():
    assert not of("cost", *[still_open(600, paid=paid(None))] * 3)
    with pytest.warns(lk.LeadkitWarning, match="without a currency"):
        assert not of("cost", still_open(600, paid=paid("5", None)))


def test_no_exact_wait_gives_bounds_and_never_a_single_median():
    waits = [interval(0, 600), interval(30, 90), interval(60, 120)]
    assert topics(*waits) == ["few leads", "intervals", "unanswered"]
    (bounds,) = of("intervals", *waits)
    assert bounds["sentence"] == (
        "3 of 3 replies (100 %, 43.9 % to 100 %) came at a time that is known only as an interval. "
        "The median wait is between 30 min and 2 h."
    )
    assert (bounds["severity"], bounds["n"]) == ("medium", 3)
    (few,) = of("intervals", *[exact(9)] * 30, interval(2, 3))
    assert few["severity"] == "low"


def test_an_open_end_of_the_median_is_said():
    (median,) = of("median", exact(5), interval(10, 100), *[still_open(50)] * 2, still_open(400))
    assert median["title"] == "Median wait: 1 h 40 min or longer"
    assert median["value"] is None


@pytest.mark.parametrize(("lost", "severity"), [(1, "low"), (10, "medium"), (70, "high")])
def test_leads_of_which_nothing_is_known_are_neither(lost, severity):
    waits = [exact(9)] * 50 + [unknown()] * lost
    (coverage,) = of("coverage", *waits)
    assert (coverage["severity"], coverage["n"]) == (severity, 50 + lost)
    assert coverage["sentence"].startswith(f"No record tells whether {lost} of {50 + lost} leads (")
    assert of("unanswered", *waits)[0]["n"] == 50
    assert topics(unknown()) == ["coverage", "few leads"]


def test_conflicts_are_told():
    (told,) = of("conflicts", exact(9, conflict=True), exact(9, conflict=False), exact(9))
    assert (told["title"], told["value"]) == ("Sources contradict each other on 1 lead", 1 / 3)
    assert told["severity"] == "medium"
    assert of("conflicts", exact(9, conflict=True), *[exact(9)] * 10)[0]["severity"] == "low"
    assert not of("conflicts", exact(9))


def test_duplicates_count_once_for_waits_and_in_full_for_fees():
    waits = [exact(9, lead_id="a", episode_id="a"), exact(4, lead_id="b", episode_id="a", paid=paid("7", "CAD"))]
    (told,) = of("duplicates", *waits, exact(3))
    assert told["sentence"] == (
        "1 of 3 leads ask again about the same listing within 24 hours, before a reply: each counts once for the waits "
        "and with their fees in full: CAD 7.00."
    )
    (free,) = of("duplicates", waits[0], waits[1] | {"paid": paid(None)})
    assert free["sentence"].endswith("each counts once for the waits.")


def test_the_slowest_hours_of_the_week_are_named_by_the_clocks_of_the_zone():
    quick = [exact(10 + day, submitted_at=MONDAY + timedelta(days=day % 5, hours=13)) for day in range(100)]
    slow = [exact(600 + more, submitted_at=SUNDAY_EARLY) for more in range(30)]
    (hours,) = of("hours of the week", *quick, *slow, zone="America/Chicago")
    assert hours["severity"] == "medium"
    assert hours["sentence"] == (
        "Leads of Saturday 18:00 to 24:00 (America/Chicago) wait longest: 30 leads, median 10 h 14 min "
        "(10 h to 10 h 22 min). The whole week: 1 h 14 min. "
        "Its interval holds for all 28 parts of the week at once."
    )
    part = times_of(*slow)
    summary = lk.response_summary(part, level=1 - 0.05 / 28).row(0, named=True)
    assert [hours[name] for name in ("value", "low", "high")] == [
        summary[name].total_seconds() for name in ("p50", "p50_low", "p50_high")
    ]
    assert "Leads of Sunday 00:00 to 06:00 (UTC)" in of("hours of the week", *quick, *slow)[0]["sentence"]


def test_a_part_of_the_week_that_may_be_slow_by_chance_is_said_to_be():
    week = [exact(10 + lead, submitted_at=MONDAY + timedelta(hours=6 * (lead % 4))) for lead in range(60)]
    (hours,) = of("hours of the week", *week)
    assert (hours["severity"], hours["title"]) == ("low", "Slowest: leads of Monday 18:00 to 24:00")
    assert hours["sentence"].endswith("This may be chance: one of the 28 parts of the week is always the slowest.")


@pytest.mark.parametrize(
    "week",
    [
        [exact(600, submitted_at=SATURDAY_EVENING)] * 9 + [exact(10, submitted_at=MONDAY)] * 50,  # nine are too few
        [exact(10, submitted_at=SATURDAY_EVENING)] * 40,
        [exact(10)] * 40,
        [interval(0, 600 + lead, submitted_at=MONDAY + timedelta(hours=lead)) for lead in range(60)],
        [still_open(600, submitted_at=SATURDAY_EVENING)] * 40,
    ],
)
def test_no_hours_are_called_slow_without_evidence(week):
    assert not of("hours of the week", *week)


def test_leads_that_came_while_closed_are_told_with_both_medians():
    waits = [exact(600, after_hours=True)] * 3 + [exact(10, after_hours=False)]
    (closed,) = of("after hours", *waits)
    assert closed["sentence"] == (
        "3 of 4 leads (75.0 %, 30.1 % to 95.4 %) came while the shop was closed. Their median wait: 10 h, of the "
        "others: 10 min."
    )
    assert of("after hours", waits[0])[0]["sentence"].endswith("Their median wait: 10 h.")
    assert not of("after hours", exact(10, after_hours=False), exact(10))


@pytest.mark.parametrize(("met", "severity"), [(2, "high"), (8, "low")])
def test_the_target_is_of_leads_old_enough(met, severity):
    waits = [exact(9)] * met + [exact(90)] * (10 - met) + [interval(1, 90), still_open(20)]
    (target,) = of("sla", *waits, sla="1h")
    rate = lk.response_summary(times_of(*waits), sla="1h").row(0, named=True)
    assert [target[name] for name in ("value", "low", "high")] == [
        rate[name] for name in ("sla_rate", "sla_low", "sla_high")
    ]
    assert (target["n"], target["severity"]) == (11, severity)
    assert target["sentence"].startswith(f"{met} of 11 leads seen for 1 h or longer had a reply by then (")
    assert target["sentence"].endswith("1 more may have had one.")
    assert not of("sla", *waits)
    assert not of("sla", exact(9, age=20), sla="1h")
    assert "may have" not in of("sla", exact(9), sla=timedelta(hours=1))[0]["sentence"]


def test_the_business_clock_is_named_wherever_its_waits_are():
    week = [exact(100 + lead, submitted_at=MONDAY + timedelta(hours=lead // 4)) for lead in range(80)]
    waits = [*week, interval(2, 900), still_open(3000), exact(900, after_hours=True)]
    found = lk.findings(*story(*waits), clock="business", sla="5m").rows_by_key("topic", named=True, unique=True)
    for topic in ("median", "sla", "hours of the week", "intervals", "after hours"):
        assert " in business hours" in found[topic]["sentence"], topic
    summary = lk.response_summary(story(*waits)[1], clock="business").row(0, named=True)
    assert found["median"]["value"] == summary["p50"].total_seconds()


def test_without_business_waits_the_business_clock_has_no_medians_and_says_so():
    leads, times = story(exact(10), still_open(20))
    nothing = times.with_columns(
        pl.lit(None, dtype=pl.Duration("us")).alias(f"business_wait_{end}") for end in ("lower", "upper")
    )
    with pytest.warns(lk.LeadkitWarning, match="2 of 2 episodes with evidence have no business_wait") as told:
        found = lk.findings(leads, nothing, clock="business")
    assert len(told) == 1
    assert "median" not in found["topic"].to_list()


def test_it_is_sorted_by_severity_then_topic():
    waits = [exact(9, conflict=True)] * 5 + [still_open(90)] * 50 + [unknown(), interval(1, 5)]
    found = lk.findings(*story(*waits), sla="5m")
    assert found.equals(found.sort("severity", "topic"))
    assert found["severity"].to_list() == ["high"] * 4 + ["medium"] + ["low"] * 2


@settings(max_examples=6)  # each computes all metrics several times
@given(GROUPS)
def test_the_same_rows_in_any_order_give_the_same_words_about_what_is_there(leads):
    waits = [lead | {"submitted_at": MONDAY} for lead, _ in leads]
    priced, times = story(*waits)
    found = lk.findings(priced, times)
    assert found.equals(lk.findings(priced.reverse(), times.reverse()))
    counts = lk.response_summary(grouped(leads)).row(0, named=True)
    said = set(found["topic"])
    assert ("unanswered" in said) == (counts["leads"] > counts["unknown"])
    assert ("cost" in said) == (counts["unanswered"] > 0)
    assert ("intervals" in said) == (counts["answered_interval"] > 0)
    assert ("coverage" in said) == (counts["unknown"] > 0)
    assert ("median" in said) == (counts["answered_exact"] > 0)
    shares = found.filter(unit="share")
    assert shares.filter((pl.col("low") > pl.col("value")) | (pl.col("value") > pl.col("high"))).is_empty()


def test_lazy_frames_give_what_eager_ones_give():
    leads, times = story(exact(10), still_open(20))
    lazy = lk.findings(leads.lazy(), times.lazy())
    assert isinstance(lazy, pl.LazyFrame)
    assert lazy.collect_schema() == lk.findings(leads, times).schema
    assert lazy.collect().equals(lk.findings(leads, times))


def test_frames_without_accounts_and_a_lead_fetched_twice_do():
    leads, times = story(exact(10), still_open(20, lead_id="b", episode_id="lead 0"))
    twice = pl.concat([leads, leads]).drop("account")
    assert lk.findings(twice, times).equals(lk.findings(leads, times))
    with_account = times.with_columns(account=pl.lit("demo"))
    assert lk.findings(leads, with_account).equals(lk.findings(leads, times))


@pytest.mark.parametrize("column", ["lead_id", "fee", "fee_currency"])
def test_a_missing_column_of_leads_is_named(column):
    leads, times = story(exact(10))
    with pytest.raises(lk.MissingColumns, match=rf"findings\(leads\) needs the column '{column}'"):
        lk.findings(leads.drop(column), times)


@pytest.mark.parametrize("column", ["episode_id", "submitted_at", "state", "wait_upper", "after_hours", "conflict"])
def test_a_missing_column_of_times_is_named(column):
    leads, times = story(exact(10))
    with pytest.raises(lk.MissingColumns, match=rf"findings\(times\) needs the column '{column}'"):
        lk.findings(leads, times.drop(column))


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ({"zone": "Chicago"}, "Chicago"),
        ({"clock": "wall"}, "findings: clock='wall' is refused"),
        ({"sla": "soon"}, "findings: sla='soon' is refused"),
        ({"level": 95}, "findings: level=95 is refused"),
    ],
)
def test_an_argument_that_makes_no_sense_is_refused(argument, said):
    with pytest.raises(lk.InvalidRequest, match=said):
        lk.findings(*story(exact(10)), **argument)


def test_money_as_floats_and_too_large_sums_are_refused():
    leads, times = story(exact(10), exact(10))
    with pytest.raises(lk.InvalidRequest, match="'fee' is Float64"):
        lk.findings(leads.with_columns(pl.col("fee").cast(pl.Float64)), times)
    huge = leads.with_columns(fee=pl.lit(Decimal("9" * 32), dtype=pl.Decimal(38, 6)))
    with pytest.raises(lk.InvalidRequest, match="too large"):
        lk.findings(huge, times)


def test_naive_times_are_utc_and_told_once():
    leads, times = story(exact(10, submitted_at=MONDAY))
    with pytest.warns(lk.LeadkitWarning, match="findings: submitted_at of times has no time zone") as told:
        found = lk.findings(leads, times.with_columns(pl.col("submitted_at").dt.replace_time_zone(None)))
    assert len(told) == 1
    assert told[0].filename == __file__
    assert found.equals(lk.findings(leads, times))
