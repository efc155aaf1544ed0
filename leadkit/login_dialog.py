"""What `leadkit login` asks and says at the terminal, or in a pipe."""

from __future__ import annotations

import getpass
import os
import signal
import sys
import webbrowser
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import leadkit as lk
from leadkit import hosts, stored_login
from leadkit.consent import SCOPES, Consent, consent_to, resumed, short_names, without
from leadkit.login import exchange, read_back, refused
from leadkit.redaction import Secret
from leadkit.terminal import complain, say


def asked_for(client_id: str, runame: str, scopes: Iterable[str], *, sandbox: bool, base_url: str | None) -> Consent:
    """What the seller is asked for.

    Raises:
        InvalidRequest: an option is missing or refused.
    """
    if sandbox and base_url:
        raise lk.InvalidRequest("login: eBay's sandbox and a base URL exclude each other; leave one of them out.")
    environment = hosts.environment(sandbox=sandbox, base_url=base_url)
    return consent_to(client_id.strip(), runame.strip(), scopes, environment=environment)


def place_for(asked: Consent, out: Path | None, *, account: str, replace: bool) -> Path:
    """Where to store it.

    Raises:
        InvalidRequest: there is something else, and it shall not be replaced.
    """
    path = out or stored_login.login_file()
    ours = (account, asked.client_id, asked.environment)
    problem = stored_login.in_the_way(path, *ours, replace=replace)
    if problem:
        raise lk.InvalidRequest(f"login: {path} is not replaced: {problem}")
    return path


def log_in(asked: Consent, path: Path, *, account: str, browser: bool, sign_in: bool, keep_secret: bool) -> None:
    """Show the page, take the address that comes back, and store the login.

    Raises:
        LeadkitError: nothing usable was pasted, eBay refused, or the login can't be stored; the message says which.
    """
    client_secret = _client_secret()
    pending = path.with_name(f"{path.name}.asked")
    asked = resumed(asked, pending, _now())
    _show_page(asked, browser=browser, sign_in=sign_in)
    made = exchange(asked, _code(asked), client_secret, clock=_now, account=account)
    stored_login.write_login(path, replace(made, client_secret=client_secret) if keep_secret else made)
    pending.unlink(missing_ok=True)
    say_which(path)
    if path != stored_login.login_file():
        say(f"Name the file for the next sessions: {stored_login.VARIABLE}={path}")
    for table in [name for name in SCOPES if name in short_names(made.scopes)][:1]:
        say(f"Next: leadkit fetch {table}")


def say_which(path: Path | None) -> None:
    """Say what a login is for and how long, and never its token.

    Raises:
        InvalidRequest: there is none, it can't be trusted, or it has ended.
    """
    path = path or stored_login.login_file()
    login = stored_login.read_login(path)
    kept = "stored with it" if login.client_secret else "not stored; LEADKIT_EBAY_CLIENT_SECRET has to be set"
    say(f"The login of {login.account} is in {path}; only you may read it.", "bold")
    say(f"  environment  {login.environment}")
    say(f"  application  {login.client_id}")
    say(f"  scopes       {', '.join(short_names(login.scopes))}")
    say(f"  ends         {_end(login.ends_at)}")
    say(f"  secret       {kept}")
    for name in ("LEADKIT_EBAY_TOKEN", "LEADKIT_EBAY_REFRESH_TOKEN"):
        if os.environ.get(name):
            complain(f"{name} is set and wins over this login. Unset it to use the login.")
    if login.ends_at is not None and login.ends_at <= _now():
        raise lk.InvalidRequest("This login has ended. Consent again with `leadkit login`.")


_TRIES = 3
_LONGEST = 65_536


def _show_page(asked: Consent, *, browser: bool, sign_in: bool) -> None:
    url, names = asked.url(sign_in=sign_in), short_names(asked.scopes)
    say(f"Open this page, sign in as the seller, and agree. It asks for: {', '.join(names)}.", "bold")
    say(f"\n{url}\n")
    if browser and not webbrowser.open(url):
        complain("No browser could be opened: open the page yourself.")
    if "leads" in names:
        say(f"If eBay answers invalid_scope: {without(asked)}", "dim")
    say("Then paste the whole address at which you end up, within five minutes. Ctrl-C ends without a login.", "dim")


def _code(asked: Consent) -> Secret:
    """The code that the user pastes, in one of three tries."""
    for left in reversed(range(_TRIES)):
        pasted = _hidden_line("The address (it is not shown): ")
        if not pasted.reveal().strip():
            more = "" if left == _TRIES - 1 else "more "
            raise lk.InvalidRequest(f"login: nothing {more}was pasted, so no login was stored.")
        back = read_back(asked, pasted)
        if back.refusal:
            raise refused(asked, back.refusal)
        if back.code:
            if not back.state_checked:
                complain("That is a code without its address: whether it belongs to this consent can't be checked.")
            return back.code
        complain(f"{back.problem}" + (f" {left} more." if left else ""))
    raise lk.InvalidRequest(f"login: that was no answer to this consent {_TRIES} times, so no login was stored.")


def _client_secret() -> Secret:
    given = Secret(os.environ.get("LEADKIT_EBAY_CLIENT_SECRET", "").strip())
    if not given.reveal() and sys.stdin.isatty():
        given = Secret(_hidden_line("The application's client secret (it is not shown): ").reveal().strip())
    if not given.reveal():
        raise lk.InvalidRequest(
            "login: there is no client secret. Set LEADKIT_EBAY_CLIENT_SECRET, or type it where it is asked for."
        )
    return given


def _hidden_line(prompt: str) -> Secret:
    """One line of input, without echo at a terminal; empty at the end of the input, or where it is no text."""
    if hasattr(signal, "siginterrupt"):
        signal.siginterrupt(signal.SIGINT, True)  # noqa: FBT003 - its own signature; Polars lets reads go on at Ctrl-C
    if not sys.stdin.isatty():
        return Secret(sys.stdin.buffer.readline(_LONGEST).decode("utf-8", "replace"))
    try:
        return Secret(getpass.getpass(prompt))
    except (EOFError, UnicodeDecodeError) as error:
        complain("")  # the cursor still stands behind the prompt
        return Secret("" if isinstance(error, EOFError) else "?")  # the second is no answer to anything


def _end(at: datetime | None) -> str:
    return "not known" if at is None else f"{at:%Y-%m-%d %H:%M} UTC, {(at - _now()).days} days from now"


def _now() -> datetime:
    return datetime.now(UTC)
