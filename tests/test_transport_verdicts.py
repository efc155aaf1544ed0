"""What an API says in the body of its answer decides, where its status says something else."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from loopback import Served, serving

import leadkit.errors as lk
from leadkit.auth import GivenToken
from leadkit.calls import Reply, Verdict
from leadkit.redaction import Secret, Secrets
from leadkit.transport import Call, Transport

NOW = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)


class Renewable(GivenToken):
    """A token that can be replaced by a second one, once."""

    def __init__(self) -> None:
        super().__init__(Secret("the-first-token"))
        self.renewed = 0

    def renew(self, stale: Secret) -> bool:
        self.renewed += 1
        self._token = Secret("the-second-token")
        return self.renewed == 1


def said(word: bytes, **verdict):
    """A judge that finds this word in a body."""
    fields = {"kind": lk.ServerError, "errors": [{"code": "10007", "message": "Internal.", "parameters": []}]} | verdict

    def judge(reply: Reply) -> Verdict | None:
        return Verdict(**fields) if word in reply.body else None

    return judge


@pytest.fixture
def pauses(monkeypatch):
    made: list[float] = []
    monkeypatch.setattr("tenacity.nap.time", SimpleNamespace(sleep=made.append))
    return made


def ask(*served, auth=None, **fields):
    """Send one call; the answer or the error, and what arrived."""
    with (
        serving(*served) as server,
        Transport(
            auth=auth or GivenToken(Secret("a-good-token")), origins=[server.origin], clock=lambda: NOW
        ) as sender,
    ):
        try:
            outcome = sender.send(Call("mail", "GetMyMessages", server.origin, "/ws/api.dll", method="POST", **fields))
        except lk.LeadkitError as error:
            outcome = error
        return outcome, server.arrived


def test_a_failure_inside_a_200_is_an_error_with_what_the_api_listed():
    error, arrived = ask(Served(body=b"Failure"), judge=said(b"Failure", kind=lk.Unauthorized))
    assert (type(error), error.status, error.code, len(arrived)) == (lk.Unauthorized, 200, "10007", 1)
    assert "10007 Internal." in str(error)


def test_a_verdict_that_may_pass_is_asked_again_as_often_as_it_says(pauses):
    served = [Served(body=b"Failure")] * 9
    error, arrived = ask(*served, judge=said(b"Failure", retry=True, attempts=3))
    assert (type(error), len(arrived), len(pauses)) == (lk.ServerError, 3, 2)
    assert "after 3 attempts" in str(error)


def test_a_verdict_names_the_wait(pauses):
    answer, arrived = ask(
        Served(status=403, body=b"Slow"), Served(body=b"fine"), judge=said(b"Slow", retry=True, wait=5.0)
    )
    assert (answer.body, len(arrived)) == (b"fine", 2)
    assert 5 <= pauses[0] < 6


def test_a_500_that_is_a_verdict_is_not_asked_again(pauses):
    error, arrived = ask(Served(status=500, body=b"MXError"), judge=said(b"MX", kind=lk.LeadkitError))
    assert (type(error), error.status, len(arrived), pauses) == (lk.LeadkitError, 500, 1, [])


def test_a_500_without_a_verdict_is(pauses):
    answer, arrived = ask(Served(status=500, body=b"oops"), Served(body=b"fine"), judge=said(b"MX"))
    assert (answer.body, len(arrived)) == (b"fine", 2)


@pytest.mark.parametrize(("header", "sent"), [("Authorization", "Bearer the-{}-token"), ("X-TOKEN", "the-{}-token")])
def test_a_token_refused_in_the_body_is_renewed_once(header, sent):
    auth = Renewable()
    judge = said(b"expired", kind=lk.Unauthorized, renew=True)
    answer, arrived = ask(Served(body=b"expired"), Served(body=b"fine"), auth=auth, judge=judge, token_header=header)
    assert (answer.body, auth.renewed) == (b"fine", 1)
    assert [one.headers[header.lower()] for one in arrived] == [sent.format("first"), sent.format("second")]
    error, arrived = ask(Served(body=b"expired"), Served(body=b"expired"), auth=Renewable(), judge=judge)
    assert (type(error), len(arrived)) == (lk.Unauthorized, 2)


def test_the_advice_of_a_verdict_wins_and_secrets_are_masked():
    secrets = Secrets()
    auth = GivenToken(Secret("a-good-token"), secrets=secrets)
    errors = [{"code": "931", "message": "Not good: a-good-token", "parameters": []}]
    judge = said(b"Failure", kind=lk.BadResponse, errors=errors, advice="Do this.")
    with (
        serving(Served(body=b"Failure")) as server,
        Transport(auth=auth, origins=[server.origin], clock=lambda: NOW, secrets=secrets) as sender,
        pytest.raises(lk.BadResponse, match=r"931 Not good: \*\*\*\. Do this\.") as caught,
    ):
        sender.send(Call("mail", "GetMyMessages", server.origin, "/ws", judge=judge))
    assert (caught.value.code, "a-good-token" in str(caught.value.errors)) == ("931", False)
