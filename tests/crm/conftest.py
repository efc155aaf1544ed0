"""Retries without pauses, where a test asks for them."""

from collections.abc import Iterator

import pytest
import stamina


@pytest.fixture
def no_pauses() -> Iterator[None]:
    """What is asked again is asked again at once, as often as ever."""
    with stamina.set_testing(True, attempts=10, cap=True):
        yield
