"""The summary of tables that a demo does not bring: none at all, nulls, many kinds of problems, hostile names."""

from __future__ import annotations

import io
from decimal import Decimal

import polars as pl
import pytest
from rich.console import Console

from leadkit import summary
from leadkit.mail_records import FOLDERS, MAIL
from leadkit.problems import SCHEMA
from leadkit.request_log import RequestLog
from leadkit.sources.ebay_conversations import CONVERSATIONS, MESSAGES
from leadkit.sources.ebay_leads import LEADS
from leadkit.sources.leadsquared import CRM_LEADS


def leads(**columns):
    rows = len(next(iter(columns.values())))
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
    assert shown.endswith("What was odd\n  nothing\n\n")


def test_fees_of_currencies_are_never_added_up():
    found = leads(
        fee=[Decimal("10.005"), Decimal(-4), None, Decimal(7), Decimal(0), Decimal(1)],
        fee_currency=["USD", "USD", "USD", "EUR", "EUR", None],
    )
    assert summary.fees(found).rows() == [
        ("EUR", 2, Decimal(7), Decimal(0), Decimal(7)),
        ("USD", 2, Decimal("10.005"), Decimal(-4), Decimal("6.005")),
        ("not given", 1, Decimal(1), Decimal(0), Decimal(1)),
        ("no amount", 1, None, None, None),
    ]


def test_no_line_of_missing_amounts_where_none_is_missing():
    assert summary.fees(leads(fee=[Decimal(1)], fee_currency=["USD"])).get_column("currency").to_list() == ["USD"]


def test_the_answers_on_financing_are_three():
    found = leads(financing=[True, False, False, None, None, None])
    assert summary.financing(found).rows() == [("yes", 1), ("no or not answered", 2), ("not given", 3)]


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
    assert summary.trade_ins(found).rows() == [("offered", offered), ("none", 1 - offered)]


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
    assert "leads.column_5" in shown
    assert "leads.column_6" not in shown
    assert "and 3 more kinds, in problems.parquet" in shown
    assert "secret example" not in shown


def test_a_status_can_not_steer_the_terminal_or_the_markup():
    shown = printed(leads(status=["\x1b[2J[bold]NEW[/bold]"]))
    assert "\x1b" not in shown
    assert "[bold]NEW[/bold]" in shown
