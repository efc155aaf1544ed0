"""Too few leads, none, and frames that lack something: each looks right, or says what is missing."""

import polars as pl
import pytest
from explorer.some_leads import leads, times

import leadkit as lk
from leadkit.explorer.drawing import NAMES


def shown(explorer):
    return {label: value for label, value, _ in explorer.numbers["cards"]}


def look(explorer, sent):
    sent.tell(explorer, {"do": "look", "view": "v", "charts": list(NAMES)})
    return [getattr(explorer, name)["alt"] for name in NAMES]


def test_no_leads_say_so_in_every_place(sent):
    explorer = lk.explore(leads(0))
    assert repr(explorer) == "LeadExplorer(leads=0, answered=-, median=-, fees=-)"
    assert explorer.numbers["count"] == "No leads: the frame is empty."
    assert shown(explorer) == {
        "Leads": "0",
        "Answered": "-",
        "Median wait": "-",
        "Fees": "-",
        "Cost per answered lead": "-",
    }
    assert all("no chart" in alt for alt in look(explorer, sent))
    assert (explorer.table["rows"], explorer.table["pages"]) == ([], 1)
    assert explorer.selection.equals(leads(0))
    assert "none." in explorer._repr_mimebundle_()[0]["text/html"]


def test_one_lead_has_its_numbers_and_no_interval(sent):
    of = leads(1)
    explorer = lk.explore(of, times=times(of))
    assert repr(explorer) == "LeadExplorer(leads=1, answered=100 %, median=3 min, fees=USD 20.00)"
    assert explorer.numbers["cards"][2][2] == "with those who still wait; too few for an interval"
    assert len(look(explorer, sent)) == 5


def test_all_unanswered_has_no_median_and_no_cost_per_answer(sent):
    of = leads()
    states = times(of).with_columns(
        state=pl.lit("unanswered"), wait_lower=pl.duration(hours=5), wait_upper=pl.lit(None, pl.Duration("us"))
    )
    explorer = lk.explore(of, times=states)
    assert shown(explorer)["Median wait"] == "not reached"
    assert shown(explorer)["Answered"] == "0 %"
    assert explorer.numbers["cards"][4][1:] == ["-", "no answered lead with a fee"]
    assert len(look(explorer, sent)) == 5


def test_a_choice_that_leaves_nothing_says_what_to_do(sent):
    explorer = lk.explore(leads())
    explorer.filter(listing="110", search="Porsche")
    assert (
        explorer.numbers["count"] == "No lead of 8 has all of this: listing 110 and search Porsche. Take a filter away."
    )
    assert all("no chart" in alt for alt in look(explorer, sent))
    assert explorer.selection.is_empty()
    assert explorer.fees.is_empty()


def test_leads_without_a_fee_cost_nothing_that_is_known():
    of = leads(fee=None, fee_currency=None).cast({"fee": pl.Decimal(38, 6), "fee_currency": pl.String})
    explorer = lk.explore(of)
    assert shown(explorer)["Fees"] == "-"
    assert explorer.numbers["cards"][3][2] == "no lead with a fee"


@pytest.mark.parametrize("column", ["lead_id", "item_title", "financing", "trade_in_make", "fee"])
def test_a_missing_column_is_named(column):
    with pytest.raises(lk.MissingColumns, match=f"explore.leads. needs the column '{column}'"):
        lk.explore(leads().drop(column))


def test_missing_columns_of_the_other_frames_are_named():
    of = leads()
    with pytest.raises(lk.MissingColumns, match=r"explore.times. needs the column 'state' .did you mean 'status'"):
        lk.explore(of, times=times(of).rename({"state": "status"}))
    with pytest.raises(lk.MissingColumns, match=r"explore.crm. needs the columns 'email' .did you mean 'mail'"):
        lk.explore(of, crm=pl.DataFrame({"prospect_id": ["p"], "mail": ["x"]}))


@pytest.mark.parametrize("name", ["messages", "conversations", "mail", "crm"])
def test_frames_that_only_an_opened_lead_needs_are_looked_at_before(name):
    of = leads()
    with pytest.raises(lk.InvalidRequest, match=f"explore: {name} is a str; give a Polars DataFrame"):
        lk.explore(of, times=times(of), **{name: "x"})
    with pytest.raises(lk.MissingColumns, match=rf"explore\({name}\) needs the columns"):
        lk.explore(of, times=times(of), **{name: of})


@pytest.mark.parametrize("name", ["row", "place"])
def test_columns_of_any_name_may_be_there(name):
    of = leads().with_columns(pl.lit("mine").alias(name))
    explorer = lk.explore(of, times=lk.response_times(of).with_columns(pl.lit("mine").alias(name)))
    explorer.explain("a3")
    assert explorer.lead["row"] == 3
    assert explorer.selection[name].to_list() == ["mine"] * len(of)


def test_what_is_needed_is_enough():
    of = leads().select(
        *("lead_id", "item_id", "item_title", "submitted_at", "status", "financing", "fee", "fee_currency"),
        *("trade_in_make", "trade_in_model", "trade_in_year"),
    )
    waits = times(leads()).select("lead_id", "episode_id", "state", "wait_lower", "wait_upper")
    explorer = lk.explore(of, times=waits)
    assert explorer.kpis["answered"].item() == 6
    assert explorer.table["rows"][0]["cells"][2] == ""
    assert lk.explore(of.lazy(), times=waits.lazy(), reveal=True).kpis.equals(explorer.kpis)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"zone": "Mars"}, "zone='Mars' is refused"),
        ({"theme": "blue"}, "theme='blue' is refused: allowed is 'auto', 'light' or 'dark'"),
        ({"hours": "Mo-Fr"}, "hours='Mo-Fr' is refused"),
        ({"leads": [1]}, "explore: leads is a list; give a Polars DataFrame"),
        ({"reveal": "no"}, "reveal='no' is refused: allowed is True or False"),
    ],
)
def test_what_can_not_be_used_is_refused(options, said):
    with pytest.raises(lk.InvalidRequest, match=said):
        lk.explore(**{"leads": leads()} | options)
