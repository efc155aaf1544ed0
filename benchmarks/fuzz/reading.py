"""Reads damaged bodies, and finds what must not come of one: an error that is not ours, other columns, a long wait."""

from __future__ import annotations

import faulthandler
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from multiprocessing import get_context
from random import Random
from time import process_time

import polars as pl

import leadkit as lk
from benchmarks.fuzz.damage import damaged
from benchmarks.fuzz.originals import originals
from leadkit.calls import Reply
from leadkit.leadsquared_errors import judge
from leadkit.trading import verdict

READERS: dict[str, Callable[..., pl.DataFrame]] = {
    "leads": lk.read_leads,
    "conversations": lk.read_conversations,
    "messages": lk.read_messages,
    "mail": lk.read_mail,
    "folders": lk.read_folders,
    "crm_leads": lk.read_crm_leads,
}
LONGEST, HUNG = 2.0, 120
"""The seconds that a body may take from the processor, and those after which a process ends with a traceback."""
_FINE = frozenset({"whole frames", "frames with problems", "BadResponse"})
_STATUSES = (200, 200, 400, 401, 403, 404, 429, 500, 503)
_CHUNK = 250


@dataclass(slots=True)
class Outcomes:
    """What came of bodies: how often by table and outcome, what must not be, and the seconds of the slowest."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    found: list[tuple[str, int, str]] = field(default_factory=list)
    slowest: float = 0.0

    def take(self, other: Outcomes) -> None:
        """Take in those of other bodies."""
        self.counts.update(other.counts)
        self.found += other.found
        self.slowest = max(self.slowest, other.slowest)


def read_in_processes(seed: int, tables: Sequence[str], numbers: range, processes: int) -> Outcomes:
    """What comes of the bodies with these numbers of each table."""
    whole = Outcomes()
    chunks = [numbers[at : at + _CHUNK] for at in range(0, len(numbers), _CHUNK)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        parts = {pool.submit(read_all, seed, table, some): (table, some) for some in chunks for table in tables}
        for part, (table, some) in parts.items():
            try:
                whole.take(part.result())
            except BrokenProcessPool:
                whole.found.append((table, some.start, f"a process died, perhaps of one of these {len(some)}"))
                break
    return whole


def read_all(seed: int, table: str, numbers: range) -> Outcomes:
    """The same in this process, of one table."""
    outcomes = Outcomes()
    for number in numbers:
        body, random = made(seed, table, number)
        outcome, took = outcome_of(table, body, random)
        outcomes.counts[table, outcome] += 1
        outcomes.slowest = max(outcomes.slowest, took)
        if outcome not in _FINE:
            outcomes.found.append((table, number, outcome))
        elif took > LONGEST:
            outcomes.found.append((table, number, f"it took {took:.1f} s"))
    return outcomes


def made(seed: int, table: str, number: int) -> tuple[bytes, Random]:
    """The damaged body with this number, and the random numbers that are left."""
    random = Random(f"{seed} {table} {number}")
    other = random.choice(originals()[random.choice(list(READERS))])
    return damaged(random.choice(originals()[table]), random, other), random


def outcome_of(table: str, body: bytes, random: Random) -> tuple[str, float]:
    """What comes of a body in words, and the seconds of the processor that it takes."""
    faulthandler.dump_traceback_later(HUNG, exit=True)  # out of a loop in C, too
    began = process_time()
    try:
        outcome = _read(table, body, random)
        _judge(body, random)
    except lk.LeadkitError as error:
        outcome = type(error).__name__
    except BaseException as error:  # noqa: BLE001 - a panic of Polars is no Exception, and none may pass
        outcome = f"{type(error).__name__}: {error}"[:200]
    finally:
        faulthandler.cancel_dump_traceback_later()
    return outcome, process_time() - began


def _read(table: str, body: bytes, random: Random) -> str:
    """The body alone, or behind a whole one."""
    problems: list[dict[str, object]] = []
    before = random.choice(([], [], [originals()[table][0]]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", lk.LeadkitWarning)
        schema = READERS[table]([*before, body], problems=problems).schema
    promised = _schema_of(table)
    if pl.Schema({name: schema.get(name, pl.Null()) for name in promised}) != promised:
        raise TypeError(f"the columns are {schema}")
    return "frames with problems" if problems else "whole frames"


def _judge(body: bytes, random: Random) -> None:
    """What the clients ask before they read an answer: whether it is a refusal. It must not raise anything."""
    reply = Reply(random.choice(_STATUSES), {}, body, datetime(2026, 11, 2, tzinfo=UTC))
    for judged in (verdict, judge):
        try:
            judged(reply)
        except lk.LeadkitError as error:
            raise TypeError(f"{judged.__name__} raised {type(error).__name__}") from error


@cache
def _schema_of(table: str) -> pl.Schema:
    return READERS[table]([]).schema
