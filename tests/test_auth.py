"""Tokens: given, renewed, kept; checked over real HTTP on loopback."""

from __future__ import annotations

import base64
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
import stamina
from loopback import Served, serving

import leadkit.errors as lk
from leadkit.auth import GivenToken, RefreshedToken
from leadkit.redaction import Secret, Secrets
from leadkit.transport import Call, RequestLog, Transport

NOW = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
TOKEN_PATH = "/identity/v1/oauth2/token"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Account:
    """The server's side: mints tokens, accepts the last one, and counts."""

    def __init__(self) -> None:
        self.minted = 0
        self.answers: list[Served] = []

    def __call__(self, arrived) -> Served:
        if arrived.target == TOKEN_PATH:
            if self.answers:
                return self.answers.pop(0)
            self.minted += 1
            return a_token(f"access-token-{self.minted}")
        good = arrived.headers.get("authorization") == f"Bearer access-token-{self.minted}"
        return Served() if good else Served(401, b'{"errors": [{"errorId": 1001, "message": "Invalid access token"}]}')

    def forms(self, server) -> list[dict]:
        return [parse_qs(arrived.body.decode()) for arrived in server.arrived if arrived.target == TOKEN_PATH]


def a_token(token: object, expires_in: object = 7200, **more) -> Served:
    told = {"access_token": token, "expires_in": expires_in, "token_type": "User Access Token"}
    return Served(body=json.dumps(told | more).encode())


def refused(code: str, status: int = 400) -> Served:
    return Served(status, json.dumps({"error": code, "error_description": "it says so"}).encode())


@pytest.fixture
def account():
    return Account()


@pytest.fixture
def server(account):
    with serving(account) as running, stamina.set_testing(True, attempts=10, cap=True):
        yield running


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def make(server, clock, tmp_path):
    made = []

    def make(**options) -> RefreshedToken:
        given = {"cache_dir": tmp_path, "clock": clock, "secrets": Secrets(), "token_origin": server.origin} | options
        refresh_token = Secret(given.pop("refresh_token", "v^1.1#i^1#the-refresh-token"))
        made.append(RefreshedToken("the-client", Secret("the-client-secret"), refresh_token, **given))
        return made[-1]

    yield make
    for auth in made:
        auth.close()


def a_call(server, **fields) -> Call:
    return Call("leads", "getAllClassifiedLeads", server.origin, "/leads", **fields)


def kept(tmp_path):
    return list((tmp_path / "tokens").iterdir())


def test_a_token_is_asked_for_as_the_documentation_says(make, server, account):
    auth = make(scopes=("https://api.ebay.com/oauth/api_scope/sell.leads", "other"))
    assert auth.token().reveal() == "access-token-1"
    (arrived,) = server.arrived
    assert arrived.method == "POST"
    assert arrived.headers["content-type"] == "application/x-www-form-urlencoded"
    basic = base64.b64encode(b"the-client:the-client-secret").decode()
    assert arrived.headers["authorization"] == f"Basic {basic}"
    assert account.forms(server) == [
        {
            "grant_type": ["refresh_token"],
            "refresh_token": ["v^1.1#i^1#the-refresh-token"],
            "scope": ["https://api.ebay.com/oauth/api_scope/sell.leads other"],
        }
    ]


def test_without_scopes_no_scope_is_sent(make, server, account):
    make().token()
    assert "scope" not in account.forms(server)[0]


def test_a_token_is_asked_for_once_and_used_on(make, account):
    auth = make()
    assert [auth.token().reveal() for _ in range(3)] == ["access-token-1"] * 3
    assert account.minted == 1


def test_a_token_is_renewed_before_it_ends(make, account, clock):
    auth = make()
    auth.token()
    assert auth.expires_at == NOW + timedelta(hours=2)
    clock.now += timedelta(hours=2) - timedelta(minutes=2, seconds=1)
    assert auth.token().reveal() == "access-token-1"
    clock.now += timedelta(seconds=1)
    assert auth.token().reveal() == "access-token-2"
    assert account.minted == 2


def test_a_token_of_a_minute_is_used_for_half_of_it(make, account, clock):
    account.answers = [a_token("short", 60)]
    auth = make()
    assert auth.token().reveal() == "short"
    clock.now += timedelta(seconds=29)
    assert auth.token().reveal() == "short"
    clock.now += timedelta(seconds=1)
    assert auth.token().reveal() == "access-token-1"


def test_the_repr_shows_the_account_and_the_end_and_no_secret(make):
    auth = make(account="north")
    assert repr(auth) == "RefreshedToken('north', no token yet)"
    auth.token()
    assert repr(auth) == "RefreshedToken('north', token until 2026-11-02 08:00:00 UTC)"
    assert repr(GivenToken(Secret("a-given-token"), account="north")) == "GivenToken('north', its end is not known)"


def test_the_token_calls_stand_in_the_log(make):
    log = RequestLog()
    make(log=log).token()
    assert [(entry.source, entry.operation, entry.status) for entry in log.entries] == [("oauth", "refreshToken", 200)]


