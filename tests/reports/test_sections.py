"""What the report says: numbers of the metrics in words, for no leads, for one, and for all sorts of them."""

import pytest
from hostile import PAYLOADS
from metrics.made_records import DAY, HOUR, exchange, lead, leads, messages, span, talk
from reports.made_reports import FEE, SAID, Page, tables

import leadkit as lk
from leadkit.reports import blocks, phrases, sections

SECTIONS = (
    *("scope", "key_figures", "findings", "waits", "fees", "listings", "financing", "trade_ins", "waiting"),
    *("certainty", "oddities"),
)
HOURS = lk.BusinessHours("America/Chicago", "Mo-Sa 09:00-19:00")


def said(t, name: str) -> str:
    """The text of a section, whose HTML says the same."""
    block = getattr(sections, name)(t)
    html = Page(block._repr_html_()).text
    missing = [word for word in repr(block).split() if word.strip("|:()[]") not in html]
    assert not [word for word in missing if word.strip("[]:") not in {"high", "medium", "low", "|"}]
    return repr(block)


@pytest.mark.parametrize("name", SECTIONS)
@pytest.mark.parametrize("found", [leads(), leads(lead(status="NEW"))], ids=["no leads", "one lead"])
def test_each_section_has_something_to_say_of_no_lead_and_of_one(name, found):
    assert said(tables(found, hours=HOURS), name)


def test_no_leads_are_told_as_such():
    t = tables(leads())
    told = {name: said(t, name) for name in SECTIONS}
    assert told["fees"] == "What leads cost: no leads."
    assert told["waiting"].endswith(": there are no leads.")
    assert told["listings"] == "Where most buyers still wait: there are no leads."
    assert "Leads: 0" in told["key_figures"]
    assert "Half of the buyers wait at most: not reached" in told["key_figures"]
    assert "Account: none has leads" in told["scope"]
    assert "As seen at: not known" in told["scope"]


def test_the_key_figures_are_those_of_the_metrics():
    found = leads(
        lead(0, DAY, status="RESPONDED", **FEE, exchanges=[exchange(0)]),
        lead(10, DAY, status="NEW", user_id="joe", **FEE),
    )
    t = tables(found, messages=messages((0, "jane"), (30, "dealer")), conversations=talk(30, "dealer", began=0))
    assert said(t, "key_figures").splitlines()[:4] == [
        "Leads: 2",
        "Answered: 1 (1 not answered)",
        "Half of the buyers wait at most: 12 h 10 min (30 min or more, with 95 % confidence)",
        "Answered within 1 hour: 50.0 % (within 24 hours: not known)",
    ]
    assert said(t, "key_figures").splitlines()[4:] == ["Lead fees: USD 41.00 (USD 41.00 per answered lead)"]
    assert "USD | 2 | 41.00 | 0.00 | 41.00 | 20.50 | 41.00 | 20.50" in said(t, "fees")
    assert "Answered, and when | the messages themselves | 1 | 50.0 %" in said(t, "certainty")


@pytest.mark.parametrize(
    ("states", "words"),
    [
        (["RESPONDED"], "every lead is answered."),
        (["RESPONDED", None, None], "no lead is known to wait; of 2 nothing is known."),
    ],
)
def test_every_lead_is_answered_only_where_that_is_known(states, words):
    t = tables(leads(*(lead(n, DAY, status=state, user_id=f"buyer{n}") for n, state in enumerate(states))))
    assert said(t, "waiting") == f"The newest leads without an answer (times in America/Chicago): {words}"
    assert said(t, "listings") == f"Where most buyers still wait: {words}"


def test_a_listing_is_named_by_its_title_and_its_number_and_fits_a_telephone():
    t = tables(leads(lead(0, HOUR, status="NEW", item_id="7", **SAID), lead(0, HOUR, status="NEW", item_id=None)))
    assert said(t, "listings").splitlines()[1:] == [
        "Listing | Leads | Still waiting | Median wait",
        "2015 BMW 330i (7) | 1 | 1 | not reached",
        "No title | 1 | 1 | not reached",
    ]
    assert "lk-wide" not in sections.listings(t).html


def test_a_telephone_names_each_cell_of_a_table_that_is_too_wide_for_it():
    html = sections.fees(tables(leads(lead(status="NEW", **FEE)))).html
    assert html.startswith('<table class="lk-wide">')
    assert '<td class="lk-number" data-label="Per lead">20.50</td>' in html


def test_leads_without_a_fee_have_none_told():
    t = tables(leads(lead(status="NEW")))
    assert "Fees: none told" in said(t, "key_figures")
    assert "No fee told | 1 | - | - | - | - | - | -" in said(t, "fees")


def test_names_are_masked_unless_they_are_revealed():
    found = leads(lead(0, HOUR, status="NEW", **SAID, **FEE), lead(5, HOUR, status="NEW", user_id="joe"))
    assert "2026-10-05 07:00 | 2015 BMW 330i | masked | 1 h | USD 20.50" in said(tables(found), "waiting")
    assert "| 2015 BMW 330i | Amy Lee | 1 h | USD 20.50" in said(tables(found, reveal=True), "waiting")
    assert "2026-10-05 07:05 | 110043671232 | no name | 55 min | -" in said(tables(found), "waiting")
    assert "Personal data: masked" in said(tables(found), "scope")
    assert "handle this file like the leads" in said(tables(found, reveal=True), "scope")


def test_waits_in_business_hours_stand_beside_those_of_the_calendar():
    found = leads(lead(0, HOUR, status="NEW"))
    assert len(said(tables(found), "waits").splitlines()) == 3
    assert "In business hours, America/Chicago | " in said(tables(found, hours=HOURS), "waits")
    assert "Business hours: Mo-Sa 09:00-19:00 in America/Chicago" in said(tables(found, hours=HOURS), "scope")


def test_a_wait_that_is_known_roughly_is_said_with_both_ends():
    t = tables(leads(lead(0, HOUR, status="RESPONDED")))
    assert "Half of the buyers wait at most: 0 s to 1 h" in said(t, "key_figures")


@pytest.mark.parametrize(
    ("late", "early", "words"),
    [(None, None, "not reached"), (None, 5, "5 min or more"), (5, 5, "5 min"), (9, 5, "5 min to 9 min")],
)
def test_a_quantile_is_said_with_what_is_known_of_it(late, early, words):
    assert phrases.quantile({"p50": span(late), "p50_earliest": span(early)}, "p50") == words


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (None, None, ""),
        (1, 2, "between 1 min and 2 min, with 95 % confidence"),
        (1, None, "1 min or more, with 95 % confidence"),
        (None, 2, "2 min or less, with 95 % confidence"),
    ],
)
def test_the_range_of_a_median_may_be_open(low, high, words):
    assert phrases.median_range({"p50_low": span(low), "p50_high": span(high)}) == words


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_a_stranger_wrote_is_text_in_every_block(payload):
    made = [
        blocks.cards([blocks.Card(payload, payload, payload)]),
        blocks.facts([(payload, payload)]),
        blocks.table(payload, [blocks.Column(payload), blocks.Column(payload)], [[payload, payload]], empty=""),
        blocks.points([("high", payload, payload)], empty=""),
        blocks.note(payload),
    ]
    for block in made:
        page = Page(block._repr_html_())
        assert "".join(payload.split()) in "".join("".join(page.texts).split())
        assert {name for _, own in page.elements for name in own} <= {"class", "scope"}
