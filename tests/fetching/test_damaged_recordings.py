"""Damage to a recording is named with its file; the damage of one source leaves the other one alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from apis import unheard

import leadkit as lk


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Leads (the first fetch and answer) and CRM leads (the second), and the shop that they are of."""
    folder = tmp_path_factory.mktemp("recorded")
    with lk.demo(leads=20, record=folder) as shop, unheard():
        shop.ebay.leads()
        shop.crm.leads(shop.ids)
    return folder


@pytest.fixture
def folder(recorded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(recorded, tmp_path / "copy"))


def changed(path: Path, **told: Any) -> str:
    return json.dumps(json.loads(path.read_text()) | told)


def ebay_fails(folder: Path, file: str) -> Iterator[lk.BadResponse]:
    with lk.open(folder) as shop, unheard():
        assert len(shop.crm.leads(shop.ids)) > 5
        with pytest.raises(lk.BadResponse, match=file) as caught:
            shop.ebay.leads()
        yield caught.value
    with pytest.raises(lk.BadResponse, match=file) as caught:
        lk.Saved(folder).leads()
    yield caught.value


def crm_fails(folder: Path, file: str) -> Iterator[lk.BadResponse]:
    with lk.open(folder) as shop:
        assert len(shop.ebay.leads()) > 5
        with pytest.raises(lk.BadResponse, match=file) as caught:
            shop.crm.leads(shop.ids)
        yield caught.value
    with pytest.raises(lk.BadResponse, match=file) as caught:
        lk.Saved(folder).crm.leads(["id-1"])
    yield caught.value


@pytest.mark.parametrize("told", ["{", "[]", "5", '{"sellers": 5}', '{"sellers": [5]}', '{"account": {}}'])
def test_an_account_that_can_not_be_read_is_named(folder: Path, told: str) -> None:
    (folder / "account.json").write_text(told)
    for error in ebay_fails(folder, "account.json"):
        assert "Record again, or take the file away" in str(error)


@pytest.mark.parametrize(
    "told", [{"parameters": 5}, {"parameters": {"now": "soon"}}, {"source": 5}, {"complete": "yes"}], ids=str
)
def test_a_damaged_marker_is_named_and_harms_its_own_source_only(folder: Path, told: dict[str, Any]) -> None:
    for marker, fails in (("fetch-0001.json", ebay_fails), ("fetch-0002.json", crm_fails)):
        whole = (folder / marker).read_text()
        (folder / marker).write_text(changed(folder / marker, **told))
        assert len(list(fails(folder, marker))) == 2
        (folder / marker).write_text(whole)


def test_what_is_no_json_belongs_to_the_source_whose_answers_it_is_about(folder: Path) -> None:
    sidecars = {path.name.split("-")[1].removesuffix(".meta.json"): path for path in folder.glob("*.meta.json")}
    for damaged, fails in (
        (folder / "fetch-0001.json", ebay_fails),
        (folder / "fetch-0002.json", crm_fails),
        (sidecars["leads"], ebay_fails),
        (sidecars["crm_leads"], crm_fails),
    ):
        whole = damaged.read_text()
        damaged.write_text("{")
        assert len(list(fails(folder, damaged.name))) == 2
        damaged.write_text(whole)


def test_a_marker_that_nobody_knows_the_source_of_fails_both(folder: Path) -> None:
    (folder / "fetch-0009.json").write_text("{")
    with pytest.raises(lk.BadResponse, match=r"fetch-0009\.json"):
        lk.open(folder)


@pytest.mark.parametrize("ids", ["5", "(", "(5,)", "['a']", "(" * 500])
def test_ids_that_a_marker_does_not_hold_are_named(folder: Path, ids: str) -> None:
    marker = folder / "fetch-0002.json"
    marker.write_text(changed(marker, parameters={"ids": ids}))
    with lk.open(folder) as shop:
        assert len(shop.ebay.leads()) > 5
        with pytest.raises(lk.BadResponse, match=r"fetch-0002\.json .*no ids stand there"):
            _ = shop.ids


def test_a_marker_that_is_no_file_is_named(folder: Path) -> None:
    (folder / "fetch-0001.json").unlink()
    (folder / "fetch-0001.json").mkdir()
    assert len(list(ebay_fails(folder, r"fetch-0001\.json in the recording is damaged \(it can't be read"))) == 2


def test_a_body_that_is_gone_is_named(folder: Path) -> None:
    (body,) = folder.glob("*-leads.json")
    body.unlink()
    for call in (lk.Saved(folder).leads, lambda: lk.Saved(folder).leads(max_rows=9)):
        with pytest.raises(lk.BadResponse, match=rf"{body.name} in the recording is damaged \(it can't be read"):
            call()


def test_a_broken_body_saved_by_hand_leaves_the_other_source_alone(tmp_path: Path) -> None:
    (tmp_path / "crm_leads.json").write_text("{")
    (tmp_path / "leads.json").write_text('{"totalItems":0,"totalLeads":0}')
    with lk.open(tmp_path) as shop:
        assert shop.ebay.leads().is_empty()
        for call in (lambda: shop.ids, lambda: shop.crm.leads(["id-1"])):
            with pytest.raises(lk.BadResponse, match=r"crm_leads\.json"):
                call()


def test_the_shop_of_a_recording_is_where_the_recorded_one_was(folder: Path) -> None:
    with lk.open(folder) as shop:
        assert (shop.zone, shop.hours) == (
            "America/Chicago",
            lk.BusinessHours("America/Chicago", "Mo-Sa 09:00-19:00"),
        )
        shop.ids = ["id-1"]
        assert shop.ids == ["id-1"]
    (folder / "shop.json").unlink()
    with lk.open(folder) as shop:
        assert (shop.zone, shop.hours) == ("UTC", None)


@pytest.mark.parametrize("told", ["{", '{"zone": "Mars"}', '{"zone": "/"}', '{"zone": 5}', '{"hours": "always"}'])
def test_a_shop_that_can_not_be_read_is_named(folder: Path, told: str) -> None:
    (folder / "shop.json").write_text(told)
    with pytest.raises(lk.BadResponse, match=r"shop\.json in the recording"):
        lk.open(folder)


def test_the_shop_of_the_environment_is_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADKIT_EBAY_TOKEN", "a-token-for-the-test")
    monkeypatch.setenv("LEADKIT_ZONE", "Europe/Berlin")
    with lk.open("env", record=tmp_path):
        pass
    assert lk.open(tmp_path).zone == "Europe/Berlin"
