"""What was recorded, or saved by hand, gives the frames that the API gave."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from crm_api import TOO_MANY, Crm, as_json, asking, kinds, lead, unheard

import leadkit as lk
from leadkit.recording import recorded_fetches

AT = datetime(2026, 8, 1, 10, tzinfo=UTC)
LEADS = [lead(number, mx_Store=f"Lot {number % 2}", mx_Note="a{mxnewline}b") for number in range(6)]
IDS = [f"id-{number:05d}" for number in range(7)]
COLUMNS = ["FirstName", "mx_Store"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "saved"


def test_a_replay_gives_the_same_frame_and_the_same_problems(folder: Path) -> None:
    with asking(Crm(LEADS, at_most=2), record=folder, account="mine") as (crm, _), unheard():
        fetched, problems = crm.leads(IDS, COLUMNS, page_size=3), crm.problems
        requests = crm.requests.drop("seconds", "attempts")
    with lk.open(folder) as shop, unheard():
        assert shop.ids == IDS
        assert shop.crm.leads(shop.ids, COLUMNS, page_size=3).equals(fetched)
        assert shop.crm.problems.equals(problems)
        assert sorted(shop.crm.requests.drop("seconds", "attempts").rows()) == sorted(requests.rows())
        assert repr(shop.crm) == "SavedCrm('mine', saved: crm_leads (1))"
    assert {"moved_pages", "missing_id"} <= set(kinds(problems))


def test_the_same_ids_in_another_form_are_the_same_call(folder: Path) -> None:
    with asking(Crm(LEADS), record=folder) as (crm, _):
        fetched = crm.leads(IDS[:2], "firstname,mx_Store")
    saved = lk.Saved(folder)
    again = saved.crm.leads(pl.Series([f" {IDS[0]}", IDS[0].upper(), IDS[1]]), COLUMNS)
    assert again.equals(fetched)
    assert kinds(saved.crm.problems) == ["unknown_key"]  # mx_Note, which this CRM sends unasked


def test_an_error_is_replayed_as_an_error(folder: Path, no_pauses: None) -> None:
    with asking(as_json(TOO_MANY), record=folder) as (crm, _), pytest.raises(lk.RateLimited):
        crm.leads(IDS[:1])
    assert not recorded_fetches(folder)[0].complete
    with pytest.raises(lk.NotFound, match="its recording was interrupted"):
        lk.Saved(folder).crm.leads(IDS[:1])


def test_other_arguments_are_answered_out_of_all_that_was_recorded(folder: Path) -> None:
    with asking(Crm(LEADS), record=folder) as (crm, _):
        crm.leads(IDS[:3], ["FirstName"])
        crm.leads(IDS[2:5], ["mx_Store"])
    saved = lk.Saved(folder).crm
    assert saved.ids == IDS[:5]
    with pytest.warns(lk.LeadkitWarning, match="filtered_here"):
        found = saved.leads([IDS[3], IDS[2], "id-99999"], ["MX_STORE", "mx_None"], max_rows=5)
    assert found.select("prospect_id", "first_name", "MX_STORE", "mx_None").rows() == [
        (IDS[3], None, "Lot 1", None),
        (IDS[2], None, "Lot 0", None),
    ]
    assert saved.problems.filter(kind="missing_id")["row_key"].to_list() == ["id-99999"]


def test_an_id_that_two_fetches_spelled_differently_is_there_once(folder: Path) -> None:
    with asking(Crm(LEADS), record=folder) as (crm, _), unheard():
        crm.leads(["ID-00000", "id-00001"])
        crm.leads(["id-00002", "id-00000"])
    assert lk.Saved(folder).crm.ids == ["ID-00000", "id-00001", "id-00002"]


def test_a_row_that_one_fetch_did_not_ask_everything_of_keeps_what_another_knew(folder: Path) -> None:
    with asking(
        as_json({"RecordCount": 1, "Leads": [{"ProspectID": "id-1", "FirstName": "Ann"}]}),
        as_json({"RecordCount": 1, "Leads": [{"ProspectID": "ID-1", "mx_Store": "Lot"}]}),
        record=folder,
    ) as (crm, _):
        crm.leads(["id-1"], ["FirstName"])
        crm.leads(["id-1"], ["mx_Store"])
    with unheard():
        found = lk.Saved(folder).crm.leads(["id-1"], COLUMNS)
    assert found.select("prospect_id", "first_name", "mx_Store").rows() == [("ID-1", "Ann", "Lot")]


def test_a_null_that_came_later_is_what_is_known_last(folder: Path) -> None:
    with (
        asking(
            as_json(
                {"RecordCount": 2, "Leads": [{"ProspectID": "id-1", "FirstName": "Ann", "Phone": "1"}, {"Phone": "2"}]}
            ),
            as_json({"RecordCount": 2, "Leads": [{"ProspectID": "ID-1", "FirstName": None}, {"FirstName": "Bo"}]}),
            record=folder,
        ) as (crm, _),
        unheard(),
    ):
        crm.leads(["id-1"], ["FirstName", "Phone"])
        crm.leads(["id-1"], ["FirstName"])
    with unheard():
        found = lk.Saved(folder).crm.leads(["id-1"], "FirstName,Phone", max_rows=9)
        both = lk.read_crm_leads(sorted(folder.glob("*-crm_leads.json")))
    for frame in (found, both):
        assert frame.select("prospect_id", "first_name", "phone").rows()[0] == ("ID-1", None, "1")
    assert both.select("prospect_id", "first_name", "phone").rows()[1:] == [(None, None, "2"), (None, "Bo", None)]


def test_what_is_filtered_has_the_columns_that_were_asked_for_and_no_others(folder: Path) -> None:
    asked = ("FirstName", [], "mx_Store,mx_None")
    with lk.demo(leads=20, record=folder) as shop, unheard():
        some = shop.ids[:5]
        shop.crm.leads(some, ["FirstName", "EmailAddress", "mx_Store"])
    with lk.demo(leads=20) as shop, unheard():
        fetched = [shop.crm.leads(some, columns) for columns in asked]
    saved = lk.Saved(folder).crm
    with unheard():
        again = [saved.leads(some, columns) for columns in asked]
    for before, after in zip(fetched, again, strict=True):
        assert after.equals(before)
        assert after["email"].null_count() == len(after) > 0
    assert kinds(saved.problems.filter(column="mx_None")) == ["missing_column"]


def test_bodies_that_were_saved_by_hand_are_a_crm(folder: Path) -> None:
    folder.mkdir()
    for number, part in enumerate((LEADS[:3], LEADS[3:])):
        body = json.dumps({"RecordCount": 6, "Leads": part})
        (folder / f"crm_leads-{number}.json").write_text(body)
    (folder / "leads.json").write_text('{"totalItems":0,"totalLeads":0}')
    with lk.open(folder) as shop:
        assert shop.ids == IDS[:6]
        found = shop.crm.leads(shop.ids, ["mx_Note"])
        assert shop.crm.problems.is_empty()
        assert shop.ebay.leads().is_empty()
    assert found["prospect_id"].to_list() == IDS[:6]
    assert found["mx_Note"].to_list() == ["a\nb"] * 6


def test_a_folder_without_a_crm_says_so_when_it_is_asked(folder: Path) -> None:
    folder.mkdir()
    (folder / "leads.json").write_text('{"totalItems":0,"totalLeads":0}')
    with lk.open(folder) as shop:
        assert shop.ids == []
        with pytest.raises(lk.NotFound, match="crm_leads: nothing whole is saved"):
            shop.crm.leads(["id-1"])


def test_no_key_stands_in_a_recording(folder: Path) -> None:
    with asking(Crm(LEADS), record=folder) as (crm, server):
        crm.leads(IDS[:2])
    keys = [server.arrived[0].headers[name] for name in ("x-lsq-accesskey", "x-lsq-secretkey")]
    kept = "".join(path.read_text() for path in folder.iterdir())
    assert not [key for key in keys if key in kept]


def test_two_accounts_share_a_folder(folder: Path) -> None:
    with lk.demo(leads=60, record=folder) as shop, unheard():
        leads, people = shop.ebay.leads(), shop.crm.leads(shop.ids, COLUMNS)
    with lk.open(folder) as again, unheard():
        assert again.ebay.leads().equals(leads)
        assert again.crm.leads(again.ids, COLUMNS).equals(people)
        assert (again.ebay.account, again.crm.account) == ("demo", "demo")


# Readers


def a_body(rows: list[Any], count: int | None = None) -> bytes:
    return json.dumps({"RecordCount": len(rows) if count is None else count, "Leads": rows}).encode()


def test_a_reader_gives_the_frame_of_the_api(folder: Path) -> None:
    with asking(Crm(LEADS), record=folder) as (crm, _):
        fetched = crm.leads(IDS[:6], ["CreatedOn", "FirstName", "EmailAddress", "mx_Store", "mx_Note"])
    bodies = sorted(folder.glob("*-crm_leads.json"))
    assert lk.read_crm_leads(bodies).equals(fetched)
    assert lk.read_crm_leads(folder / bodies[0].name, columns="mx_Store").equals(fetched.drop("mx_Note"))
    given = lk.read_crm_leads(bodies[0].read_bytes(), account="mine", fetched_at=AT)
    assert given.drop("account", "fetched_at").equals(fetched.drop("account", "fetched_at"))
    assert given.select("account", "fetched_at").unique().rows() == [("mine", AT)]


def test_a_reader_finds_every_column_that_a_body_has() -> None:
    rows = [lead(1, mx_B="b"), lead(2, mx_A="a", MX_b="B"), lead(3, stage="ours", **{"not a name": "x"})]
    told: list[dict[str, Any]] = []
    found = lk.read_crm_leads(a_body(rows), problems=told)
    assert found.columns[12:] == ["mx_B", "mx_A", "fetched_at"]
    assert found.select("mx_B", "mx_A").rows() == [("b", None), ("B", "a"), (None, None)]
    assert sorted(row["column"] for row in told) == ["Leads[].not a name", "Leads[].stage"]


@pytest.mark.parametrize("bodies", [[], a_body([]), [a_body([]), a_body([])], {"RecordCount": 0}], ids=str)
def test_a_reader_of_nothing_has_every_column(bodies: Any) -> None:
    found = lk.read_crm_leads(bodies)
    assert found.is_empty()
    assert found.columns == lk.describe("crm_leads")["column"].to_list()


def test_bodies_that_spell_their_keys_differently_are_one_frame() -> None:
    first, second = a_body([{"ProspectID": "1", "mx_Store": "a"}]), a_body([{"prospectid": "2", "MX_STORE": "b"}])
    found = lk.read_crm_leads([first, second])
    assert found.select("prospect_id", "mx_Store").rows() == [("1", "a"), ("2", "b")]


def test_pages_of_one_sweep_are_held_against_their_count_together() -> None:
    pages = [a_body(LEADS[:2], 6), a_body(LEADS[2:4], 6), a_body(LEADS[4:], 6)]
    told: list[dict[str, Any]] = []
    assert len(lk.read_crm_leads(pages, problems=told)) == 6
    assert told == []
    with pytest.warns(lk.LeadkitWarning, match="total_mismatch"):
        assert len(lk.read_crm_leads(pages[:2], problems=told)) == 4
    assert [row["detail"] for row in told] == ["the API's RecordCount says 6, 4 came"]


def test_a_lead_in_two_bodies_is_one_row() -> None:
    found = lk.read_crm_leads([a_body(LEADS[:2]), a_body([lead(1, FirstName="Anna")])])
    assert found.select("prospect_id", "first_name", "mx_Store").rows() == [
        ("id-00000", "Ann 0", "Lot 0"),
        ("id-00001", "Anna", "Lot 1"),
    ]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{}", "lacks 'RecordCount'"),
        (b'{"RecordCount":5}', "is absent"),
        (b'{"RecordCount":"1","Leads":[]}', "not a count"),
        (json.dumps(TOO_MANY).encode(), "The API said: MXAPIRateLimitExceededException"),
    ],
)
def test_a_bad_body_is_named_among_others(body: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_bytes(body)
    with pytest.raises(lk.BadResponse, match=r"crm_leads \(bad.json\)") as caught:
        lk.read_crm_leads([a_body(LEADS), tmp_path / "bad.json"])
    assert words in str(caught.value)
    assert caught.value.source == "crm_leads"


def test_strict_raises_for_a_value_that_does_not_fit() -> None:
    with pytest.raises(lk.BadResponse, match="do not fit"), unheard():
        lk.read_crm_leads(a_body([lead(1, CreatedOn="soon")]), strict=True)
    with pytest.raises(lk.InvalidRequest, match="columns="):
        lk.read_crm_leads(a_body([]), columns=["a b"])


# Shops


def configured(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    for name in names:
        monkeypatch.setenv(f"LEADKIT_{name}", "v^1.1#a-value")


def test_a_shop_without_a_crm_says_so_only_when_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    configured(monkeypatch, "EBAY_TOKEN")
    with lk.open("env") as shop:
        assert repr(shop.crm) == "LeadSquared(no credentials)"
        assert shop.ids == []
        with pytest.raises(lk.InvalidRequest, match="Set LEADKIT_LEADSQUARED_ACCESS_KEY"):
            shop.crm.leads(["id-1"])
        assert shop.crm.problems.is_empty()


def test_a_shop_with_a_crm_alone_says_so_only_when_ebay_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    configured(monkeypatch, "LEADSQUARED_ACCESS_KEY", "LEADSQUARED_SECRET_KEY")
    with lk.open("env") as shop:
        assert repr(shop.ebay) == "Ebay(no credentials)"
        assert isinstance(shop.crm, lk.LeadSquared)
        with pytest.raises(lk.InvalidRequest, match="Set LEADKIT_EBAY_TOKEN"):
            shop.ebay.leads()


def test_half_a_crm_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    configured(monkeypatch, "EBAY_TOKEN", "LEADSQUARED_ACCESS_KEY")
    with pytest.raises(lk.InvalidRequest, match="secret_key missing"):
        lk.open("env")


def test_half_an_ebay_is_refused_at_once_whatever_the_crm(monkeypatch: pytest.MonkeyPatch) -> None:
    configured(monkeypatch, "EBAY_CLIENT_ID", "LEADSQUARED_ACCESS_KEY", "LEADSQUARED_SECRET_KEY")
    with pytest.raises(lk.InvalidRequest, match="client_secret, refresh_token missing"):
        lk.open("env")


def test_an_environment_without_any_account_is_refused_at_once() -> None:
    with pytest.raises(lk.InvalidRequest, match="Set LEADKIT_EBAY_TOKEN"):
        lk.open("env")
