"""The token of the mailbox, looked for wherever a text leaves."""

from __future__ import annotations

import base64
import logging
import traceback
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from loopback import Arrived, Served
from mail_answers import TOKEN, TYPED, answer, asking, message, unheard

import leadkit as lk

FORMS = {TOKEN, urllib.parse.quote(TOKEN), urllib.parse.quote_plus(TOKEN), base64.b64encode(TOKEN.encode()).decode()}


def assert_clean(text: str) -> None:
    for form in FORMS:
        assert form not in text


def everything_shown(error: BaseException) -> str:
    """All that a traceback prints of an error, locals included."""
    plain = traceback.TracebackException.from_exception(error, capture_locals=True).format()
    return "\n".join([*plain, str(error), repr(error), repr(vars(error))])


Wrap = Callable[[str], bytes]


def with_everything(ack: str) -> Wrap:
    """An answer that has the token in each place where an answer says something of itself."""

    def wrap(token: str) -> bytes:
        said = (
            f"<Errors><ShortMessage>{token}</ShortMessage><LongMessage>{token}</LongMessage><ErrorCode>{token}</ErrorCode>"
            f'<ErrorParameters ParamID="{token}"><Value>{token}</Value></ErrorParameters>'
            f"<ErrorClassification>{token}</ErrorClassification></Errors><CorrelationID>{token}</CorrelationID>"
            f"<HardExpirationWarning>{token}</HardExpirationWarning><Build>{token}</Build>"
        )
        inside = f"<Messages>{message(1, ReceiveDate=token, Folder=f'<New>{token}</New>')}</Messages>"
        return answer(inside, ack=ack, errors=said).replace(b"<Version>1487<", f"<Version>{token}<".encode())

    return wrap


FAILING: dict[str, Wrap] = {
    "a failure": with_everything("Failure"),
    "a page for people": lambda token: f"<html><title>{token}</title></html>".encode(),
    "broken XML": lambda token: f"<GetMyMessagesResponse>{token}<{token}".encode(),
    "another root": lambda token: f"<Other>{token}</Other>".encode(),
    "words": lambda token: token.encode(),
    "JSON": lambda token: f'{{"errors": [{{"errorId": "{token}", "message": "{token}"}}]}}'.encode(),
}


def echoing(wrap: Wrap, status: int = 200) -> Callable[[Arrived], Served]:
    """A server that sends the token back."""

    def script(arrived: Arrived) -> Served:
        token = arrived.headers["x-ebay-api-iaf-token"]
        headers = TYPED | {"X-Echo": token, "Retry-After": token, "Location": f"https://{token}/"}
        return Served(status, wrap(token), headers)

    return script


@pytest.fixture(autouse=True)
def logging_everything(caplog: pytest.LogCaptureFixture) -> None:
    for name in ("", "httpx", "httpcore", "stamina"):
        caplog.set_level(logging.DEBUG, logger=name)


def failed(fetch: Callable[[], object]) -> BaseException:
    """What a fetch raises, from a frame that knows no secret."""
    try:
        fetch()
    except lk.LeadkitError as error:
        return error
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize("status", [200, 302, 401, 500])
@pytest.mark.parametrize(
    ("fetch", "wrap"), [("mail", wrap) for wrap in FAILING.values()] + [("folders", FAILING["words"])]
)
def test_a_server_that_sends_the_token_back_in_a_failure_gets_it_nowhere(
    fetch: str, wrap: Wrap, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    with asking(echoing(wrap, status)) as (ebay, server):
        error = failed(getattr(ebay, fetch))
        assert server.arrived
        assert_clean(ebay.requests.write_csv() + ebay.problems.write_csv() + repr(ebay))
    assert_clean(everything_shown(error))
    assert_clean("\n".join(str(vars(record)) + record.getMessage() for record in caplog.records))


@pytest.mark.parametrize("ack", ["Warning", "PartialFailure", "Success"])
def test_a_server_that_sends_the_token_back_beside_its_rows_gets_it_nowhere(
    ack: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with asking(echoing(with_everything(ack)), record=tmp_path) as (ebay, _):
        with pytest.warns(lk.LeadkitWarning) as caught:
            ebay.mail()
        with unheard():
            ebay.folders()
        assert {"api_warning", "token_expires", "bad_value"} <= set(ebay.problems["kind"])
        assert_clean(ebay.requests.write_csv() + ebay.problems.write_csv())
    assert_clean("\n".join(str(one.message) for one in caught))
    assert_clean("\n".join(str(vars(record)) + record.getMessage() for record in caplog.records))
    for path in tmp_path.rglob("*.json"):
        assert_clean(path.read_text())


def test_a_strict_fetch_shows_no_token_either() -> None:
    with asking(echoing(with_everything("Success"))) as (ebay, _):
        assert_clean(everything_shown(failed(lambda: ebay.mail(strict=True))))


def test_personal_data_is_in_no_problem() -> None:
    people: dict[str, Any] = {
        "Sender": "<b>ann@example.com</b>",
        "SendToName": "<b>Ann Other</b>",
        "ReceiveDate": "call 555-0100",
        "Subject": "<b>Ann Other asks</b>",
        "ExpirationDate": "ann@example.com",
    }
    with asking(answer(f"<Messages>{message(1, **people)}</Messages>")) as (ebay, _), unheard():
        ebay.mail()
        shown = ebay.problems.write_csv()
        assert ebay.problems.height == len(people)
    for word in ("ann@example.com", "Ann Other", "555-0100"):
        assert word not in shown
