"""eBay's consent page: a seller reads what an application asks for, and agrees or declines."""

from collections.abc import Collection, Mapping
from html import escape
from urllib.parse import urlencode

from starlette.responses import HTMLResponse, RedirectResponse, Response

from leadkit.sandbox.oauth_api import CODE_SECONDS, Tokens

PATH, ACCEPTED = "/oauth2/authorize", "/oauth2/accepted"
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1>
{inside}
</body></html>
"""


def authorize(tokens: Tokens, query: Mapping[str, str], refused: Collection[str]) -> Response:
    """Answer ``GET /oauth2/authorize``.

    A wrong application or RuName is told here, since there is nowhere to go back to; all else goes back to the RuName's
    address with ``error`` and ``state``. A scope in ``refused`` refuses everything.
    """
    if query.get("client_id") != tokens.client_id:
        return _page("This application is not known", "The client_id is wrong, or belongs to another environment.", 400)
    if query.get("redirect_uri") != tokens.runame:
        return _page("This RuName is not known", "The redirect_uri must be the RuName of the application.", 400)
    scopes = tuple(query.get("scope", "").split())
    error = _error(tokens, query.get("response_type"), scopes, refused)
    if error:
        return _back(query, error=error)
    decision = query.get("decision")
    if decision == "agree":
        return _back(query, code=tokens.consent(scopes), expires_in=str(CODE_SECONDS))
    return _back(query, error="access_denied") if decision == "decline" else _question(query, scopes)


def accepted(query: Mapping[str, str]) -> Response:
    """Answer at the RuName's address: where a seller ends up, and what to do with the address."""
    if "error" in query:
        return _page("No consent was given", f"<p>The reason: {escape(query['error'])}.</p>")
    return _page("Thank you", "<p>Copy the address of this page to the program that asked for your consent.</p>")


def _error(tokens: Tokens, kind: str | None, scopes: tuple[str, ...], refused: Collection[str]) -> str | None:
    if kind != "code":
        return "unsupported_response_type"
    known = scopes and set(scopes) <= set(tokens.consentable) - set(refused)
    return None if known else "invalid_scope"


def _question(query: Mapping[str, str], scopes: tuple[str, ...]) -> Response:
    asked = "\n".join(f"<li>{escape(scope)}</li>" for scope in scopes)
    links = "\n".join(
        f'<p><a id="{one}" href="{PATH}?{escape(urlencode({**query, "decision": one}))}">{one.title()}</a></p>'
        for one in ("agree", "decline")
    )
    return _page("Grant access to your account", f"<p>The application asks for:</p>\n<ul>\n{asked}\n</ul>\n{links}")


def _back(query: Mapping[str, str], **answer: str) -> Response:
    state = {"state": query["state"]} if "state" in query else {}
    return RedirectResponse(f"{ACCEPTED}?{urlencode({**state, **answer})}", 302)


def _page(title: str, inside: str, status: int = 200) -> Response:
    return HTMLResponse(PAGE.format(title=title, inside=inside), status)
