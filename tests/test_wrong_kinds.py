"""An argument of the wrong kind is refused by its name, and never by Python's or Polars' own words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

import leadkit as lk

XML = b"<GetMyMessagesResponse><Ack>Success</Ack><Messages/></GetMyMessagesResponse>"
CRM = {"RecordCount": 0, "Leads": []}
READERS: dict[str, Callable[..., Any]] = {
    "leads": lambda **given: lk.read_leads({"totalItems": 0, "totalLeads": 0}, **given),
    "conversations": lambda **given: lk.read_conversations({"conversations": [], "total": 0}, **given),
    "messages": lambda **given: lk.read_messages({"messages": [], "total": 0}, **given),
    "mail": lambda **given: lk.read_mail(XML, **given),
    "folders": lambda **given: lk.read_folders(XML, **given),
    "crm_leads": lambda **given: lk.read_crm_leads(CRM, **given),
}
ACCOUNTS: dict[str, Callable[..., Any]] = {
    "Ebay": lambda **given: lk.Ebay(**({"token": "a-token"} | given)),
    "LeadSquared": lambda **given: lk.LeadSquared(**({"access_key": "k-1", "secret_key": "s-1"} | given)),
}


@pytest.mark.parametrize("wrong", [{"fetched_at": "soon"}, {"fetched_at": 5}, {"account": 5}, {"problems": 5}], ids=str)
@pytest.mark.parametrize("source", READERS)
def test_a_reader_names_the_argument(source: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(lk.InvalidRequest, match=f"{source}: {next(iter(wrong))}=") as caught:
        READERS[source](**wrong)
    assert caught.value.source == source


@pytest.mark.parametrize("source", ["conversations", "messages"])
@pytest.mark.parametrize("sellers", [5, [5], {"a": 1}, b"me"], ids=str)
def test_a_reader_names_sellers_that_are_no_names(source: str, sellers: Any) -> None:
    with pytest.raises(lk.InvalidRequest, match="sellers="):
        READERS[source](sellers=sellers)


@pytest.mark.parametrize("at", [date(2026, 5, 5), datetime(2026, 5, 5), "2026-05-05", "2026-05-05T02:00:00+02:00"])  # noqa: DTZ001 - a naive time is read in UTC
def test_a_time_may_be_given_in_any_form(at: Any) -> None:
    body = XML.replace(b"<Messages/>", b"<Messages><Message/></Messages>")
    assert lk.read_mail(body, fetched_at=at)["fetched_at"].to_list() == [datetime(2026, 5, 5, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("account", "wrong"),
    [
        ("Ebay", {"token": 12345678}),
        ("Ebay", {"client_secret": b"87654321", "token": None, "client_id": "a", "refresh_token": "r"}),
        ("Ebay", {"client_id": 5, "token": None, "client_secret": "s", "refresh_token": "r"}),
        ("Ebay", {"record": 5}),
        ("Ebay", {"record": "a\0b"}),
        ("Ebay", {"base_url": 5}),
        ("Ebay", {"sellers": 5}),
        ("Ebay", {"sellers": ["me", None]}),
        ("Ebay", {"scopes": 5}),
        ("LeadSquared", {"access_key": 12345678}),
        ("LeadSquared", {"secret_key": 12345678}),
        ("LeadSquared", {"record": 5}),
        ("LeadSquared", {"base_url": 5}),
    ],
    ids=str,
)
def test_an_account_names_the_argument_and_shows_no_secret(account: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(lk.InvalidRequest, match=next(iter(wrong))) as caught:
        ACCOUNTS[account](**wrong)
    assert "12345678" not in str(caught.value)
    assert "87654321" not in str(caught.value)


@pytest.mark.parametrize("call", [lk.Saved, lk.open], ids=["Saved", "open"])
def test_what_is_no_path_is_refused(call: Callable[..., Any]) -> None:
    with pytest.raises(lk.InvalidRequest, match="path=5"):
        call(5)


def test_a_saved_account_names_its_arguments(tmp_path: Any) -> None:
    for wrong in ({"account": 5}, {"sellers": 5}):
        with pytest.raises(lk.InvalidRequest, match=f"Saved: {next(iter(wrong))}=5"):
            lk.Saved(tmp_path, **wrong)
    assert lk.Saved(tmp_path, sellers="me").account == "ebay"


def test_a_demo_that_can_not_be_recorded_leaves_nothing_running() -> None:
    with pytest.raises(lk.InvalidRequest, match="record=5"):
        lk.demo(leads=20, record=5)  # type: ignore[arg-type]  # that is the point
