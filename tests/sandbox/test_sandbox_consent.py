"""The sandbox's consent page, and what its codes are good for."""

from html import unescape
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
from lxml import html

from leadkit.sandbox import Dealership, Sandbox

SCOPE = "https://api.ebay.com/oauth/api_scope"
LEADS_SCOPE, MESSAGE_SCOPE = f"{SCOPE}/sell.leads", f"{SCOPE}/commerce.message"
LEADS = "/sell/leads/v1/classified_lead"
MESSAGES = "/commerce/message/v1/conversation?conversation_type=FROM_MEMBERS"


def ask(sandbox: Sandbox, **change: str) -> httpx.Response:
    query = {
        "client_id": sandbox.client_id,
        "redirect_uri": sandbox.runame,
        "response_type": "code",
        "scope": f"{SCOPE} {MESSAGE_SCOPE}",
        "state": "a b&c=d",
        "prompt": "login",
        **change,
    }
    query = {name: value for name, value in query.items() if value}
    return httpx.get(f"{sandbox.url}/oauth2/authorize", params=query)


def click(sandbox: Sandbox, page: httpx.Response, link: str) -> httpx.Response:
    (address,) = html.fromstring(page.text).xpath(f"//a[@id='{link}']/@href")
    return httpx.get(sandbox.url + unescape(address))


def told(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 302
    address = urlsplit(answer.headers["location"])
    assert address.path == "/oauth2/accepted"
    return dict(parse_qsl(address.query))


def code_for(sandbox: Sandbox, *scopes: str) -> str:
    return told(click(sandbox, ask(sandbox, scope=" ".join(scopes)), "agree"))["code"]


def exchange(sandbox: Sandbox, code: str, **change: str) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": sandbox.runame, **change}
    url = f"{sandbox.url}/identity/v1/oauth2/token"
    return httpx.post(url, data=form, auth=(sandbox.client_id, sandbox.client_secret))


def refresh(sandbox: Sandbox, token: str, **more: str) -> httpx.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token, **more}
    url = f"{sandbox.url}/identity/v1/oauth2/token"
    return httpx.post(url, data=form, auth=(sandbox.client_id, sandbox.client_secret))


def opens(sandbox: Sandbox, path: str, token: str) -> int:
    return httpx.get(sandbox.url + path, headers={"Authorization": f"Bearer {token}"}).status_code


def test_the_page_says_what_is_asked_for(sandbox: Sandbox) -> None:
    page = ask(sandbox)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert html.fromstring(page.text).xpath("//li/text()") == [SCOPE, MESSAGE_SCOPE]


def test_who_agrees_goes_back_with_a_code_and_the_state(sandbox: Sandbox) -> None:
    answer = click(sandbox, ask(sandbox), "agree")
    found = told(answer)
    assert (found["state"], found["expires_in"]) == ("a b&c=d", "299")
    assert found["code"].startswith("v^1.1#i^1#c^1#")
    assert "v%5E1.1%23i%5E1" in answer.headers["location"]
    landed = httpx.get(sandbox.url + answer.headers["location"])
    assert (landed.status_code, "Copy the address" in landed.text) == (200, True)


def test_who_declines_goes_back_with_an_error_and_the_state(sandbox: Sandbox) -> None:
    answer = click(sandbox, ask(sandbox), "decline")
    assert told(answer) == {"error": "access_denied", "state": "a b&c=d"}
    assert "access_denied" in httpx.get(sandbox.url + answer.headers["location"]).text


def test_without_a_state_none_comes_back(sandbox: Sandbox) -> None:
    assert "state" not in told(click(sandbox, ask(sandbox, state=""), "agree"))


@pytest.mark.parametrize("change", [{"client_id": "other"}, {"client_id": ""}, {"redirect_uri": "https://x.example/"}])
def test_a_wrong_application_or_runame_has_nowhere_to_go_back_to(sandbox: Sandbox, change: dict[str, str]) -> None:
    page = ask(sandbox, **change)
    assert page.status_code == 400
    assert "not known" in page.text
    assert "location" not in page.headers


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": ""}, "unsupported_response_type"),
        ({"scope": ""}, "invalid_scope"),
        ({"scope": f"{SCOPE} {SCOPE}/sell.account"}, "invalid_scope"),
    ],
)
def test_other_mistakes_go_back_as_errors(sandbox: Sandbox, change: dict[str, str], error: str) -> None:
    assert told(ask(sandbox, **change)) == {"error": error, "state": "a b&c=d"}


