"""The stored login: for its owner only, used where the environment has no token, refused where it does not fit."""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from own_frames import shown

import leadkit as lk
from leadkit import private_file
from leadkit.redaction import Secret
from leadkit.sandbox import Sandbox
from leadkit.stored_login import StoredLogin, login_file, read_login, write_login

NOW = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
LOGIN = StoredLogin(
    account="north",
    client_id="the-client",
    environment="production",
    scopes=("a", "b"),
    obtained_at=NOW,
    ends_at=NOW + timedelta(days=547),
    refresh_token=Secret("v^1.1#i^1#the-refresh-token"),
)


@pytest.fixture(autouse=True)
def _at_home(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("LEADKIT_EBAY_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("LEADKIT_EBAY_CLIENT_SECRET", "the-client-secret")


def revealed(login: StoredLogin) -> StoredLogin:
    """With the secrets as texts, so that two of them can be compared."""
    secret = login.client_secret and login.client_secret.reveal()
    return replace(login, refresh_token=login.refresh_token.reveal(), client_secret=secret)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def from_env(**settings) -> lk.Ebay:
    with lk.Ebay.from_env(clock=NOW, **settings) as ebay:
        return ebay


@pytest.mark.parametrize(
    "login",
    [LOGIN, replace(LOGIN, ends_at=None), replace(LOGIN, client_secret=Secret("kept")), replace(LOGIN, scopes=())],
    ids=["usual", "no end", "secret", "no scopes"],
)
def test_a_login_is_read_back_as_it_was_written(login, tmp_path):
    path = tmp_path / "new" / "login.json"
    write_login(path, login)
    assert revealed(read_login(path)) == revealed(login)
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    assert [one.name for one in path.parent.iterdir()] == ["login.json"]
    assert ("client_secret" in path.read_text()) == (login.client_secret is not None)


def test_the_usual_folder_is_closed_and_another_one_is_left_alone(tmp_path):
    usual = login_file()
    assert usual == tmp_path / "config" / "leadkit" / "ebay-login.json"
    usual.parent.mkdir(parents=True, mode=0o755)
    write_login(usual, LOGIN)
    assert (mode(usual), mode(usual.parent)) == (0o600, 0o700)
    tmp_path.chmod(0o755)
    write_login(tmp_path / "login.json", LOGIN)
    assert mode(tmp_path) == 0o755


def test_the_file_can_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv("LEADKIT_EBAY_LOGIN", "~/login.json")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert login_file() == tmp_path / "login.json"


def test_the_stored_login_is_used(monkeypatch):
    with Sandbox(leads=20) as sandbox:
        keys = {"client_id": sandbox.client_id, "refresh_token": Secret(sandbox.refresh_token)}
        write_login(login_file(), replace(LOGIN, environment=sandbox.url, **keys))
        monkeypatch.setenv("LEADKIT_EBAY_CLIENT_SECRET", sandbox.client_secret)
        monkeypatch.setenv("LEADKIT_EBAY_BASE_URL", sandbox.url)
        with lk.open("env") as shop:
            assert shop.ebay.leads()["account"].unique().to_list() == ["north"]
        monkeypatch.delenv("LEADKIT_EBAY_CLIENT_SECRET")
        kept = Secret(sandbox.client_secret)
        write_login(login_file(), replace(LOGIN, environment=sandbox.url, client_secret=kept, **keys))
        with lk.Ebay.from_env(account="of the caller") as ebay:
            assert ebay.leads()["account"].unique().to_list() == ["of the caller"]


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"TOKEN": "a-token-of-the-environment", "CLIENT_SECRET": ""}, "token given"),
        ({"REFRESH_TOKEN": "one-of-the-environment", "CLIENT_ID": "another"}, "no token yet"),
    ],
)
def test_the_environment_wins_over_the_file(variables, said, monkeypatch):
    login_file().parent.mkdir(parents=True)
    login_file().write_text("no login at all, and nobody looks")
    for name, value in variables.items():
        monkeypatch.setenv(f"LEADKIT_EBAY_{name}", value)
    assert said in repr(from_env())


def test_a_token_of_the_caller_wins_over_the_file():
    write_login(login_file(), replace(LOGIN, environment="sandbox"))
    assert "token given" in repr(from_env(token="a-token-of-the-caller", client_secret=None))


def test_without_a_file_the_message_names_the_command():
    with pytest.raises(lk.InvalidRequest, match=r"client_id, refresh_token missing .*leadkit login"):
        from_env()


@pytest.mark.parametrize(
    ("login", "variables", "sentence"),
    [
        ({"environment": "sandbox"}, {}, "it is for sandbox, and the account is on production"),
        ({}, {"SANDBOX": "1"}, "it is for production, and the account is on sandbox"),
        ({}, {"BASE_URL": "http://127.0.0.1:9/"}, "it is for production, and the account is on http://127.0.0.1:9."),
        ({}, {"CLIENT_ID": "another"}, "given to another application than LEADKIT_EBAY_CLIENT_ID names"),
        ({"ends_at": NOW}, {}, "it ended on 2026-11-02. Consent again with `leadkit login`."),
        ({}, {"CLIENT_SECRET": ""}, "it needs the application's secret. Set LEADKIT_EBAY_CLIENT_SECRET."),
    ],
)
def test_a_login_that_does_not_fit_is_refused(login, variables, sentence, monkeypatch):
    write_login(login_file(), replace(LOGIN, **login))
    for name, value in variables.items():
        monkeypatch.setenv(f"LEADKIT_EBAY_{name}", value)
    with pytest.raises(lk.InvalidRequest, match=re.escape(sentence)) as caught:
        from_env()
    assert str(caught.value).startswith(f"The login in {login_file()} can't be used: ")
    assert "the-refresh-token" not in shown(caught.value)
    assert "the-client-secret" not in shown(caught.value)


