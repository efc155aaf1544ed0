"""Which stories a dealership has, who is in them, and when they begin."""

from collections import Counter
from collections.abc import Iterator

from leadkit.sandbox.cast import Buyer, Listing, make_guest, make_member
from leadkit.sandbox.dice import Dice
from leadkit.sandbox.moments import (
    DAY,
    FIRST_DAY,
    FIRST_WINTER_HALF_PAST_ONE,
    LAST_SUMMER_HALF_PAST_ONE,
    MINUTE,
    local_hour,
)
from leadkit.sandbox.scenes import KINDS, Scene

BUSY = (4, 3, 2, 1, 1, 2, 4, 7, 10, 12, 13, 13, 14, 13, 12, 12, 13, 14, 15, 16, 17, 15, 11, 7)  # by hour in Chicago
EVERY_KIND_FROM = 60  # with fewer leads there is no room for every kind
LONG = 7 * DAY  # no story takes longer from its start to its last lead


def play(seed: int, leads: int, listings: list[Listing], now: int) -> list[Scene]:
    """Play stories until there are exactly so many leads."""
    stage = Stage(seed, listings, now)
    scenes = [stage.scene(kind, at) for kind, at in _programme(stage.dice, leads)]
    for scene in scenes:
        KINDS[scene.kind].play(scene)
    return scenes


def _programme(dice: Dice, leads: int) -> Iterator[tuple[str, int | None]]:
    """Name the kinds in a drawn order, the night when the clocks go back first."""
    kinds, left = [], leads
    if leads >= EVERY_KIND_FROM:
        yield "answered", LAST_SUMMER_HALF_PAST_ONE
        yield "answered", FIRST_WINTER_HALF_PAST_ONE
        left -= 2
        for name, kind in KINDS.items():
            kinds += [name] * max(1, (leads - EVERY_KIND_FROM) * kind.per_mille // (1000 * kind.leads))
        left -= sum(KINDS[name].leads for name in kinds)
    kinds += [dice.pick(("answered", "answered", "unanswered")) for _ in range(left)]
    yield from ((name, None) for name in dice.shuffled(kinds))


class Stage:
    """Hands out listings, buyers and moments, so that no two stories share both buyer and listing."""

    def __init__(self, seed: int, listings: list[Listing], now: int) -> None:
        self.dice = Dice(seed, "leads")
        self._listings = [listing for listing in listings if listing.role == "many"]
        self._singles = [listing for listing in listings if listing.role == "single"]
        self._members: list[Buyer] = []
        self._taken: set[tuple[str, Buyer]] = set()
        self._played: Counter[str] = Counter()
        self._now = now
        self._people = 0

    def scene(self, kind: str, at: int | None = None) -> Scene:
        """Set one scene."""
        at = at or self._moment(LONG if KINDS[kind].leads > 1 or kind == "seller_came_first" else 30 * MINUTE)
        listing, buyer = self._pair(kind, at)
        self._taken.add((listing.item_id, buyer))
        scene = Scene(kind, listing, buyer, at, self._now, self.dice, said=self._played[kind])
        self._played[kind] += 1
        return scene

    def _pair(self, kind: str, at: int) -> tuple[Listing, Buyer]:
        if self._singles and kind in {"answered", "unanswered"}:
            return self._singles.pop(), self._new_buyer(guest=False)
        known = self._members and not KINDS[kind].guest and self.dice.chance(0.15)
        buyer = self.dice.pick(self._members) if known else self._new_buyer(guest=KINDS[kind].guest)
        for _ in range(20):
            listing = self._listings[self.dice.low(len(self._listings))]
            open_then = listing.ended_at is None or at + LONG < listing.ended_at
            if open_then and (listing.item_id, buyer) not in self._taken:
                return listing, buyer
        return self._listings[0], self._new_buyer(guest=KINDS[kind].guest)

    def _new_buyer(self, *, guest: bool) -> Buyer:
        self._people += 1
        if guest:
            return make_guest(self.dice, self._people)
        self._members.append(make_member(self.dice, self._people))
        return self._members[-1]

    def _moment(self, margin: int) -> int:
        latest = self._now - margin
        while True:
            at = FIRST_DAY + self.dice.between(0, (latest - FIRST_DAY) // MINUTE) * MINUTE
            at += self.dice.between(0, MINUTE - 1)
            if at < latest and self.dice.chance(BUSY[local_hour(at)] / max(BUSY)):
                return at
