"""Damaged bodies of all four APIs, read: whatever comes is a frame or an error of ours, and within two seconds.

A body follows from the seed, its table and its number: ``--tables mail --numbers 4711 4712`` makes the same one again.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping

from benchmarks.fuzz.reading import READERS, read_in_processes

APIS = {
    "Leads": ("leads",),
    "Message": ("conversations", "messages"),
    "GetMyMessages": ("mail", "folders"),
    "LeadSquared": ("crm_leads",),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("--bodies", type=int, default=100_000, help="how many in all")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--tables", nargs="+", choices=READERS, default=list(READERS))
    parser.add_argument(
        "--numbers", nargs=2, type=int, metavar=("FROM", "TO"), help="these of each table, and no others"
    )
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    first, last = given.numbers or (0, -(-given.bodies // len(given.tables)))
    outcomes = read_in_processes(given.seed, given.tables, range(first, last), given.processes)
    print(
        "\n".join(
            [*lines(outcomes.counts), f"{outcomes.counts.total():,} bodies; the slowest {outcomes.slowest:.2f} s"]
        )
    )
    print("".join(f"{table} {number}: {what}\n" for table, number, what in outcomes.found), end="")
    return 1 if outcomes.found else 0


def lines(counts: Mapping[tuple[str, str], int]) -> Iterator[str]:
    """How many bodies of each API came out how."""
    for api, tables in APIS.items():
        outcomes: Counter[str] = Counter()
        for (table, outcome), count in counts.items():
            outcomes[outcome] += count if table in tables else 0
        told = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(outcomes.items()) if count)
        yield f"{api}: {outcomes.total():,} bodies: {told}"


if __name__ == "__main__":
    sys.exit(main())
