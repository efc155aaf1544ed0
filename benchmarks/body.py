"""The bodies that decoding is measured on: an invented dealership's, as the APIs would send them.

``python -m benchmarks.body KIND SIZE FILE`` makes one in a process of its own: the dealership's objects would weigh on
the garbage collector of whatever is measured after them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.timing import python


def made(size: int, folder: Path, *, kind: str = "leads") -> Path:
    """A file with the body of so many leads (of some the listing has ended, and the API sends them no more) or mail."""
    file = folder / f"{kind}-{size}"
    python("-m", "benchmarks.body", kind, str(size), str(file))
    return file


def main() -> None:
    # for the child only: whoever asks stays small
    from leadkit.sandbox import Dealership, leads_body, mail_headers_body  # noqa: PLC0415 - as said above

    kind, size, file = sys.argv[1:]
    if kind == "mail":
        Path(file).write_bytes(mail_headers_body(int(size)))
    else:
        Path(file).write_bytes(leads_body(Dealership(seed=7, leads=int(size)), messages=True))


if __name__ == "__main__":
    main()
