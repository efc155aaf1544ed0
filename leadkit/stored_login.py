"""The login that `leadkit login` stores: read back only where it is the owner's, and fits the account asked for."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import platformdirs

from leadkit import hosts, private_file
from leadkit.errors import InvalidRequest
from leadkit.redaction import Secret

VARIABLE = "LEADKIT_EBAY_LOGIN"


@dataclass(frozen=True, slots=True)
class StoredLogin:
    """A seller's consent, and what it is good for.

    Attributes:
        account: a name for the account.
        client_id: the application that it was given to.
        environment: where it holds, as `hosts` names it.
        scopes: what it allows.
        obtained_at: when it was given.
        ends_at: when it ends; None where eBay did not say.
        refresh_token: makes access tokens.
        client_secret: the application's secret; None unless the user wants it kept here.
    """

    account: str
    client_id: str
    environment: str
    scopes: tuple[str, ...]
    obtained_at: datetime
    ends_at: datetime | None
    refresh_token: Secret
    client_secret: Secret | None = None


def login_file() -> Path:
    """Where the login is: ``LEADKIT_EBAY_LOGIN``, or else in the user's configuration folder."""
    named = os.environ.get(VARIABLE, "").strip()
    return Path(named).expanduser() if named else _usual_file()


def write_login(path: Path, login: StoredLogin) -> None:
    """Store a login for its owner's eyes only, whole or not at all.

    Raises:
        InvalidRequest: the file can't be written.
    """
    problem = _written(path, login)
    if problem:
        raise InvalidRequest(f"The login can't be stored in {path}: {problem}. --out names another file.")


def read_login(path: Path) -> StoredLogin:
    """The login in a file.

    Raises:
        InvalidRequest: it is not there, can be read by others, belongs to another user, or is no login.
    """
    login = _read(path)
    if isinstance(login, str):
        raise InvalidRequest(f"The login in {path} is refused: {login}")
    return login


def in_the_way(path: Path, account: str, client_id: str, environment: str, *, replace: bool) -> str | None:
    """Why a login of this account shall not take the place of what is there; None if it may."""
    if not _is_there(path) or (replace and not path.is_dir()):
        return None
    login = _read(path)
    if isinstance(login, str):
        return login
    if (login.account, login.client_id, login.environment) == (account, client_id, environment):
        return None
    return (
        f"it has the login of {login.account} for {login.environment}, application {login.client_id}. Say --replace, "
        f"or name another file with --out or {VARIABLE}."
    )


def completed(settings: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The settings of an account, with the stored login where they hold neither a token nor a refresh token.

    Args:
        settings: what the environment and the caller say, secrets wrapped; they win.
        now: the time, for whether the login has ended.

    Raises:
        InvalidRequest: the login can't be trusted, has ended, or is for another application or environment.
    """
    path = login_file()
    if settings.get("token") or settings.get("refresh_token") or not (_is_there(path) or os.environ.get(VARIABLE)):
        return dict(settings)
    login = read_login(path)
    problem = _misfit(login, settings, now)
    if problem:
        raise InvalidRequest(f"The login in {path} can't be used: {problem}")
    stored = {
        "account": login.account,
        "client_id": login.client_id,
        "client_secret": login.client_secret,
        "refresh_token": login.refresh_token,
    }
    return {**stored, **{name: value for name, value in settings.items() if value or name not in stored}}


_AGAIN = "Consent again with `leadkit login`."


def _usual_file() -> Path:
    return platformdirs.user_config_path("leadkit") / "ebay-login.json"


def _is_there(path: Path) -> bool:
    """Whether there is anything, also what can't be looked at."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _written(path: Path, login: StoredLogin) -> str | None:
    """What went wrong, if anything did: told here, since this frame knows secrets."""
    try:
        if path == _usual_file():
            private_file.close_folder(path.parent)
        private_file.write(path, _text(login))
    except OSError as error:
        return error.strerror or type(error).__name__
    return None


def _text(login: StoredLogin) -> bytes:
    secret = {} if login.client_secret is None else {"client_secret": login.client_secret.reveal()}
    told = {
        "account": login.account,
        "client_id": login.client_id,
        "environment": login.environment,
        "scopes": login.scopes,
        "obtained_at": login.obtained_at.isoformat(),
        "ends_at": login.ends_at and login.ends_at.isoformat(),
        "refresh_token": login.refresh_token.reveal(),
        **secret,
    }
    return json.dumps(told, indent=2).encode()


def _read(path: Path) -> StoredLogin | str:
    """The login, or what is wrong with it."""
    try:
        return _parsed(private_file.read(path))
    except FileNotFoundError:
        return "there is no such file. Make it with `leadkit login`."
    except OSError as error:
        return f"{error.strerror}. {VARIABLE} and --out name another file."
    except private_file.NotPrivateError as problem:
        return f"{problem}. Whoever could read it may have the token: consent again with `leadkit login --replace`."
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return "it is damaged, or no login. Make it anew with `leadkit login --replace`, or name another file."


def _parsed(text: bytes) -> StoredLogin:
    told: dict[str, Any] = json.loads(text)
    words = [told[name] for name in ("account", "client_id", "environment", "refresh_token")]
    if not all(isinstance(word, str) and word for word in (*words, *told["scopes"])):
        raise ValueError
    return StoredLogin(
        account=told["account"],
        client_id=told["client_id"],
        environment=told["environment"],
        scopes=tuple(told["scopes"]),
        obtained_at=_moment(told["obtained_at"]),
        ends_at=_moment(told["ends_at"]) if told["ends_at"] else None,
        refresh_token=Secret(told["refresh_token"]),
        client_secret=Secret(told["client_secret"]) if told.get("client_secret") else None,
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    return moment


def _misfit(login: StoredLogin, settings: Mapping[str, Any], now: datetime) -> str | None:
    """Why a login is not for this account."""
    wanted = hosts.environment(sandbox=bool(settings.get("sandbox")), base_url=settings.get("base_url"))
    if login.environment != wanted:
        return (
            f"it is for {login.environment}, and the account is on {wanted}. Set LEADKIT_EBAY_SANDBOX or "
            f"LEADKIT_EBAY_BASE_URL as it was at the login, or name another login in {VARIABLE}."
        )
    if settings.get("client_id") not in (None, "", login.client_id):
        return (
            "it was given to another application than LEADKIT_EBAY_CLIENT_ID names. Leave the variable out, or "
            f"name another login in {VARIABLE}."
        )
    if login.ends_at is not None and login.ends_at <= now:
        return f"it ended on {login.ends_at:%Y-%m-%d}. {_AGAIN}"
    if not (settings.get("client_secret") or login.client_secret):
        return "it needs the application's secret. Set LEADKIT_EBAY_CLIENT_SECRET."
    return None