def test_the_next_session_uses_the_kept_token(make, account, tmp_path):
    make().token()
    assert make().token().reveal() == "access-token-1"
    assert account.minted == 1
    (file,) = kept(tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert "refresh" not in file.read_text() + file.name


def test_a_token_is_not_used_for_another_consent(make, account):
    make().token()
    make(refresh_token="another").token()
    make(scopes=("narrow",)).token()
    assert account.minted == 3


def test_a_kept_token_that_has_ended_is_not_used(make, clock):
    make().token()
    clock.now += timedelta(hours=2)
    assert make().token().reveal() == "access-token-2"


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.write_text("{"),
        lambda file: file.write_text("[]"),
        lambda file: file.write_text("{}"),
        lambda file: file.write_bytes(b"\xff\xfe"),
        lambda file: file.write_text(
            '{"access_token": "x", "obtained_at": "2026-11-02T06:00", "expires_at": "2026-11-03T06:00"}'
        ),
        lambda file: file.write_text(file.read_text().replace("2026", "year")),
        lambda file: file.write_text(file.read_text().replace("access-token-1", "")),
        lambda file: file.chmod(0o644),
        lambda file: (file.rename(file.with_suffix(".moved")), file.symlink_to(file.with_suffix(".moved"))),
    ],
    ids=["cut", "list", "empty", "bytes", "naive", "no date", "no token", "readable by all", "link"],
)
def test_a_kept_file_that_can_not_be_trusted_is_replaced(damage, make, account, tmp_path):
    make().token()
    (file,) = kept(tmp_path)
    damage(file)
    assert make().token().reveal() == "access-token-2"
    assert file.stat().st_mode & 0o777 == 0o600
    assert not file.is_symlink()
    assert make().token().reveal() == "access-token-2"
    assert account.minted == 2


def test_a_folder_in_the_place_of_the_file_is_no_crash(make, tmp_path):
    make().token()
    (file,) = kept(tmp_path)
    file.unlink()
    file.mkdir()
    with pytest.warns(lk.LeadkitWarning, match="could not be kept"):
        assert make().token().reveal() == "access-token-2"
    assert kept(tmp_path) == [file]


def test_a_cache_folder_that_can_not_be_made_is_told_and_no_crash(make, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.warns(lk.LeadkitWarning, match="could not be kept"):
        assert make(cache_dir=tmp_path / "file").token().reveal() == "access-token-1"


def test_the_cache_stands_in_the_users_cache_folder_by_default(make, monkeypatch, tmp_path):
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / "cache-of-the-user" / name)
    make(cache_dir=None).token()
    assert len(kept(tmp_path / "cache-of-the-user" / "leadkit")) == 1


def test_a_refused_token_is_renewed_once_and_the_call_goes_on(make, server, account, clock):
    auth = make()
    with Transport(auth=auth, origins=[server.origin], clock=clock) as transport:
        transport.send(a_call(server))
        account.minted += 1  # the server forgets the token
        assert transport.send(a_call(server)).status == 200
        assert transport.log.entries[-1].attempts == 2
    assert auth.token().reveal() == "access-token-3"


def test_a_call_that_may_not_be_repeated_is_sent_again_after_a_401(make, server, account, clock):
    with Transport(auth=make(), origins=[server.origin], clock=clock) as transport:
        transport.send(a_call(server))
        account.minted += 1
        assert transport.send(a_call(server, method="POST", idempotent=False)).status == 200


def test_eight_threads_with_a_refused_token_renew_it_once(make, server, account, clock):
    together = threading.Barrier(8)
    auth = make()
    mint = account.__call__

    def all_refused_together(arrived):
        served = mint(arrived)
        if served.status == 401:
            together.wait(10)
        return served

    with Transport(auth=auth, origins=[server.origin], clock=clock) as transport:
        transport.send(a_call(server))
        account.minted += 1
        server.script = all_refused_together
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(transport.send, [a_call(server)] * 8))
    assert [answer.status for answer in answers] == [200] * 8
    assert len(account.forms(server)) == 2  # the first token, and one for all


@pytest.mark.filterwarnings("ignore:The access token could not be kept")
def test_threads_share_one_token_also_where_nothing_can_be_kept(make, account, tmp_path):
    (tmp_path / "file").write_text("")
    auth = make(cache_dir=tmp_path / "file")
    with ThreadPoolExecutor(8) as pool:
        tokens = list(pool.map(lambda _: auth.token(), range(8)))
        assert account.minted == 1
        assert all(pool.map(auth.renew, tokens))
    assert account.minted == 2
    assert {token.reveal() for token in tokens} == {"access-token-1"}
    assert auth.token().reveal() == "access-token-2"


def test_a_token_that_another_process_has_renewed_is_taken_over(make, server, account):
    first, second = make(), make()
    stale = first.token()
    assert second.token().reveal() == stale.reveal()
    assert second.renew(second.token())
    assert first.renew(stale)
    assert first.token().reveal() == "access-token-2"
    assert account.minted == 2


