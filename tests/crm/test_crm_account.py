"""The account: its keys travel in headers and show nowhere, its host is a bare name."""

from __future__ import annotations

import gc
import logging
import pickle
import traceback
import weakref
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from crm_api import ACCESS, NOW, SECRET, Crm, an_account, as_json, asking, lead
from loopback import Arrived, Served
from own_frames import shown

import leadkit as lk
from leadkit.crm_account import Keys
from leadkit.redaction import Secret, Secrets


def test_the_keys_travel_in_their_headers_and_nowhere_else() -> None:
    with asking(Crm([lead(1)])) as (crm, server):
        crm.leads(["id-00001"])
    (arrived,) = server.arrived
    assert arrived.headers["x-lsq-accesskey"] == ACCESS
    assert arrived.headers["x-lsq-secretkey"] == SECRET
    assert "authorization" not in arrived.headers
    rest = {name: value for name, value in arrived.headers.items() if not name.startswith("x-lsq-")}
    assert not [one for one in (ACCESS, SECRET) if one in f"{arrived.target} {rest} {arrived.body!r}"]


def echo(arrived: Arrived) -> Served:
    """A server that tells the keys back."""
    told = f"bad keys {arrived.headers['x-lsq-accesskey']} {arrived.headers['x-lsq-secretkey']}"
    return as_json({"Status": "Error", "ExceptionType": "MXEcho", "ExceptionMessage": told}, 401)


def test_no_error_log_or_traceback_shows_a_key(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    with caplog.at_level(logging.DEBUG), asking(echo, record=tmp_path / "kept") as (crm, _):
        with pytest.raises(lk.Unauthorized) as caught:
            crm.leads(["id-00001"])
        shown = [repr(crm), repr(crm.requests.rows()), repr(vars(crm)), str(caught.value), repr(caught.value.errors)]
    trace = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    shown += [*trace.format(), caplog.text]
    shown += [path.read_text() for path in (tmp_path / "kept").glob("*.meta.json")]
    assert not [text for text in shown for key in (ACCESS, SECRET) if key in text]


@pytest.mark.parametrize("given", [{"host": "nowhere"}, {"base_url": "http://far.example"}, {"calls": 0}])
def test_an_account_that_can_not_be_made_shows_no_key(given: dict[str, Any]) -> None:
    with pytest.raises(lk.InvalidRequest) as caught:
        lk.LeadSquared(ACCESS, SECRET, **given)
    trace = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert ACCESS not in trace
    assert SECRET not in trace
    assert "not made" in trace


def test_an_environment_that_makes_no_account_shows_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("ACCESS_KEY", ACCESS), ("SECRET_KEY", SECRET), ("HOST", "nowhere")):
        monkeypatch.setenv(f"LEADKIT_LEADSQUARED_{name}", value)
    with pytest.raises(lk.InvalidRequest) as caught:
        lk.LeadSquared.from_env()
    trace = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert ACCESS not in trace
    assert SECRET not in trace


@pytest.mark.parametrize(
    "make",
    [
        lambda: lk.LeadSquared.from_env(access_key=ACCESS, secret_key=SECRET, calls="x"),
        lambda: lk.LeadSquared.from_env(
            access_key=ACCESS, secret_key=SECRET, base_url=f"https://me:{SECRET}@far.example"
        ),
        lambda: lk.LeadSquared.from_env(access_key=5, secret_key=SECRET),
        lambda: lk.LeadSquared(5, SECRET),  # type: ignore[arg-type]  # that is the point
        lambda: lk.LeadSquared(ACCESS, SECRET.encode()),  # type: ignore[arg-type]  # likewise
        lambda: lk.LeadSquared(ACCESS, SECRET, base_url=f"https://me:{SECRET}@far.example"),
        lambda: lk.LeadSquared(ACCESS, SECRET, base_url=f"https://me:{SECRET}@[far.example"),
    ],
    ids=["setting", "address in settings", "kind in settings", "access key", "secret key", "address", "no address"],
)
def test_no_frame_of_ours_shows_a_key_or_a_password_of_a_refused_account(make: Callable[[], Any]) -> None:
    with pytest.raises(lk.InvalidRequest) as caught:
        make()
    assert SECRET not in shown(caught.value)
    assert ACCESS not in shown(caught.value)


@pytest.mark.parametrize(
    ("access", "secret", "words"),
    [
        (None, None, "access_key and secret_key missing"),
        ("", SECRET, "access_key missing"),
        (ACCESS, None, "secret_key missing"),
        ("a b", SECRET, "access_key holds blanks"),
        (ACCESS, "line\nbreak", "secret_key holds blanks"),
        (ACCESS, "schlüssel", "secret_key holds blanks"),
    ],
)
def test_keys_that_can_not_be_keys_are_refused(access: str | None, secret: str | None, words: str) -> None:
    with pytest.raises(lk.InvalidRequest, match=words) as caught:
        lk.LeadSquared(access, secret)
    assert "line" not in str(caught.value)


