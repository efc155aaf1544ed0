"""One lead opened: its explanation, its thread whole, what the CRM has, and nothing of a person where it is masked."""

import warnings

import polars as pl
import pytest
from explorer.some_leads import leads, times

import leadkit as lk


@pytest.fixture(scope="module")
def dealership():
    """The invented dealership, small: all its tables."""
    with lk.demo(leads=40) as shop, warnings.catch_warnings():
        warnings.simplefilter("ignore", lk.LeadkitWarning)  # what is odd in it is not the subject
        of, talks = shop.ebay.leads(include_messages=True), shop.ebay.conversations()
        return {
            "leads": of,
            "conversations": talks,
            "messages": shop.ebay.messages(talks),
            "mail": shop.ebay.mail(folder=(0, 1), bodies=True),
            "crm": shop.crm.leads(shop.ids),
            "hours": shop.hours,
            "zone": shop.zone,
        }


def test_a_lead_has_its_explanation_and_its_thread(dealership):
    explorer = lk.explore(**dealership, reveal=True)
    given = {name: dealership[name] for name in ("leads", "messages", "conversations", "mail")}
    times = lk.response_times(**given, hours=dealership["hours"])
    some = times.filter(pl.col("evidence") == "E1 thread")["lead_id"][0]
    found = explorer.explain(some)
    assert repr(found) == repr(lk.explain(times, some, **given))
    shown = explorer.lead
    assert [tuple(pair) for pair in shown["facts"]][: len(found.lines)] == list(found.lines)
    assert [record["text"] for record in shown["records"]] == [text or "" for text in found.records["text"]]
    assert {record["by"] for record in shown["records"]} >= {"buyer", "seller"}


def test_a_masked_lead_tells_nothing_of_a_person(dealership):
    explorer = lk.explore(**dealership)
    leads, messages = dealership["leads"], dealership["messages"]
    for lead_id in leads["lead_id"].head(15):
        text = repr(explorer.explain(lead_id)) + str(explorer.lead)
        lead = leads.row(by_predicate=pl.col("lead_id") == lead_id, named=True)
        assert not [name for name in ("user_id", "email", "phone", "message") if lead[name] and lead[name] in text]
        assert not [body for body in messages["body"] if body and len(body) > 20 and body in text]


def test_the_crm_is_found_by_the_address_and_shows_no_owner_until_revealed(dealership):
    for reveal in (False, True):
        explorer = lk.explore(**dealership, reveal=reveal)
        said = []
        for lead_id in dealership["leads"]["lead_id"]:
            explorer.explain(lead_id)
            said += [text for name, text in explorer.lead["facts"] if name == "CRM"]
        assert any("stage " in text for text in said)
        assert any("owner " in text for text in said) == reveal


def test_aliases_and_hidden_addresses_are_nobody_in_the_crm():
    of = leads(email=pl.lit("x1@members.ebay.example"), external_email=pl.lit("--"))
    crm = pl.DataFrame(
        {"prospect_id": ["p1"], "email": ["x1@members.ebay.example"], "stage": ["New"], "created_at": [None]}
    )
    explorer = lk.explore(of, crm=crm, reveal=True)
    explorer.explain("a0")
    assert ["CRM", "nobody with the e-mail address of this lead"] in explorer.lead["facts"]


def test_a_later_lead_of_the_buyer_about_the_listing_is_among_the_records():
    explorer = lk.explore(leads(account=pl.lit("demo")), reveal=True)
    assert explorer.explain("a0").records["id"].to_list() == ["a0", "a6"]


def test_a_long_text_is_cut_and_comes_whole_when_asked_for(sent):
    of = leads(message=pl.lit("y" * 100_000))
    explorer = lk.explore(of, reveal=True)
    explorer.explain("a0")
    (record,) = explorer.lead["records"]
    assert (len(record["text"]), record["length"]) == (2_000, 100_000)
    sent.tell(explorer, {"do": "text", "n": record["n"]})
    assert sent.custom() == [{"kind": "text", "n": 0, "text": "y" * 100_000}]


def test_what_can_not_be_explained_says_why():
    of = leads()
    explorer = lk.explore(of, times=times(of))
    with pytest.raises(lk.InvalidRequest, match=r"times lacks .*evidence.* Give what response_times returned"):
        explorer.explain("a0")
    with pytest.raises(lk.InvalidRequest, match="'nobody' is in no lead"):
        explorer.explain("nobody")
    alone = lk.explore(of, times=lk.response_times(of.head(2)))
    with pytest.raises(lk.InvalidRequest, match="the lead is not in times"):
        alone.explain("a5")


def test_without_what_evidence_needs_the_times_alone_are_explained():
    of = leads()
    explorer = lk.explore(of.drop("fetched_at"), times=lk.response_times(of))
    explorer.explain("a1")
    assert explorer.lead["facts"][1] == ["state", "unknown: no record tells"]
    assert explorer.lead["records"] == []
