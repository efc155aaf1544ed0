"""A dealership for all tests, a server for those that only look, and a fresh one for those that break things."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from leadkit.sandbox import Dealership, Sandbox

Ask = Callable[..., httpx.Response]


@pytest.fixture(scope="session")
def shop() -> Dealership:
    return Dealership(7, 800)


@pytest.fixture(scope="session")
def standing(shop: Dealership) -> Iterator[Sandbox]:
    with Sandbox(dealership=shop) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def ask(standing: Sandbox) -> Iterator[Ask]:
    yield from _asker(standing)


@pytest.fixture
def sandbox(shop: Dealership) -> Iterator[Sandbox]:
    with Sandbox(dealership=shop) as sandbox:
        yield sandbox


@pytest.fixture
def get(sandbox: Sandbox) -> Iterator[Ask]:
    yield from _asker(sandbox)


def _asker(sandbox: Sandbox) -> Iterator[Ask]:
    """Ask for a path by its last part, with the good token."""
    prefixes = {"classified_lead": "/sell/leads/v1/", "conversation": "/commerce/message/v1/"}
    with httpx.Client(base_url=sandbox.url, headers={"Authorization": f"Bearer {sandbox.token}"}, timeout=10) as client:

        def asked(path: str, query: dict[str, str] | None = None, **headers: str) -> httpx.Response:
            return client.get(prefixes[path.split("/", maxsplit=1)[0]] + path, params=query, headers=headers)

        yield asked


@pytest.fixture(scope="session")
def post_mail(standing: Sandbox) -> Iterator[Ask]:
    yield from _mail_poster(standing)


@pytest.fixture
def post(sandbox: Sandbox) -> Iterator[Ask]:
    yield from _mail_poster(sandbox)


@pytest.fixture(scope="session")
def ask_crm(shop: Dealership) -> Iterator[Ask]:
    with Sandbox(dealership=shop, calls=10_000) as sandbox:
        yield from _crm_asker(sandbox)


def _mail_poster(sandbox: Sandbox) -> Iterator[Ask]:
    """Call GetMyMessages with this inside its request; a header that is "" is left out."""
    usual = {
        "X-EBAY-API-CALL-NAME": "GetMyMessages",
        "X-EBAY-API-COMPATIBILITY-LEVEL": "1487",
        "X-EBAY-API-SITEID": "0",
        "X-EBAY-API-IAF-TOKEN": sandbox.token,
        "Content-Type": "text/xml",
    }
    with httpx.Client(base_url=sandbox.url, timeout=10) as client:

        def posted(inside: str, *, whole: bool = False, **headers: str) -> httpx.Response:
            given = {**usual, **{name.replace("_", "-"): value for name, value in headers.items()}}
            body = inside if whole else f'<?xml version="1.0" encoding="utf-8"?>{REQUEST.format(inside)}'
            given = {name: value for name, value in given.items() if value}
            return client.post("/ws/api.dll", content=body.encode(), headers=given)

        yield posted


REQUEST = '<GetMyMessagesRequest xmlns="urn:ebay:apis:eBLBaseComponents">{}</GetMyMessagesRequest>'


def _crm_asker(sandbox: Sandbox) -> Iterator[Ask]:
    """Ask LeadSquared for leads by their ids, with the good keys."""
    keys = {"x-LSQ-AccessKey": sandbox.access_key, "x-LSQ-SecretKey": sandbox.secret_key}
    with httpx.Client(base_url=sandbox.url, timeout=10) as client:

        def asked(body: object, query: dict[str, str] | None = None, **headers: str) -> httpx.Response:
            given = {**keys, **{name.replace("_", "-"): value for name, value in headers.items()}}
            return client.post(BY_IDS, json=body, params=query, headers=given)

        yield asked


BY_IDS = "/v2/LeadManagement.svc/Leads/Retrieve/ByIds"


@pytest.fixture
def post_crm(sandbox: Sandbox) -> Iterator[Ask]:
    yield from _crm_asker(sandbox)
