"""Each header is sent with every call, and each scope is needed and asked for."""

import gzip
import json

import pytest
from contract_accounts import EMPTY, OPERATIONS, PATHS, TOKEN, an_account
from contract_rows import Row, each
from contract_server import Answer, Asked, answering, as_json

import leadkit as lk
from leadkit.consent import consent_to
from leadkit.sandbox import Sandbox
from leadkit.sources import ebay_conversations, ebay_leads

ENDPOINTS = {
    "leads": (ebay_leads.ALL_LISTINGS, ebay_leads.ONE_LISTING),
    "conversations": (ebay_conversations.GET_CONVERSATIONS, ebay_conversations.GET_CONVERSATION),
}
BASE = "https://api.ebay.com/oauth/api_scope"
WANTED = {"Authorization": f"Bearer {TOKEN}"}


def is_scope(row: Row) -> bool:
    return row.name.startswith("scope ") and row.place == "leadkit login"


@each("header", lambda row: row.place == "sent")
def test_the_header_is_sent_with_every_call(row: Row) -> None:
    name, _, value = row.name.partition(": ")
    for operation, fetch in OPERATIONS[row.source].items():
        with answering(as_json(EMPTY[row.source, operation])) as server, an_account(server.url) as ebay:
            fetch(ebay)
        assert [one.path for one in server.asked] == [PATHS[row.source, operation]]
        assert [one.headers[name.lower()] for one in server.asked] == [value or WANTED[name]]


@each("header", lambda row: row.name == "Accept-Encoding: gzip")
def test_what_was_asked_for_can_be_read(row: Row) -> None:
    packed = gzip.compress(
        json.dumps({"totalItems": 1, "totalLeads": 0, "classifiedLeads": [{"itemId": "7"}]}).encode()
    )

    def answer(asked: Asked) -> Answer:
        assert "gzip" in asked.headers["accept-encoding"]
        return 200, {"Content-Type": "application/json", "Content-Encoding": "gzip"}, packed

    with answering(answer) as server, an_account(server.url) as ebay:
        ebay.leads()
        assert ebay.problems["row_key"].to_list() == ["7"]  # the listing without leads, out of the packed body


@each("header", is_scope)
def test_the_endpoints_declare_the_scope(row: Row) -> None:
    assert {endpoint.scope for endpoint in ENDPOINTS[row.source]} == {f"{BASE}/{row.name.removeprefix('scope ')}"}


@each("header", is_scope)
def test_a_login_asks_for_the_scope(row: Row) -> None:
    assert f"{BASE}/{row.name.removeprefix('scope ')}" in consent_to("an-id", "A_RuName").scopes


@pytest.mark.parametrize("granted", [True, False], ids=["with the scope", "without it"])
@each("header", is_scope)
def test_a_token_made_without_the_scope_is_forbidden(row: Row, granted: bool, sandbox: Sandbox) -> None:
    wanted = f"{BASE}/{row.name.removeprefix('scope ')}"
    scopes = {BASE, *(endpoint.scope for endpoints in ENDPOINTS.values() for endpoint in endpoints)}
    keys = {
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "refresh_token": sandbox.refresh_token,
    }
    given = scopes if granted else scopes - {wanted}
    fetch = next(iter(OPERATIONS[row.source].values()))
    settings = {"token": None, "scopes": sorted(given), "sellers": sandbox.dealership.sellers} | keys
    with an_account(sandbox.url, clock=sandbox.dealership.now, **settings) as ebay:
        if granted:
            assert len(fetch(ebay)) > 0
            return
        with pytest.raises(lk.Forbidden) as caught:
            fetch(ebay)
    assert (caught.value.status, caught.value.code, caught.value.source) == (403, "1100", row.source)
