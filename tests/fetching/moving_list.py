"""A list that changes while it is read: rows arrive on top, vanish, or move to the top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from hypothesis import strategies as st

Event = tuple[Literal["arrive", "vanish", "rise", "nothing"], int]
EVENTS: st.SearchStrategy[Any] = st.tuples(
    st.sampled_from(["arrive", "vanish", "rise", "nothing", "nothing", "nothing"]), st.integers(0, 99)
)
"""What happens between two calls, and to which row."""


@dataclass
class MovingList:
    """The list behind an API: before each call after the first, the next event happens, until there are no more.

    Attributes:
        rows: the ids, the newest first.
        events: what happens between the calls.
        off: by so much the total is wrong.
        at_most: so many rows a page, whatever was asked for.
        links: whether an answer names the next page.
    """

    rows: list[str]
    events: Sequence[Event] = ()
    off: int = 0
    at_most: int = 50
    links: bool = True
    seen: list[list[str]] = field(default_factory=list)
    """The rows as they were at each call."""

    def page(self, offset: int, limit: int) -> tuple[list[str], int, int, bool]:
        """Rows, total, limit and whether there is a next page, as this call finds them."""
        if self.seen and len(self.seen) <= len(self.events):
            self.happen(*self.events[len(self.seen) - 1])
        self.seen.append(list(self.rows))
        step = min(limit, self.at_most)
        end = offset + step
        return self.rows[offset:end], max(0, len(self.rows) + self.off), step, self.links and end < len(self.rows)

    def happen(self, what: str, which: int) -> None:
        row = self.rows.pop(which % len(self.rows)) if self.rows and what in ("vanish", "rise") else None
        if what == "arrive":
            self.rows.insert(0, f"new-{len(self.seen)}")
        elif row is not None and what == "rise":
            self.rows.insert(0, row)

    def throughout(self, calls: int) -> set[str]:
        """What was there during all of the last calls."""
        return set.intersection(*(set(rows) for rows in self.seen[-calls:]))


def lists(events: st.SearchStrategy[list[Event]]) -> st.SearchStrategy[MovingList]:
    """Lists of some rows with small pages; the total may be wrong, but it moves as the list does.

    It is too small only where the next page is named, and of a list so long that it never has to stop at zero.
    """

    def built(size: int, happening: list[Event], off: int, at_most: int, links: bool) -> MovingList:
        off = off if links else max(0, off)
        size += len(happening) - off if off < 0 else 0
        return MovingList([f"row-{number}" for number in range(size)], happening, off, at_most, links)

    wrong = st.just(0) | st.integers(-9, 9)
    return st.builds(built, st.integers(0, 12), events, wrong, st.integers(1, 4), st.booleans())
