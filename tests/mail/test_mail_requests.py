"""What `mail` and `folders` send for their arguments, and what they refuse before anything is sent."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from mail_answers import TOKEN, an_account, answer, asking, inside

import leadkit as lk
from leadkit.sandbox import Received, Sandbox

EMPTY = answer()


def sent(**arguments: Any) -> dict[str, list[str]]:
    """What stands in the one request of a sweep over an empty mailbox."""
    with asking(EMPTY) as (ebay, server):
        assert ebay.mail(**arguments).is_empty()
    (arrived,) = server.arrived
    return inside(arrived.body)


def usual() -> dict[str, list[str]]:
    return {
        "DetailLevel": ["ReturnHeaders"],
        "Pagination.EntriesPerPage": ["200"],
        "Pagination.PageNumber": ["1"],
    }


def without_id(found: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: values for name, values in found.items() if name != "MessageID"}


@pytest.mark.parametrize(
    ("arguments", "wire"),
    [
        ({}, {}),
        ({"folder": 2}, {"FolderID": ["2"]}),
        ({"folder": "2"}, {"FolderID": ["2"]}),
        ({"folder": [7]}, {"FolderID": ["7"]}),
        ({"start": "2026-08-01"}, {"StartTime": ["2026-08-01T00:00:00.000Z"]}),
        ({"start": date(2026, 8, 1), "zone": "America/Chicago"}, {"StartTime": ["2026-08-01T05:00:00.000Z"]}),
        ({"end": datetime(2026, 9, 1, 12, 30, 15, 250_999, UTC)}, {"EndTime": ["2026-09-01T12:30:15.250Z"]}),
        ({"high_priority": True}, {"IncludeHighPriorityMessageOnly": ["true"]}),
        ({"high_priority": False}, {}),
        ({"page_size": 17}, {"Pagination.EntriesPerPage": ["17"]}),
        ({"output": "MessageID"}, {"OutputSelector": ["MessageID"]}),
        ({"output": ["Subject", "Sender"]}, {"OutputSelector": ["Subject", "Sender", "MessageID"]}),
        ({"output": "Messages.Message.Subject"}, {"OutputSelector": ["Messages.Message.Subject", "MessageID"]}),
        ({"output": ["Messages.Message"]}, {"OutputSelector": ["Messages.Message"]}),
        ({"output": []}, {}),
        ({"error_language": "de_DE"}, {"ErrorLanguage": ["de_DE"]}),
        ({"warning_level": "High"}, {"WarningLevel": ["High"]}),
        ({"max_rows": 3}, {}),
    ],
    ids=lambda given: " ".join(map(str, given)) or "nothing",
)
def test_an_argument_stands_in_the_request_and_nothing_else_does(
    arguments: dict[str, Any], wire: dict[str, list[str]]
) -> None:
    assert without_id(sent(**arguments)) == usual() | wire


@pytest.mark.parametrize(
    "ids",
    [
        ["7", "8"],
        ("7", "8", "7"),
        [7, 8],
        range(7, 9),
        pl.Series(["7", "8"]),
        pl.Series([7, 8]),
        {"7": 1, "8": 2}.keys(),
        map(str, (7, 8)),
    ],
    ids=lambda ids: type(ids).__name__,
)
def test_ids_come_in_any_form_and_each_is_asked_for_once(ids: Any) -> None:
    with asking(EMPTY) as (ebay, server):
        with pytest.warns(lk.LeadkitWarning, match=r"missing_id \(2\)"):
            ebay.mail(ids=ids)
        (arrived,) = server.arrived
    assert without_id(inside(arrived.body)) == {
        "DetailLevel": ["ReturnHeaders"],
        "MessageIDs.MessageID": ["7", "8"],
    }


def test_a_set_of_folders_is_read_folder_by_folder() -> None:
    with asking(EMPTY) as (ebay, server):
        ebay.mail({0, 1})
    assert sorted(inside(one.body)["FolderID"][0] for one in server.arrived) == ["0", "1"]


def test_external_ids_go_into_their_own_container() -> None:
    with asking(EMPTY) as (ebay, server), pytest.warns(lk.LeadkitWarning, match="missing_id"):
        ebay.mail(external_ids="762802", folder=0)
    assert without_id(inside(server.arrived[0].body)) == {
        "DetailLevel": ["ReturnHeaders"],
        "ExternalMessageIDs.ExternalMessageID": ["762802"],
        "FolderID": ["0"],
    }


def test_ids_with_letters_that_xml_knows_arrive_as_they_are() -> None:
    with asking(EMPTY) as (ebay, server), pytest.warns(lk.LeadkitWarning, match="missing_id"):
        ebay.mail(ids=["a&b<c>", "\"'"])
    assert inside(server.arrived[0].body)["MessageIDs.MessageID"] == ["a&b<c>", "\"'"]


@pytest.mark.parametrize("arguments", [{"ids": []}, {"external_ids": ()}, {"folder": []}, {"ids": pl.Series([])}])
def test_no_ids_and_no_folders_are_no_call_and_no_rows(arguments: dict[str, Any]) -> None:
    with asking(EMPTY) as (ebay, server):
        found = ebay.mail(**arguments, bodies=True)
        assert ebay.requests.is_empty()
        assert found.equals(lk.read_mail([]))
    assert server.arrived == []


def test_folders_ask_for_the_summary_and_nothing_else() -> None:
    with asking(EMPTY) as (ebay, server):
        assert ebay.folders().is_empty()
    assert without_id(inside(server.arrived[0].body)) == {"DetailLevel": ["ReturnSummary"]}


@pytest.mark.parametrize("fetch", [lambda ebay: ebay.mail(), lambda ebay: ebay.folders()], ids=["mail", "folders"])
def test_the_headers_name_call_site_version_and_token(fetch: Any) -> None:
    with asking(EMPTY, site=77, trading_version="1399") as (ebay, server):
        fetch(ebay)
    (arrived,) = server.arrived
    assert (arrived.method, arrived.target) == ("POST", "/ws/api.dll")
    expected = {
        "x-ebay-api-call-name": "GetMyMessages",
        "x-ebay-api-siteid": "77",
        "x-ebay-api-compatibility-level": "1399",
        "x-ebay-api-iaf-token": TOKEN,
        "content-type": "text/xml",
    }
    assert arrived.headers | expected == arrived.headers
    assert "authorization" not in arrived.headers
    assert TOKEN.encode() not in arrived.body


def test_each_request_has_an_id_that_comes_back_and_is_noted(sandbox: Sandbox) -> None:
    with an_account(sandbox.url, token=sandbox.token, clock=sandbox.dealership.now) as ebay:
        ebay.mail(0, page_size=50, start="2026-01-01")
        ebay.folders()
        noted = ebay.requests["correlation_id"].to_list()
    ids = [of(one)["MessageID"][0] for one in sandbox.requests]
    assert sorted(noted) == sorted(ids)
    assert len(set(ids)) == len(ids) > 3


def test_the_same_request_has_the_same_id_and_another_one_another() -> None:
    ids = [sent(**given)["MessageID"] for given in ({"folder": 1}, {"folder": 1}, {"folder": 2}, {})]
    assert ids[0] == ids[1]
    assert len({one for (one,) in ids}) == 3


def test_what_an_answer_says_of_itself_stands_in_the_requests(sandbox: Sandbox) -> None:
    with an_account(sandbox.url, token=sandbox.token, clock=sandbox.dealership.now, trading_version="1455") as ebay:
        rows = ebay.mail(0, page_size=200, start="2026-01-01")
        noted = ebay.requests
    assert set(noted.select("source", "operation", "status", "ack", "version").rows()) == {
        ("mail", "GetMyMessages", 200, "Success", "1455")
    }
    assert noted["build"].str.starts_with("E1455_CORE").all()
    assert noted["rows"].sum() == len(rows)


def of(arrived: Received) -> dict[str, list[str]]:
    return inside(arrived.body)


Refused = Callable[..., str]


@pytest.fixture(scope="module")
def refused() -> Iterator[Refused]:
    """Says how a call of `mail` is refused; nothing ever arrives at the server."""
    with asking(EMPTY) as (ebay, server):

        def fetch(named: str, **arguments: Any) -> str:
            with pytest.raises(lk.InvalidRequest) as caught:
                ebay.mail(**arguments)
            said = str(caught.value)
            assert f"{named}=" in said
            assert "Nothing was sent" in said
            assert caught.value.source == "mail"
            assert ebay.requests.is_empty()
            assert server.arrived == []
            return said

        yield fetch


BAD: dict[str, list[Any]] = {
    "folder": [-1, 1.5, True, "x", "", "1 ", [0, None], [[0]], {}, {"a": 1}, b"1", "9" * 19, object, "\u0661"],
    "start": ["yesterday", 7, "2026-13-01", "2026-11-03", float("nan"), date(1, 1, 1), "2026-08-01T25:00Z"],
    "end": ["tomorrow", 7, [], "2026-02-30"],
    "zone": ["Mars", None, 5, "../etc/passwd", ""],
    "ids": ["", " 7", "ä", "7\n", "x" * 65, [None], [["7"]], {}, b"7", 1.5, [True], [{}]],
    "external_ids": ["", "a b", [7.5], ["7", ["8"]], "\x00"],
    "bodies": [1, "yes", None, 0],
    "high_priority": ["true", 1, None],
    "page_size": [0, 201, -5, "5", 1.5, True, None],
    "output": ["", "<Subject>", "Subject ", "1", [1], [["Subject"]], "x" * 101, "Sübject"],
    "error_language": ["de", "xx_XX", "", 5, "de_DE en_US", ["de_DE"]],
    "warning_level": ["high", "", 1, True],
    "max_rows": [0, -1, 1.5, "5", True],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in BAD.items() for value in values], ids=repr
)
def test_a_bad_argument_is_refused_by_its_name_and_nothing_is_sent(refused: Refused, name: str, value: Any) -> None:
    refused(name, **{name: value})


def test_every_argument_of_mail_has_bad_values_here() -> None:
    assert set(lk.Ebay.mail.__kwdefaults__) | {"folder"} == {*BAD, "strict", "progress"}


@pytest.mark.parametrize(("ids", "external"), list(itertools.product(([], ["7"]), repeat=2)))
def test_ids_and_external_ids_exclude_each_other(refused: Refused, ids: list[str], external: list[str]) -> None:
    said = refused("external_ids", ids=ids, external_ids=external)
    assert "either ids or external_ids" in said


@pytest.mark.parametrize(("start", "end"), [("2026-09-01", "2026-08-01"), ("2026-09-01", "2026-09-01")])
def test_an_end_that_is_not_after_the_start_is_refused(refused: Refused, start: str, end: str) -> None:
    refused("end", start=start, end=end)


def endless() -> Iterator[str]:
    yield "7"
    raise RuntimeError("the user's own failure")


def test_a_failure_in_the_users_own_generator_is_the_users() -> None:
    with asking(EMPTY) as (ebay, _), pytest.raises(RuntimeError, match="the user's own"):
        ebay.mail(ids=endless())


@pytest.mark.parametrize("settings", [{"site": -1}, {"site": "US"}, {"trading_version": 1487}, {"trading_version": ""}])
def test_bad_settings_of_the_trading_api_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(lk.InvalidRequest, match=next(iter(settings))):
        lk.Ebay(TOKEN, **settings)


def test_an_end_in_the_future_is_clamped_and_told() -> None:
    with asking(EMPTY) as (ebay, server):
        with pytest.warns(lk.LeadkitWarning, match="clamped_end"):
            ebay.mail(end="2026-12-01")
        assert ebay.problems["column"].to_list() == ["end"]
    assert inside(server.arrived[0].body)["EndTime"] == ["2026-11-02T05:59:00.000Z"]
