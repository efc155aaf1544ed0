"""What the API says in a body decides over the status; what passes by itself is waited out, the rest has a name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from crm_api import TOO_MANY, Crm, as_json, asking, lead
from loopback import Served

import leadkit as lk

GOOD = Crm([lead(1)])
PLAIN = Served(503, b"", {})
FAILED = {"Status": "Failed", "Message": {"Message": "The lead is locked"}}


def mx(kind: str = "MXInvalidInputException", message: str = "Column mx_No does not exist") -> dict[str, str]:
    return {"Status": "Error", "ExceptionType": kind, "ExceptionMessage": message}


def failure(*answers: Any, **settings: Any) -> tuple[lk.LeadkitError, int]:
    """The error that a fetch ends with, and how many calls arrived."""
    with asking(*answers, **settings) as (crm, server), pytest.raises(lk.LeadkitError) as caught:
        crm.leads(["id-00001"])
    return caught.value, len(server.arrived)


@pytest.mark.parametrize(
    "throttled",
    [
        as_json(TOO_MANY, 429),
        as_json(TOO_MANY, 403),
        as_json(TOO_MANY, 200),
        Served(429, b"", {}),
        Served(403, b"Rate limit exceeded", {"Content-Type": "text/plain"}),
        as_json({"Message": "Limit exceeded"}, 403),
        as_json({"Status": "Error", "Message": "Too many requests"}, 200),
    ],
    ids=["429", "403", "200", "429 without a body", "403 in plain text", "403 in other words", "200 in other words"],
)
def test_throttling_is_waited_out_whatever_it_looks_like(throttled: Served, no_pauses: None) -> None:
    with asking(throttled, throttled, GOOD) as (crm, server):
        assert len(crm.leads(["id-00001"])) == 1
        assert crm.problems.is_empty()
        assert crm.requests.select("attempts", "status", "rows").rows() == [(3, 200, 1)]
    assert len(server.arrived) == 3


@pytest.mark.parametrize("status", [200, 403, 429])
def test_one_window_is_waited_where_nobody_says_how_long(status: int) -> None:
    with asking(as_json(TOO_MANY, status), GOOD, calls=5, per_seconds=0.3) as (crm, server):
        crm.leads(["id-00001"])
    first, second = (arrived.at for arrived in server.arrived)
    assert 0.3 <= second - first < 2


@pytest.mark.parametrize("status", [200, 403, 429])
def test_throttling_that_does_not_end_is_rate_limited(status: int, no_pauses: None) -> None:
    error, calls = failure(as_json(TOO_MANY, status))
    assert type(error) is lk.RateLimited
    assert (error.status, error.code, error.source) == (status, "MXAPIRateLimitExceededException", "crm_leads")
    assert "after 4 attempts: MXAPIRateLimitExceededException API calls exceeded the limit of 25" in str(error)
    assert calls == 4


@pytest.mark.parametrize("status", [200, 403, 429])
def test_a_spent_day_is_not_waited_out(status: int) -> None:
    error, calls = failure(
        as_json(mx("MXAPIRateLimitExceededException", "exceeded the limit of 10000 in 1 day"), status)
    )
    assert isinstance(error, lk.RateLimited)
    assert "ask again tomorrow" in str(error)
    assert calls == 1


@pytest.mark.parametrize(
    "answer",
    [
        as_json(mx("MXPermissionException", "User has no permission"), 403),
        Served(403, b"", {}),
        as_json({"Message": "Access denied"}, 403),
    ],
)
def test_a_403_that_is_no_throttling_is_forbidden(answer: Served) -> None:
    error, calls = failure(answer)
    assert type(error) is lk.Forbidden
    assert "have an administrator allow it" in str(error)
    assert "eBay" not in str(error)
    assert calls == 1


@pytest.mark.parametrize("message", ["Lead limit of your plan", "Storage quota exceeded", "No limits for this user"])
def test_a_403_without_an_exception_is_throttling_only_where_it_speaks_of_calls(message: str) -> None:
    error, calls = failure(as_json({"Message": message}, 403))
    assert (type(error), calls) == (lk.Forbidden, 1)


@pytest.mark.parametrize("status", [200, 403])
def test_the_sentence_of_the_page_is_throttling_under_any_exception(status: int, no_pauses: None) -> None:
    throttled = as_json(mx("MXException", TOO_MANY["ExceptionMessage"]), status)
    with asking(throttled, GOOD) as (crm, _):
        assert len(crm.leads(["id-00001"])) == 1


def test_a_401_is_unauthorized_and_names_the_keys() -> None:
    error, calls = failure(as_json(mx("MXUnauthorizedException", "Access key is invalid"), 401))
    assert (type(error), error.status, error.code, calls) == (lk.Unauthorized, 401, "MXUnauthorizedException", 1)
    assert "Check access_key and secret_key" in str(error)


@pytest.mark.parametrize(
    "words", ["Please use https://api-in21.leadsquared.com/v2/ instead.", "host: API-IN21.leadsquared.com"]
)
def test_a_401_that_names_the_right_host_passes_it_on(words: str) -> None:
    error, _ = failure(as_json(mx("MXUnauthorizedException", words), 401))
    assert isinstance(error, lk.Unauthorized)
    assert "give host='api-in21.leadsquared.com'" in str(error)


@pytest.mark.parametrize(
    ("status", "kind"), [(400, lk.LeadkitError), (404, lk.NotFound), (200, lk.LeadkitError), (500, lk.LeadkitError)]
)
def test_a_verdict_is_told_once_with_its_code_and_never_asked_again(status: int, kind: type[lk.LeadkitError]) -> None:
    error, calls = failure(as_json(mx(), status))
    assert type(error) is kind
    assert (error.status, error.code, calls) == (status, "MXInvalidInputException", 1)
    assert error.errors[0]["message"] == "Column mx_No does not exist"
    assert "MXInvalidInputException Column mx_No does not exist" in str(error)


def test_a_404_asks_to_check_the_address() -> None:
    error, _ = failure(Served(404, b"<html><title>Not found</title></html>", {}))
    assert type(error) is lk.NotFound
    assert "check host=" in str(error)


@pytest.mark.parametrize(
    "body",
    [{"Status": "Error"}, FAILED, {"Status": "error", "Message": "Locked"}],
    ids=["bare", "nested", "small letters"],
)
def test_a_200_that_says_error_is_an_error(body: dict[str, Any]) -> None:
    error, calls = failure(as_json(body))
    assert (type(error), error.status, calls) == (lk.LeadkitError, 200, 1)


@pytest.mark.parametrize("said", [mx(), FAILED], ids=str)
def test_rows_that_come_with_an_error_are_kept_and_it_is_told(said: dict[str, Any]) -> None:
    body = {"RecordCount": 2, "Leads": [lead(1), lead(2)]}
    words = "Column mx_No does not exist" if said == mx() else "The lead is locked"
    for whole in (body | said, said | body):
        with asking(as_json(whole)) as (crm, _), pytest.warns(lk.LeadkitWarning, match=f"the API warns: .*{words}"):
            assert len(crm.leads(["id-00001", "id-00002"])) == 2
        told: list[dict[str, Any]] = []
        with pytest.warns(lk.LeadkitWarning, match="api_warning"):
            assert len(lk.read_crm_leads([whole, {"RecordCount": 0}], problems=told)) == 2
        assert [row["row_key"] for row in told if row["kind"] == "api_warning"] == [said.get("ExceptionType")]


def test_leads_with_a_status_of_their_own_are_no_error() -> None:
    rows = [lead(1, Status="Error", ExceptionType="MXThing")]
    with asking(as_json({"RecordCount": 1, "Leads": rows})) as (crm, _):
        assert crm.leads(["id-00001"], ["Status", "ExceptionType"])["Status"].to_list() == ["Error"]


@pytest.mark.parametrize("body", [b'"Status"', b'{"Status":"Error"', b'{"Status":"Success"}', b'["Status"]'])
def test_a_200_that_is_neither_leads_nor_an_error_is_a_bad_response(body: bytes) -> None:
    error, calls = failure(Served(body=body))
    assert (type(error), calls) == (lk.BadResponse, 1)


@pytest.mark.parametrize("body", [b"", b'{"Message":"An error has occurred."}', b"<html></html>"])
def test_a_500_without_a_verdict_is_asked_again(body: bytes, no_pauses: None) -> None:
    bad = Served(500, body, {})
    with asking(bad, PLAIN, GOOD) as (crm, _):
        assert len(crm.leads(["id-00001"])) == 1
    error, calls = failure(bad)
    assert (type(error), error.status, calls) == (lk.ServerError, 500, 4)


def test_a_connection_that_breaks_is_asked_again(no_pauses: None) -> None:
    with asking(Served(silent=True), GOOD) as (crm, _):
        assert len(crm.leads(["id-00001"])) == 1
    error, calls = failure(Served(silent=True))
    assert (type(error), calls) == (lk.NetworkError, 4)


def test_a_failing_page_ends_the_fetch_with_its_error() -> None:
    answers = {1: GOOD}

    def script(arrived: Any) -> Served:
        page = json.loads(arrived.body)["Paging"]["PageIndex"]
        rows = [lead(n) for n in range(3)]
        return Crm(rows)(arrived) if page in answers else as_json(mx(), 500)

    with asking(script) as (crm, _), pytest.raises(lk.LeadkitError) as caught:
        crm.leads([f"id-{n:05d}" for n in range(3)], page_size=1)
    assert caught.value.code == "MXInvalidInputException"
