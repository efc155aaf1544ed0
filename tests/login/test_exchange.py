"""A code exchanged for a login, over real HTTP; no secret in anything that is said."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from browser import answered
from loopback import Served, serving
from own_frames import shown

import leadkit.errors as lk
from leadkit.consent import SCOPES, consent_to
from leadkit.login import exchange, read_back
from leadkit.redaction import Secret
from leadkit.sandbox import Sandbox

NOW = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
CODE, CLIENT_SECRET = "v^1.1#i^1#the-code-of-a-consent", "PRD-the/client+secret"
ACCESS, REFRESH = "v^1.1#i^1#the-access-token", "v^1.1#i^1#the-refresh-token"
ANSWER = {
    "access_token": ACCESS,
    "expires_in": 7200,
    "refresh_token": REFRESH,
    "refresh_token_expires_in": 47_304_000,
    "token_type": "User Access Token",
}


def made_at(url: str, *, scopes=(), code=CODE):
    asked = consent_to("the-client", "A_Name-of-Mine", scopes, environment=url)
    return exchange(asked, Secret(code), Secret(CLIENT_SECRET), clock=lambda: NOW, account="north")


def as_json(told: object, status: int = 200) -> Served:
    return Served(status, json.dumps(told).encode())


def test_a_code_is_exchanged_as_the_documentation_says():
    with serving(as_json(ANSWER)) as server:
        login = made_at(server.origin, scopes=["messages"])
    (arrived,) = server.arrived
    assert (arrived.method, arrived.target) == ("POST", "/identity/v1/oauth2/token")
    assert arrived.headers["content-type"] == "application/x-www-form-urlencoded"
    assert base64.b64decode(arrived.headers["authorization"].removeprefix("Basic ")).decode() == (
        f"the-client:{CLIENT_SECRET}"
    )
    assert parse_qs(arrived.body.decode()) == {
        "grant_type": ["authorization_code"],
        "code": [CODE],
        "redirect_uri": ["A_Name-of-Mine"],
    }
    assert (login.account, login.client_id, login.environment) == ("north", "the-client", server.origin)
    assert (login.scopes, login.client_secret) == ((SCOPES["messages"],), None)
    assert (login.obtained_at, login.ends_at) == (NOW, NOW + timedelta(seconds=47_304_000))
    assert login.refresh_token.reveal() == REFRESH
    assert REFRESH not in repr(login)


def test_the_scopes_are_those_that_were_granted():
    with serving(as_json(ANSWER | {"scope": f"{SCOPES['mail']} other"})) as server:
        assert made_at(server.origin).scopes == (SCOPES["mail"], "other")


@pytest.mark.parametrize("lasts", [None, "soon", True, -1, 10**12])
def test_an_end_that_is_not_told_is_not_known(lasts):
    with serving(as_json(ANSWER | {"refresh_token_expires_in": lasts})) as server:
        assert made_at(server.origin).ends_at is None


def test_the_sandbox_takes_each_code_once_and_for_five_minutes():
    with Sandbox(leads=20) as sandbox:
        asked = consent_to(sandbox.client_id, sandbox.runame, environment=sandbox.url)

        def exchanged(code):
            return exchange(asked, code, Secret(sandbox.client_secret), clock=lambda: NOW)

        code = read_back(asked, Secret(answered(asked.url()))).code
        assert exchanged(code).refresh_token.reveal() == sandbox.refresh_token
        with pytest.raises(lk.Unauthorized, match=r"exchangeCode answered 400: invalid_grant .*good once and for 299"):
            exchanged(code)
        late = read_back(asked, Secret(answered(asked.url()))).code
        sandbox.let_pass(300)
        with pytest.raises(lk.Unauthorized, match="paste the address at once"):
            exchanged(late)


@pytest.mark.parametrize(
    ("served", "kind", "sentence"),
    [
        (as_json({"error": "invalid_client"}, 401), lk.Unauthorized, "do not belong together"),
        (as_json({"error": "invalid_grant"}, 400), lk.Unauthorized, "good once and for 299 seconds"),
        (as_json({"error": "invalid_scope"}, 400), lk.Forbidden, "Ask for fewer with --scope"),
        (as_json({"error": "strange"}, 400), lk.LeadkitError, "exchangeCode answered 400: strange"),
        (as_json({}), lk.BadResponse, "without an access_token"),
        (as_json(ANSWER | {"expires_in": None}), lk.BadResponse, "without the seconds"),
        (as_json(ANSWER | {"refresh_token": None}), lk.BadResponse, "no refresh token"),
        (as_json(ANSWER | {"refresh_token": "two words"}), lk.BadResponse, "no refresh token"),
        (Served(503), lk.ServerError, "exchangeCode answered 503"),
        (Served(silent=True), lk.NetworkError, "oauth"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_login_is_a_named_error_and_is_not_asked_twice(served, kind, sentence):
    with serving(served) as server, pytest.raises(kind, match=sentence) as caught:
        made_at(server.origin)
    assert caught.value.source == "oauth"
    assert len(server.arrived) == 1  # the code may have been used up


def an_echo(arrived) -> Served:
    told = f"{arrived.body.decode()} {parse_qs(arrived.body.decode())} {arrived.headers['authorization']}"
    return as_json({"error": "invalid_grant", "error_description": f"{told} {CLIENT_SECRET} {CODE}"}, 400)


@pytest.mark.parametrize("served", [an_echo, as_json(ANSWER | {"refresh_token": None}), as_json(ANSWER, 500)])
def test_an_error_shows_no_secret_not_even_with_its_locals(served, caplog):
    caplog.set_level("DEBUG")
    code, client_secret = Secret(CODE), Secret(CLIENT_SECRET)
    with serving(served) as server:
        asked = consent_to("the-client", "A_Name-of-Mine", environment=server.origin)
        with pytest.raises(lk.LeadkitError, match="exchangeCode") as caught:
            exchange(asked, code, client_secret, clock=lambda: NOW)
    told = shown(caught.value) + caplog.text
    for secret in (CODE, CLIENT_SECRET, ACCESS, REFRESH, "the-code-of", "client+secret"):
        assert secret not in told
