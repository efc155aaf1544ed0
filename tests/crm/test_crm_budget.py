"""The budget holds at the server in every window, retries included, and costs hardly more than it has to."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
from crm_api import TOO_MANY, Crm, an_account, as_json, lead
from loopback import Arrived, Loopback, Served, serving

import leadkit as lk
from leadkit.pace import Budget, Pace

CALLS, WINDOW = 5, 0.5
LEADS = [lead(number) for number in range(30)]
IDS = [one["ProspectID"] for one in LEADS]


def narrowest(server: Loopback, calls: int = CALLS) -> float:
    """The shortest time in which one call more than the budget arrived."""
    at = sorted(arrived.at for arrived in server.arrived)
    return min(later - earlier for earlier, later in zip(at, at[calls:], strict=False))


def budgeted(server: Loopback) -> lk.LeadSquared:
    return an_account(server.origin, calls=CALLS, per_seconds=WINDOW)


def test_a_sweep_never_exceeds_the_budget_and_takes_hardly_longer_than_it_forces() -> None:
    floor = 6  # ten calls at once, the others after three seconds and six
    taken = [swept(10, 3, floor)]  # a machine that is busy elsewhere gets another chance, the budget none
    while min(taken) > 1.05 * floor and len(taken) < 4:
        taken.append(swept(10, 3, floor))
    assert min(taken) <= 1.05 * floor


def swept(calls: int, window: float, floor: float) -> float:
    """The seconds of thirty calls."""
    with serving(Crm(LEADS)) as server, an_account(server.origin, calls=calls, per_seconds=window) as crm:
        began = time.monotonic()
        assert len(crm.leads(IDS, page_size=1)) == 30
        took = time.monotonic() - began
    assert len(server.arrived) == 30
    assert narrowest(server, calls) >= window
    assert took >= floor
    return took


def test_the_budget_is_one_for_all_threads_and_fetches_of_an_account() -> None:
    with serving(Crm(LEADS)) as server, budgeted(server) as crm, ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda ids: crm.leads(ids, page_size=1), [IDS[:8], IDS[8:16], IDS[16:24]]))
    assert [len(frame) for frame in found] == [8, 8, 8]
    assert narrowest(server) >= WINDOW


def test_answers_that_come_late_do_not_let_two_windows_meet() -> None:
    """A call may be on its way for long: it counts from when it was answered."""
    good, slow = Crm(LEADS), iter(range(100))

    def script(arrived: Arrived) -> Served:
        time.sleep(0.2 if next(slow) < CALLS else 0.0)
        arrived_late.append(time.monotonic())
        return good(arrived)

    arrived_late: list[float] = []
    with serving(script) as server, budgeted(server) as crm:
        crm.leads(IDS[:12], page_size=1)
    assert (
        min(later - earlier for earlier, later in zip(sorted(arrived_late), sorted(arrived_late)[CALLS:], strict=False))
        >= WINDOW
    )


@pytest.mark.parametrize("status", [200, 403, 429])
def test_retries_count(status: int) -> None:
    """The server refuses every third call, whatever the budget."""
    good, count, lock = Crm(LEADS), iter(range(1, 1000)), threading.Lock()

    def script(arrived: Arrived) -> Served:
        with lock:
            number = next(count)
        return as_json(TOO_MANY, status) if number % 3 == 0 else good(arrived)

    with serving(script) as server, budgeted(server) as crm:
        assert len(crm.leads(IDS[:12], page_size=1)) == 12
        assert crm.requests["attempts"].sum() == len(server.arrived) > 12
    assert narrowest(server) >= WINDOW


def test_failures_count(no_pauses: None) -> None:
    answers: list[Any] = [Served(500, b"", {}), Served(silent=True)] * 5
    with serving(*answers, Crm(LEADS)) as server, budgeted(server) as crm:
        for number in range(4):
            try:
                crm.leads(IDS[number : number + 1])
            except lk.LeadkitError:
                continue
    assert len(server.arrived) > CALLS
    assert narrowest(server) >= WINDOW


def test_a_place_that_was_waited_for_in_vain_is_given_back() -> None:
    pace = Pace(Budget(1, 0.05))
    with pace.turn():
        pass
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", interrupt)
        with pytest.raises(KeyboardInterrupt):
            pace.turn().__enter__()
    began = time.monotonic()
    with pace.turn():
        pass
    assert time.monotonic() - began < 1


def interrupt(_: float) -> None:
    raise KeyboardInterrupt


def test_places_are_free_a_window_after_they_were_given_back() -> None:
    pace, left = Pace(Budget(2, 0.1)), []
    for _ in range(5):
        with pace.turn():
            left.append(time.monotonic())
    assert all(later - earlier >= 0.1 for earlier, later in pairwise(left[::2]))
