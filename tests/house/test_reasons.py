"""Every exception from a rule says beside it why it is one."""

import re

import pytest
from house.project import ROOT

EXCEPTION = re.compile(
    r"#\s*(?:noqa(?:: ?[A-Z]+\d+(?:, ?[A-Z]+\d+)*)?|type: ignore(?:\[[\w, -]+\])?|pragma: no \w+)(.*)$"
)
FOLDERS = ("leadkit", "benchmarks", ".ci")


def test_every_exception_from_a_rule_has_its_reason():
    sources = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    assert sources
    assert not [f"{path}: {line}" for path in sources for line in bare(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "# noqa: PLR2004",
        "# noqa: A1, B2 -",
        "# type: ignore[operator]",
        "# pragma: no cover",
        "# noqa: D1  #",
    ],
)
def test_an_exception_without_a_reason_is_found(comment):
    assert bare(f"x = 1  {comment}\n") == [f"x = 1  {comment}"]


@pytest.mark.parametrize("comment", ["# noqa: A1 - a pair", "# noqa: B2  why", "# pragma: no cover  # Windows"])
def test_a_reason_is_enough(comment):
    assert not bare(f"x = 1  {comment}\n")


def bare(code: str) -> list[str]:
    """The lines with an exception and no words after it."""
    return [line for line in code.splitlines() if (found := EXCEPTION.search(line)) and not re.search(r"\w", found[1])]
