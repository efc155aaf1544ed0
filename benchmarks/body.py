"""The body that decoding is measured on: the leads of an invented dealership, as the API would send them.

``python -m benchmarks.body LEADS FILE`` makes it in a process of its own: the dealership's objects would weigh on the
garbage collector of whatever is measured after them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.timing import python


def made(leads: int, folder: Path) -> Path:
    """A file with the body of so many leads; of some the listing has ended, and the API sends them no more."""
    file = folder / f"leads-{leads}.json"
    python("-m", "benchmarks.body", str(leads), str(file))
    return file


def main() -> None:
    from leadkit.sandbox import Dealership, leads_body  # noqa: PLC0415 - for the child only: whoever asks stays small

    leads, file = sys.argv[1:]
    Path(file).write_bytes(leads_body(Dealership(seed=7, leads=int(leads)), messages=True))


if __name__ == "__main__":
    main()
