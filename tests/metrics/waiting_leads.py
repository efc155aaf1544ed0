"""Frames as `response_times` gives them, from one short word per lead."""

from datetime import timedelta

import polars as pl
from hypothesis import strategies as st

STATES = pl.Enum(["answered_exact", "answered_interval", "unanswered", "unknown"])
SPAN = pl.Duration("us")
SCHEMA = {
    "lead_id": pl.String,
    "item_id": pl.String,
    "episode_id": pl.String,
    "state": STATES,
    "wait_lower": SPAN,
    "wait_upper": SPAN,
    "age": SPAN,
    "business_wait_lower": SPAN,
    "business_wait_upper": SPAN,
    "business_age": SPAN,
}


def exact(wait, age=10_000, **other):
    return {"state": "answered_exact", "wait_lower": wait, "wait_upper": wait, "age": age} | other


def interval(lower, upper, age=10_000, **other):
    return {"state": "answered_interval", "wait_lower": lower, "wait_upper": upper, "age": age} | other


def still_open(age, **other):
    return {"state": "unanswered", "wait_lower": age, "wait_upper": None, "age": age} | other


def unknown(age=10_000, **other):
    return {"state": "unknown", "wait_lower": None, "wait_upper": None, "age": age} | other


def times_of(*leads):
    """One row per lead; spans are in minutes, and business spans, if not given, a tenth of the calendar's."""
    rows = [_row(number, lead) for number, lead in enumerate(leads)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _row(number, lead):
    spans = {name: lead.get(name) for name in ("wait_lower", "wait_upper", "age")}
    business = {f"business_{name}": None if one is None else one / 10 for name, one in spans.items()}
    named = {"lead_id": f"lead {number}", "item_id": "110", "episode_id": f"lead {number}"} | business | lead
    return {name: _minutes(named[name]) if SCHEMA[name] == SPAN else named[name] for name in SCHEMA}


def _minutes(count):
    return None if count is None else timedelta(minutes=count)


WAITS = st.integers(0, 20)
LEADS = st.one_of(
    st.builds(exact, WAITS),
    st.builds(lambda low, more: interval(low, low + more), WAITS, WAITS),
    st.builds(still_open, WAITS),
    st.builds(unknown),
)
GROUPS = st.lists(st.tuples(LEADS, st.sampled_from(["110", "111", "112", None])), max_size=40)


def grouped(leads):
    return times_of(*(lead | {"item_id": item} for lead, item in leads))
