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
