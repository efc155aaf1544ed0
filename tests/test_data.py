"""The recorded dealership in data/ is what the sandbox answers today."""

import re
from pathlib import Path

import pytest

import leadkit as lk
from leadkit.sandbox import Sandbox

FOLDER = Path(__file__).parent.parent / "data" / "dealership"


@pytest.fixture(scope="module")
def live():
    with Sandbox(seed=7, leads=40) as sandbox:
        dealership = sandbox.dealership
        with lk.Ebay(
            sandbox.token, base_url=sandbox.url, account="demo", sellers=dealership.sellers, clock=dealership.now
        ) as ebay:
            yield tables(ebay)


def tables(ebay):
    talks = ebay.conversations("ALL", start="2026-08-01")
    leads = ebay.leads(start="2026-08-01", end="2026-11-01", include_messages=True)
    return {"leads": leads, "conversations": talks, "messages": ebay.messages(talks), "problems": ebay.problems}


@pytest.mark.parametrize("table", ["leads", "conversations", "messages", "problems"])
def test_the_recorded_dealership_gives_the_tables_of_a_fresh_fetch(live, table):
    recorded = tables(lk.open(FOLDER).ebay)

    assert len(recorded[table]) > 0 or table == "problems"
    assert recorded[table].equals(live[table])


def test_a_replay_asks_for_just_what_was_recorded():
    shop = lk.open(FOLDER)
    tables(shop.ebay)

    assert len(shop.ebay.requests) == len(list(FOLDER.glob("*.meta.json")))


def test_nobody_in_the_recorded_dealership_can_be_reached():
    leads = lk.open(FOLDER).ebay.leads(start="2026-08-01", end="2026-11-01", include_messages=True)
    emails = [text for name in ("email", "external_email") for text in leads[name].drop_nulls() if text != "--"]
    phones = ["".join(filter(str.isdigit, text)) for text in leads["phone"].drop_nulls()]

    assert emails
    assert all(re.search(r"(@|\.)(example(\.(com|net|org))?|test)$", text.lower()) for text in emails)
    assert phones
    assert all("55501" in digits for digits in phones if digits)