@pytest.mark.parametrize("host", ["api-in21.leadsquared.com", "API-US11.LeadSquared.com", "a.b"])
def test_a_host_is_a_bare_name(host: str) -> None:
    with lk.LeadSquared(ACCESS, SECRET, host=host) as crm:
        assert repr(crm) == f"LeadSquared('leadsquared', {host.lower()}, 25 calls in 5 s)"


@pytest.mark.parametrize(
    "host",
    [
        "",
        "api",
        "https://api.leadsquared.com",
        "api.leadsquared.com/v2",
        "api.leadsquared.com:443",
        "user@gate.example",
        "api.leadsquared.com?accessKey=x",
        "api leadsquared.com",
        "-api.leadsquared.com",
        "api..com",
        "api.leadsquared.com\n",
        None,
    ],
)
def test_anything_else_is_no_host(host: Any) -> None:
    with pytest.raises(lk.InvalidRequest, match="LeadSquared: host="):
        lk.LeadSquared(ACCESS, SECRET, host=host)


@pytest.mark.parametrize("url", ["http://api.leadsquared.com", "https://api.leadsquared.com/v2", "api.leadsquared.com"])
def test_keys_go_to_https_or_this_machine_only(url: str) -> None:
    with pytest.raises(lk.InvalidRequest, match="base_url is refused"):
        lk.LeadSquared(ACCESS, SECRET, base_url=url)


@pytest.mark.parametrize(
    "given",
    [
        {"calls": 0},
        {"calls": 2.5},
        {"calls": True},
        {"per_seconds": 0},
        {"per_seconds": -1},
        {"per_seconds": "x"},
        {"account": ""},
        {"clock": "noon"},
        {"clock": NOW.replace(tzinfo=None)},
    ],
    ids=str,
)
def test_settings_that_make_no_sense_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(lk.InvalidRequest, match=next(iter(given))):
        lk.LeadSquared(ACCESS, SECRET, **given)


def test_the_environment_describes_an_account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("ACCESS_KEY", f" {ACCESS} "), ("SECRET_KEY", SECRET), ("HOST", "api-ca12.leadsquared.com")):
        monkeypatch.setenv(f"LEADKIT_LEADSQUARED_{name}", value)
    with lk.LeadSquared.from_env() as crm:
        assert repr(crm) == "LeadSquared('leadsquared', api-ca12.leadsquared.com, 25 calls in 5 s)"
    monkeypatch.setenv("LEADKIT_LEADSQUARED_BASE_URL", "https://gate.example")
    monkeypatch.setenv("LEADKIT_LEADSQUARED_ACCOUNT", "north")
    with lk.LeadSquared.from_env(calls=10, per_seconds=2.5) as crm:
        assert repr(crm) == "LeadSquared('north', gate.example, 10 calls in 2.5 s)"


def test_an_environment_without_keys_says_what_to_set() -> None:
    with pytest.raises(
        lk.InvalidRequest, match="Set LEADKIT_LEADSQUARED_ACCESS_KEY and LEADKIT_LEADSQUARED_SECRET_KEY"
    ):
        lk.LeadSquared.from_env()


def test_the_account_is_the_first_column_and_the_clock_stands_in_for_the_server() -> None:
    no_date = Served(body=b'{"RecordCount":1,"Leads":[{"ProspectID":"id-00001"}]}')
    for clock in (NOW, lambda: NOW):
        with asking(no_date, account="north", clock=clock) as (crm, _):
            found = crm.leads(["id-00001"], [])
            assert (crm.account, found["account"].to_list(), found["fetched_at"].to_list()) == (
                "north",
                ["north"],
                [NOW],
            )


def test_an_account_that_nobody_closes_is_closed() -> None:
    with asking(Crm([lead(1)])) as (_, server):
        crm: lk.LeadSquared | None = an_account(server.origin, clock=None)
        assert crm is not None
        assert crm.leads(["id-00001"])["fetched_at"][0] == datetime(2026, 11, 2, 6, tzinfo=UTC)
        gone = weakref.ref(crm)
        crm = None
        gc.collect()
        assert gone() is None


def test_keys_can_neither_be_shown_nor_kept() -> None:
    keys = Keys(Secret(ACCESS), Secret(SECRET), secrets=Secrets())
    assert repr(keys) == "Keys()"
    assert keys.renew(keys.token()) is False
    with pytest.raises(TypeError, match="can't be pickled"):
        pickle.dumps(keys)
