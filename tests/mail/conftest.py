"""A small dealership behind a sandbox for all tests of the mailbox, and nothing kept between them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from leadkit.sandbox import Dealership, Sandbox


@pytest.fixture(scope="session")
def shop() -> Dealership:
    return Dealership(7, 200)


@pytest.fixture
def sandbox(shop: Dealership) -> Iterator[Sandbox]:
    """A sandbox whose mailbox is as the dealership's, until the test moves something in it."""
    with Sandbox(dealership=shop) as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def _no_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Tokens made in one test are not found by another."""
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / name)
