"""The summary of tables that a demo does not bring: none at all, nulls, many kinds of problems, hostile names."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from rich.console import Console

import leadkit as lk
from leadkit import summary
from leadkit.mail_records import FOLDERS, MAIL
from leadkit.problems import SCHEMA
from leadkit.request_log import RequestLog
from leadkit.sources.ebay_conversations import CONVERSATIONS, MESSAGES
from leadkit.sources.ebay_leads import LEADS
from leadkit.sources.leadsquared import CRM_LEADS

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)


def leads(**columns):
    rows = len(next(iter(columns.values())))
    columns = {"lead_id": [f"a{row}" for row in range(rows)]} | columns
    given = pl.DataFrame(columns, schema={name: LEADS.schema[name] for name in columns})
    return given.with_columns(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in LEADS.schema.items() if name not in columns
    ).head(rows)


def printed(found, problems=()):
    frames = {
        "leads": found,
        "conversations": CONVERSATIONS.empty(),
        "messages": MESSAGES.empty(),
        "mail": MAIL.empty(),
        "folders": FOLDERS.empty(),
        "crm_leads": CRM_LEADS.empty(),
        "times": lk.response_times(found),
        "problems": pl.DataFrame(problems, schema=SCHEMA, orient="row"),
        "requests": RequestLog().frame(),
    }
    console = Console(file=io.StringIO(), width=80, highlight=False)
    summary.say_what_came(console, frames, seconds=1.25, of=0)
    summary.show(console, frames, zone="UTC", files="x/<table>.parquet")
    return console.file.getvalue()


def test_tables_without_rows_are_shown_as_such():
    shown = printed(LEADS.empty())
    assert "0 calls, 0.0 MB, 1.2 s." in shown
    assert shown.count("no leads") == 4
    assert "What stands out\n  nothing\n" in shown
    for what in ("median wait", "within 1 h", "within 24 h"):
        assert re.search(rf"{what} +- +- *\n", shown)
    assert re.search(r"no reply +not counted +- *\n", shown)
    assert shown.endswith("What was odd\n  nothing\n\n")


def test_fees_of_currencies_are_never_added_up():
    found = leads(
        status=["NEW", "RESPONDED", "NEW", "RESPONDED", "NEW"],
        submitted_at=[NOON] * 5,
        fetched_at=[NOON + timedelta(days=1)] * 5,
        fee=[Decimal("10.005"), Decimal(-4), None, Decimal(1200), Decimal(0)],
        fee_currency=["USD", "USD", "USD", "JPY", "JPY"],
    )
    shown = printed(found)
    assert re.search(r"JPY +2 +0 +1,200 +0 +600 +1,200\n", shown)
    assert re.search(r"USD +2 +-4\.00 +6\.00 +10\.00 +3\.00 +6\.00\n", shown)
    assert re.search(r"no amount +1 +- +- +- +- +-\n", shown)


def test_an_amount_without_a_currency_is_named_so():
    with pytest.warns(lk.LeadkitWarning, match="without a currency"):
        shown = printed(leads(status=["NEW"], fee=[Decimal(1)]))
    assert re.search(r"not given +1 +0\.00 +1\.00 +0\.00 +1\.00 +- *\n", shown)
    assert "no amount" not in shown


def test_the_answers_on_financing_are_three():
    found = leads(financing=[True, False, False, None, None, None])
    assert summary.financing_answers(found).rows() == [("yes", 1), ("no or not answered", 2), ("not given", 3)]


def test_a_status_that_was_not_sent_is_counted():
    assert summary.by_status(leads(status=["NEW", None, None])).rows() == [("not given", 2), ("NEW", 1)]


@pytest.mark.parametrize(
    ("parts", "offered"),
    [
        ((None, None, None), 0),
        ((" N/A ", "none", "-"), 0),
        (("Ford", None, None), 1),
        (("N/A", "", "2014"), 1),
        ((None, "Corolla", None), 1),
    ],
)
def test_a_placeholder_offers_no_car(parts, offered):
    names = ("trade_in_make", "trade_in_model", "trade_in_year")
    found = leads(**{name: [part] for name, part in zip(names, parts, strict=True)})
    assert summary.offers(found).rows() == [("offered", offered), ("none", 1 - offered)]


def test_misfits_of_a_kind_and_a_column_are_one_row_with_their_count():
    problems = [
        ("messages", "missing_thread", "conversation_id", "1", 1, None, "gone"),
        ("leads", "bad_value", "fee", "a", 2, "x", "not a number"),
        ("messages", "missing_thread", "conversation_id", "2", 1, None, "gone"),
        ("messages", "missing_thread", "conversation_id", "3", 1, None, "gone"),
        ("leads", "total_mismatch", None, None, 1, None, None),
    ]
    assert summary.odd(pl.DataFrame(problems, schema=SCHEMA, orient="row")).rows() == [
        ("missing_thread", "messages.conversation_id", 3, "gone"),
        ("bad_value", "leads.fee", 2, "not a number"),
        ("total_mismatch", "leads", 1, None),
    ]


def test_more_kinds_of_problems_than_fit_are_told_as_a_number():
    problems = [("leads", "bad_value", f"column_{n}", "a", 1, "secret example", "odd") for n in range(9)]
    shown = printed(leads(status=["NEW"]), problems)
    assert "leads.column_3" in shown
    assert "leads.column_4" not in shown
    assert "and 5 more kinds, in problems.parquet" in shown
    assert "secret example" not in shown


def test_a_status_can_not_steer_the_terminal_or_the_markup():
    shown = printed(leads(status=["\x1b[2J[bold]NEW[/bold]"]))
    assert "\x1b" not in shown
    assert "[bold]NEW[/bold]" in shown