def test_what_stands_in_the_query_can_not_break_out_of_the_page(sandbox: Sandbox) -> None:
    page = ask(sandbox, state='"><script>alert(1)</script>')
    assert "<script>" not in page.text
    assert told(click(sandbox, page, "agree"))["state"] == '"><script>alert(1)</script>'
    shown = httpx.get(f"{sandbox.url}/oauth2/accepted", params={"error": "<script>"})
    assert "<script>" not in shown.text


def test_a_code_gives_just_the_scopes_that_were_consented_to(sandbox: Sandbox) -> None:
    tokens = exchange(sandbox, code_for(sandbox, SCOPE, MESSAGE_SCOPE)).json()
    assert opens(sandbox, MESSAGES, tokens["access_token"]) == 200
    assert opens(sandbox, LEADS, tokens["access_token"]) == 403
    assert tokens["refresh_token"] != sandbox.refresh_token
    again = refresh(sandbox, tokens["refresh_token"]).json()["access_token"]
    assert (opens(sandbox, MESSAGES, again), opens(sandbox, LEADS, again)) == (200, 403)
    fewer = refresh(sandbox, tokens["refresh_token"], scope=SCOPE).json()["access_token"]
    assert opens(sandbox, MESSAGES, fewer) == 403
    more = refresh(sandbox, tokens["refresh_token"], scope=f"{SCOPE} {LEADS_SCOPE}")
    assert (more.status_code, more.json()["error"]) == (400, "invalid_scope")


def test_a_consent_to_everything_gives_the_refresh_token_that_stands(sandbox: Sandbox) -> None:
    tokens = exchange(sandbox, code_for(sandbox, MESSAGE_SCOPE, LEADS_SCOPE, SCOPE)).json()
    assert tokens["refresh_token"] == sandbox.refresh_token
    assert opens(sandbox, LEADS, tokens["access_token"]) == 200


def test_a_code_is_good_once_and_for_its_runame_only(sandbox: Sandbox) -> None:
    code = code_for(sandbox, SCOPE)
    wrong = exchange(sandbox, code, redirect_uri="Another-RuName")
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")
    assert [exchange(sandbox, code).status_code for _ in range(2)] == [200, 400]


def test_a_code_ends_after_299_seconds(sandbox: Sandbox) -> None:
    first, second = code_for(sandbox, SCOPE), code_for(sandbox, SCOPE)
    sandbox.let_pass(298)
    assert exchange(sandbox, first).status_code == 200
    sandbox.let_pass(1)
    assert exchange(sandbox, second).json()["error"] == "invalid_grant"


def test_an_application_that_is_not_approved_is_refused_everything_with_the_limited_scope(shop: Dealership) -> None:
    with Sandbox(dealership=shop, approved=False) as sandbox:
        both = told(ask(sandbox, scope=f"{SCOPE} {LEADS_SCOPE}"))
        assert both["error"] == "invalid_scope"
        tokens = exchange(sandbox, code_for(sandbox, SCOPE, MESSAGE_SCOPE)).json()
        assert tokens["refresh_token"] == sandbox.refresh_token
        assert opens(sandbox, LEADS, sandbox.token) == 403
        assert opens(sandbox, MESSAGES, sandbox.token) == 200


def test_a_scope_can_be_refused_on_demand(sandbox: Sandbox) -> None:
    sandbox.faults.add("refused_scope", times=1)
    refused, granted = (ask(sandbox, scope=f"{SCOPE} {LEADS_SCOPE}") for _ in range(2))
    assert told(refused)["error"] == "invalid_scope"
    assert parse_qs(urlsplit(str(granted.url)).query)["scope"] == [f"{SCOPE} {LEADS_SCOPE}"]
    assert granted.status_code == 200
