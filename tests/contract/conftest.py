"""A small dealership behind a sandbox, and nothing kept between tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from leadkit.sandbox import Dealership, Sandbox


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    with Sandbox(dealership=Dealership(7, 120)) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    """The sandbox as if nothing had arrived yet."""
    running.requests.clear()
    yield running
    running.faults.clear()


@pytest.fixture(autouse=True)
def _no_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Tokens made in one test are not found by another."""
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: tmp_path / name)


@pytest.fixture
def no_pauses() -> Iterator[None]:
    """What is asked again is asked again at once, as often as ever."""
    with stamina.set_testing(True, attempts=10, cap=True):
        yield