def test_a_login_for_ebays_sandbox_is_used_there(monkeypatch):
    write_login(login_file(), replace(LOGIN, environment="sandbox"))
    monkeypatch.setenv("LEADKIT_EBAY_SANDBOX", "yes")
    assert "api.sandbox.ebay.com and apiz.sandbox.ebay.com" in repr(from_env())
    monkeypatch.setenv("LEADKIT_EBAY_SANDBOX", "no")
    assert "sandbox" not in repr(from_env(token="a-token", client_secret=None))
    monkeypatch.setenv("LEADKIT_EBAY_SANDBOX", "perhaps")
    with pytest.raises(lk.InvalidRequest, match="LEADKIT_EBAY_SANDBOX='perhaps' is refused: allowed is 1"):
        from_env()


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows has no modes")
@pytest.mark.parametrize("bits", [0o640, 0o604, 0o620, 0o602])
def test_a_file_that_others_can_read_or_change_is_refused(bits):
    write_login(login_file(), LOGIN)
    login_file().chmod(bits)
    with pytest.raises(lk.InvalidRequest, match=r"is refused: others can read or change it.*login --replace"):
        from_env()


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows has no owners by number")
def test_a_file_of_another_user_is_refused(monkeypatch):
    write_login(login_file(), LOGIN)
    if os.getuid() == 0:
        os.chown(login_file(), 65_534, -1)
    else:
        monkeypatch.setenv("LEADKIT_EBAY_LOGIN", "/etc/passwd")
    with pytest.raises(lk.InvalidRequest, match="is refused: it belongs to another user"):
        from_env()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
def test_what_is_no_plain_file_is_refused_at_once(monkeypatch, tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    monkeypatch.setenv("LEADKIT_EBAY_LOGIN", str(tmp_path / "pipe"))
    with pytest.raises(lk.InvalidRequest, match="it is no plain file"):
        from_env()
    write_login(login_file().with_name("real"), LOGIN)
    (tmp_path / "link").symlink_to(login_file().with_name("real"))
    monkeypatch.setenv("LEADKIT_EBAY_LOGIN", str(tmp_path / "link"))
    with pytest.raises(lk.InvalidRequest, match="symbolic links"):
        from_env()


def test_a_named_file_that_is_not_there_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("LEADKIT_EBAY_LOGIN", str(tmp_path / "nothing"))
    with pytest.raises(lk.InvalidRequest, match=r"nothing is refused: there is no such file\. Make it with"):
        from_env()
    (tmp_path / "file").touch()
    monkeypatch.setenv("LEADKIT_EBAY_LOGIN", str(tmp_path / "file" / "login"))
    with pytest.raises(lk.InvalidRequest, match="Not a directory"):
        from_env()
    monkeypatch.setenv("LEADKIT_EBAY_LOGIN", str(tmp_path))
    with pytest.raises(lk.InvalidRequest, match="Is a directory"):
        from_env()


def test_a_usual_folder_that_can_not_be_looked_into_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ("x" * 300)))  # a name that no system takes
    with pytest.raises(lk.InvalidRequest, match="File name too long"):
        from_env()


def without(name: str) -> bytes:
    return json.dumps({key: value for key, value in whole().items() if key != name}).encode()


def whole(**changes: object) -> dict:
    told = {
        "account": "north",
        "client_id": "c",
        "environment": "production",
        "scopes": ["a"],
        "obtained_at": "2026-11-02T06:00:00+00:00",
        "ends_at": None,
        "refresh_token": "the-refresh-token",
    }
    return told | changes


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b"[" * 100_000,
        *map(without, whole()),
        *(
            json.dumps(whole(**change)).encode()
            for change in (
                {"refresh_token": ""},
                {"refresh_token": 7},
                {"scopes": None},
                {"scopes": [1]},
                {"obtained_at": "2026-11-02T06:00:00"},
                {"obtained_at": 17},
                {"ends_at": "soon"},
            )
        ),
    ],
)
def test_a_damaged_file_is_refused_and_not_shown(content):
    private_file.write(login_file(), content)
    with pytest.raises(lk.InvalidRequest, match=r"is refused: it is damaged, or no login\.") as caught:
        from_env()
    assert "the-refresh-token" not in shown(caught.value)


def test_a_whole_file_is_taken():
    private_file.write(login_file(), json.dumps(whole()).encode())
    assert "no token yet" in repr(from_env())


def test_a_login_that_can_not_be_stored_is_told_and_leaves_what_was_there(tmp_path):
    (tmp_path / "file").write_text("something else")
    with pytest.raises(lk.InvalidRequest, match=r"The login can't be stored in .*--out names another file") as caught:
        write_login(tmp_path / "file" / "login.json", LOGIN)
    assert (tmp_path / "file").read_text() == "something else"
    with pytest.raises(lk.InvalidRequest, match="Is a directory"):
        write_login(tmp_path, LOGIN)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert "the-refresh-token" not in shown(caught.value)