def test_a_renewed_token_that_is_refused_as_well_is_unauthorized(make, server, account, clock):
    account.answers = [a_token("refused-1"), a_token("refused-2"), a_token("refused-3")]
    with (
        Transport(auth=make(), origins=[server.origin], clock=clock) as transport,
        pytest.raises(lk.Unauthorized, match="after 2 attempts: 1001 Invalid access token") as caught,
    ):
        transport.send(a_call(server))
    assert (caught.value.status, caught.value.code) == (401, "1001")
    assert len(account.answers) == 1


def test_a_given_token_is_not_renewed(server, clock):
    auth = GivenToken(Secret("a-given-token"))
    assert auth.expires_at is None
    with (
        Transport(auth=auth, origins=[server.origin], clock=clock) as transport,
        pytest.raises(lk.Unauthorized, match="Get a new token"),
    ):
        transport.send(a_call(server))
    assert len(server.arrived) == 1
    auth.close()


@pytest.mark.parametrize(
    ("code", "status", "kind", "advice"),
    [
        ("invalid_grant", 400, lk.Unauthorized, "leadkit login"),
        ("invalid_client", 401, lk.Unauthorized, "sandbox and production have different keys"),
        ("invalid_scope", 400, lk.Forbidden, "Leave the scopes out"),
    ],
)
def test_a_refused_refresh_says_what_to_do(code, status, kind, advice, make):
    with serving(refused(code, status)) as server:
        auth = make(token_origin=server.origin)
        for _ in range(2):  # asked again it fails in the same way, without another call
            with pytest.raises(kind, match=f"{code}.*{advice}") as caught:
                auth.token()
            assert (caught.value.code, caught.value.status, caught.value.source) == (code, status, "oauth")
            assert caught.value.errors[0]["message"] == "it says so"
    assert len(server.arrived) == 1


def test_another_refusal_of_the_token_server_is_told_and_not_remembered(make, account):
    account.answers = [Served(403, b"<title>Blocked by a gateway</title>")]
    auth = make()
    with pytest.raises(lk.Forbidden, match="Blocked by a gateway"):
        auth.token()
    assert auth.token().reveal() == "access-token-1"


def test_a_failing_token_server_is_asked_again(make, server, account):
    account.answers = [Served(503), Served(silent=True)]
    assert make().token().reveal() == "access-token-1"
    assert len(server.arrived) == 3


def test_a_token_server_that_goes_on_failing_is_a_server_error(make, account):
    account.answers = [Served(500)] * 4
    with pytest.raises(lk.ServerError, match="oauth: refreshToken answered 500 after 4 attempts"):
        make().token()


@pytest.mark.parametrize(
    "served",
    [
        Served(body=b""),
        Served(body=b"<html>"),
        Served(body=b"[]"),
        Served(body=b"{}"),
        a_token(None),
        a_token(""),
        a_token(17),
        a_token("two\nlines"),
        a_token("good", None),
        a_token("good", "7200"),
        a_token("good", True),
        a_token("good", 0),
        a_token("good", 7200.5),
        a_token("good", 10**12),
    ],
    ids=lambda served: served.body.decode(),
)
def test_an_answer_without_a_token_is_a_bad_response(served, make, account):
    account.answers = [served]
    auth = make()
    with pytest.raises(lk.BadResponse, match="oauth: refreshToken answered 200, but without") as caught:
        auth.token()
    assert (caught.value.source, caught.value.status) == ("oauth", 200)
    assert "good" not in str(caught.value)
    assert auth.expires_at is None


def test_a_new_refresh_token_is_used_from_then_on(make, server, account, clock):
    account.answers = [a_token("first", refresh_token="the-next-refresh-token")]
    auth = make()
    stale = auth.token()
    auth.renew(stale)
    assert [form["refresh_token"] for form in account.forms(server)] == [
        ["v^1.1#i^1#the-refresh-token"],
        ["the-next-refresh-token"],
    ]


def test_secrets_are_registered_with_every_token(make):
    secrets = Secrets()
    make(secrets=secrets).token()
    text = "the-client-secret v^1.1#i^1#the-refresh-token access-token-1"
    assert secrets.redact(text) == "*** *** ***"


@pytest.mark.parametrize("cut", ["v^1.1"])
def test_a_token_cut_at_its_number_sign_is_explained(cut, make):
    with pytest.raises(lk.InvalidRequest, match=r"token was cut at its first '#'.*double quotes"):
        GivenToken(Secret(cut))
    with pytest.raises(lk.InvalidRequest, match=r'refresh_token was cut.*REFRESH_TOKEN="v\^1\.1#'):
        make(refresh_token=cut)


@pytest.mark.parametrize("bad", ["", " ", "Bearer abc", "abc\n", "töken"])
def test_what_can_not_be_a_token_is_refused_and_not_shown(bad):
    with pytest.raises(lk.InvalidRequest, match="token is empty, or holds") as caught:
        GivenToken(Secret(bad))
    assert "abc" not in str(caught.value)
    assert "ö" not in str(caught.value)


def test_a_file_of_somebody_else_is_not_trusted(make, monkeypatch):
    make().token()
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert make().token().reveal() == "access-token-2"
