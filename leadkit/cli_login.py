"""`leadkit login`: a seller consents in the browser, and the login is stored for the next sessions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leadkit.terminal import speaking


def login(  # noqa: PLR0917 - each is an option of the command line, given by its name
    scope: Annotated[
        list[str] | None,
        typer.Option(help="leads, messages, mail, or a whole scope; repeat it. All three if not given."),
    ] = None,
    client_id: Annotated[
        str, typer.Option(help="The application's id.", envvar="LEADKIT_EBAY_CLIENT_ID", show_default=False)
    ] = "",
    runame: Annotated[
        str, typer.Option(help="The application's RuName.", envvar="LEADKIT_EBAY_RUNAME", show_default=False)
    ] = "",
    account: Annotated[str, typer.Option(help="A name for the account.", envvar="LEADKIT_EBAY_ACCOUNT")] = "ebay",
    sandbox: Annotated[  # noqa: FBT002 - an option without a value
        bool, typer.Option("--sandbox", help="eBay's own sandbox.", envvar="LEADKIT_EBAY_SANDBOX")
    ] = False,
    base_url: Annotated[
        str | None, typer.Option(help="One origin in eBay's place.", envvar="LEADKIT_EBAY_BASE_URL")
    ] = None,
    open: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,  # noqa: FBT002 - an option without a value
    sign_in: Annotated[  # noqa: FBT002 - an option without a value
        bool, typer.Option("--sign-in", help="Let eBay ask for the password again: to choose another seller.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Where to store it: LEADKIT_EBAY_LOGIN, or in your configuration folder, if not given.", metavar="FILE"
        ),
    ] = None,
    keep_secret: Annotated[  # noqa: FBT002 - an option without a value
        bool,
        typer.Option("--keep-secret", help="Store the client secret, too: whoever has the file then has all."),
    ] = False,
    replace: Annotated[  # noqa: FBT002 - an option without a value
        bool, typer.Option("--replace", help="Also in the place of another account's login.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Say which login is stored; ask nobody.")] = False,  # noqa: FBT002 - an option without a value
) -> None:
    """Let a seller consent in the browser, and store the login: open the page, agree, paste where you end up.

    The client secret is taken from LEADKIT_EBAY_CLIENT_SECRET, or asked for. What is pasted is not shown.
    """
    with speaking(interrupted="Interrupted: no login was stored."):
        from leadkit import login_dialog  # noqa: PLC0415 - so that --help need not wait for Polars

        if check:
            login_dialog.say_which(out)
            return
        asked = login_dialog.asked_for(client_id, runame, scope or (), sandbox=sandbox, base_url=base_url)
        place = login_dialog.place_for(asked, out, account=account, replace=replace)
        login_dialog.log_in(asked, place, account=account, browser=open, sign_in=sign_in, keep_secret=keep_secret)
