"""Tokens: given, or renewed with a refresh token and kept between sessions."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import platformdirs

from leadkit.errors import InvalidRequest, LeadkitError
from leadkit.redaction import Secret, Secrets
from leadkit.request_log import RequestLog
from leadkit.token_cache import Held, TokenCache
from leadkit.token_server import KEYS_ADVICE, REFRESH_ADVICE, TokenServer

_BEARER = "Authorization"


class GivenToken:
    """A token that someone else made: it is sent as it is and can't be renewed.

    Args:
        token: an OAuth user token.
        account: the name of the account, for the repr.
        secrets: learns the token, so that it is redacted everywhere.

    Raises:
        InvalidRequest: the token is empty, cut, or holds characters that no token has.
    """

    expires_at: datetime | None = None

    def __init__(self, token: Secret, *, account: str = "ebay", secrets: Secrets | None = None) -> None:
        self._account = account  # first, since a traceback may ask for the repr
        _check_token(token, "token")
        self._token = token
        if secrets is not None:
            secrets.register(token)

    def __repr__(self) -> str:
        return f"GivenToken({self._account!r}, its end is not known)"

    def token(self) -> Secret:
        """The token."""
        return self._token

    def header(self, token: Secret, name: str = _BEARER) -> dict[str, str]:
        """The header that carries the token, revealed: for the moment of sending."""
        return {name: f"Bearer {token.reveal()}" if name == _BEARER else token.reveal()}

    def renew(self, stale: Secret) -> bool:
        """False: nobody told how to get another."""
        return False

    def close(self) -> None:
        """Nothing is open."""


class RefreshedToken:
    """Access tokens made from a refresh token, renewed before they end and kept for the next session.

    Args:
        client_id: the application's id.
        client_secret: the application's secret.
        refresh_token: from the user's consent; lasts about 18 months.
        token_origin: where tokens are made, such as ``"https://api.ebay.com"``.
        scopes: what the token may do; empty asks for all that the user consented to.
        clock: the time, for when a token ends.
        secrets: learns all secrets, also of the tokens to come.
        cache_dir: where tokens are kept; the user's cache folder if None.
        account: the name of the account, for the repr and messages.
        log: where the calls for tokens are noted.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: Secret,
        refresh_token: Secret,
        *,
        token_origin: str,
        clock: Callable[[], datetime],
        secrets: Secrets,
        scopes: tuple[str, ...] = (),
        cache_dir: Path | None = None,
        account: str = "ebay",
        log: RequestLog | None = None,
    ) -> None:
        self._account, self._clock, self._secrets = account, clock, secrets
        self._held: Held | None = None  # with the account, what the repr in a traceback asks for
        _check_token(refresh_token, "refresh_token")
        secrets.register(refresh_token)
        self._scopes = scopes
        self._refresh_token = refresh_token
        folder = platformdirs.user_cache_path("leadkit") if cache_dir is None else cache_dir
        self._cache = TokenCache(folder / "tokens", _digest(refresh_token, token_origin, client_id, *scopes))
        self._server = TokenServer(client_id, client_secret, origin=token_origin, clock=clock, secrets=secrets, log=log)
        self._lock = threading.Lock()
        self._ended: LeadkitError | None = None

    def __repr__(self) -> str:
        held = self._held
        ends = "no token yet" if held is None else f"token until {held.expires_at:%Y-%m-%d %H:%M:%S} UTC"
        return f"RefreshedToken({self._account!r}, {ends})"

    @property
    def expires_at(self) -> datetime | None:
        """When the present access token ends; None before the first one."""
        return None if self._held is None else self._held.expires_at

    def token(self) -> Secret:
        """A token that holds for a while yet; a new one is made when it has to be."""
        held = self._held
        if held is not None and held.holds(self._clock()):
            return held.token
        with self._lock:  # of the threads that wait here, the first makes the token for all
            return self._from_session() or self._from_cache() or self._made()

    def header(self, token: Secret, name: str = _BEARER) -> dict[str, str]:
        """The header that carries the token, revealed: for the moment of sending."""
        return {name: f"Bearer {token.reveal()}" if name == _BEARER else token.reveal()}

    def renew(self, stale: Secret) -> bool:
        """Make a token in the place of one that was refused; once, however many threads ask for it.

        Raises:
            Unauthorized: the refresh token or the keys are not accepted any more.
            Forbidden: a scope was never consented to.
            LeadkitError: the token server can't be reached, or answers with something else.
        """
        with self._lock:
            if self._held is not None and self._held.token is not stale:
                return True  # another thread has renewed it
            if self._from_cache(besides=stale) is None:  # another process may have
                self._made()
            return True

    def close(self) -> None:
        """Close the connection to the token server."""
        self._server.close()

    def _from_session(self) -> Secret | None:
        return self._held.token if self._held is not None and self._held.holds(self._clock()) else None

    def _from_cache(self, besides: Secret | None = None) -> Secret | None:
        """The token kept by an earlier session, unless it is this one."""
        held = self._cache.read()
        if held is None or not held.holds(self._clock()):
            return None
        if besides is not None and held.token.reveal() == besides.reveal():
            return None
        return self._hold(held)

    def _made(self) -> Secret:
        """A new token from the token server, kept for the next session."""
        made = self._ended or self._asked()
        if isinstance(made, LeadkitError):
            raise _again(made)
        self._cache.write(made)
        return self._hold(made)

    def _asked(self) -> Held | LeadkitError:
        """A token, or why there is none; that the consent has ended is remembered, a new refresh token is used on."""
        minted = self._server.ask("refreshToken", self._form(), advice=REFRESH_ADVICE)
        if isinstance(minted, LeadkitError):
            self._ended = minted if minted.code in KEYS_ADVICE | REFRESH_ADVICE else None
            return minted
        self._refresh_token = minted.refresh_token or self._refresh_token
        return minted.held

    def _form(self) -> dict[str, str | Secret]:
        scope = {"scope": " ".join(self._scopes)} if self._scopes else {}
        return {"grant_type": "refresh_token", "refresh_token": self._refresh_token, **scope}

    def _hold(self, held: Held) -> Secret:
        self._secrets.register(held.token)
        self._held = held
        return held.token


_CUT_TOKEN = "v^1.1"


def _check_token(token: Secret, parameter: str) -> None:
    """Refuse what can't be a token, without ever showing it."""
    if token.reveal() == _CUT_TOKEN:
        raise InvalidRequest(
            f"{parameter} was cut at its first '#': in a .env file an unquoted '#' begins a comment. "
            f'Put the value in double quotes, {parameter.upper()}="v^1.1#...".'
        )
    if not re.fullmatch(r"[\x21-\x7e]+", token.reveal()):
        raise InvalidRequest(
            f"{parameter} is empty, or holds a space, a line break or a letter that no token has. "
            "Copy the token alone, without the word Bearer."
        )


def _digest(refresh_token: Secret, *parts: str) -> str:
    """A file name that tells consents apart and gives none of them away."""
    return hashlib.blake2b(json.dumps([refresh_token.reveal(), *parts]).encode(), digest_size=16).hexdigest()


def _again(error: LeadkitError) -> LeadkitError:
    """The same error for another raise: threads must not share one traceback."""
    return type(error)(str(error), source=error.source, status=error.status, code=error.code, errors=error.errors)
