"""The recorded dealership in data/ is what the sandbox answers today."""

import re
import warnings
from pathlib import Path

import polars as pl
import pytest

import leadkit as lk

FOLDER = Path(__file__).parent.parent / "data" / "dealership"


TABLES = ["leads", "conversations", "messages", "mail", "folders", "crm_leads", "problems"]


@pytest.fixture(scope="module")
def live():
    with lk.demo(seed=7, leads=40) as shop:
        return tables(shop)


def tables(shop):
    ebay, crm = shop.ebay, shop.crm
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", lk.LeadkitWarning)  # what was odd is compared
        talks = ebay.conversations("ALL", start="2026-08-01")
        found = {
            "leads": ebay.leads(start="2026-08-01", end="2026-11-01", include_messages=True),
            "conversations": talks,
            "messages": ebay.messages(talks),
            "mail": ebay.mail(folder=(0, 1), bodies=True),
            "folders": ebay.folders(),
            "crm_leads": crm.leads(shop.ids),
        }
    return found | {"problems": pl.concat([ebay.problems, crm.problems])}


@pytest.mark.parametrize("table", TABLES)
def test_the_recorded_dealership_gives_the_tables_of_a_fresh_fetch(live, table):
    recorded = tables(lk.open(FOLDER))

    assert len(recorded[table]) > 0
    assert recorded[table].equals(live[table])


def test_a_replay_asks_for_just_what_was_recorded():
    shop = lk.open(FOLDER)
    tables(shop)

    assert len(shop.ebay.requests) + len(shop.crm.requests) == len(list(FOLDER.glob("*.meta.json")))


def test_nobody_in_the_recorded_dealership_can_be_reached():
    leads = lk.open(FOLDER).ebay.leads(start="2026-08-01", end="2026-11-01", include_messages=True)
    emails = [text for name in ("email", "external_email") for text in leads[name].drop_nulls() if text != "--"]
    phones = ["".join(filter(str.isdigit, text)) for text in leads["phone"].drop_nulls()]

    assert emails
    assert all(re.search(r"(@|\.)(example(\.(com|net|org))?|test)$", text.lower()) for text in emails)
    assert phones
    assert all("55501" in digits for digits in phones if digits)
