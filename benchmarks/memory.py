"""The memory that decoding 40,000 leads, or 15,000 headers, takes at its peak, in sizes of the body, which counts too.

Every run is an interpreter of its own: everything imported and warmed up on a small body, then the peak above that.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median

import leadkit as lk
from benchmarks.body import made
from benchmarks.figures import Figure, Report, finish
from benchmarks.timing import options, python, sizes_of


def main() -> int:
    if sys.argv[1:2] == ["one-run"]:
        return one_run(*sys.argv[2:])
    parser = options(__doc__, leads=40_000, headers=15_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bodies = {kind: made(size, Path(folder), kind=kind) for kind, size in _sizes(given).items()}
        small = {kind: made(40, Path(folder), kind=kind) for kind in bodies}
        peaks: dict[str, list[float]] = {name: [] for name in READERS}
        for _ in range(given.runs):
            for name, found in peaks.items():
                body = bodies[KINDS[name]]
                run = python("-m", "benchmarks.memory", "one-run", name, str(body), str(small[KINDS[name]]))
                found.append(int(run.stdout) / body.stat().st_size)
        weights = {f"bytes of {kind}": body.stat().st_size for kind, body in bodies.items()}
    sizes, judged = sizes_of(parser, given)
    figures = [
        Figure(name, median(found), "times the body at its peak", *_LIMITS.get(name, ()))
        for name, found in peaks.items()
    ]
    return finish(Report("memory", {**sizes, **weights}, judged, figures, peaks, unit="times the body"), given.json)


def _sizes(given: argparse.Namespace) -> dict[str, int]:
    return {"leads": given.leads, "mail": given.headers}


def one_run(name: str, body: str, small: str) -> int:
    """Print the bytes that reading this file and decoding it took at the peak."""
    warnings.simplefilter("ignore", lk.LeadkitWarning)
    READERS[name](Path(small).read_bytes())
    before = resident()
    kept = READERS[name](Path(body).read_bytes())
    print(peak() - before)
    del kept
    return 0


def _orjson(body: bytes) -> object:
    import orjson  # noqa: PLC0415 - our own run is measured without it

    return orjson.loads(body)


def _lxml(body: bytes) -> object:
    from lxml import etree  # noqa: PLC0415 - likewise

    return etree.fromstring(body)


READERS: dict[str, Callable[[bytes], object]] = {
    "lk.read_leads": lk.read_leads,
    "orjson.loads": _orjson,
    "lk.read_mail": lk.read_mail,
    "lxml.etree.fromstring": _lxml,
}
KINDS = {"lk.read_leads": "leads", "orjson.loads": "leads", "lk.read_mail": "mail", "lxml.etree.fromstring": "mail"}
_LIMITS = {"lk.read_leads": (12, 5), "lk.read_mail": (12,)}  # bound and goal


def peak() -> int:
    """The most bytes that this process had in memory.

    On Linux from its own status: `ru_maxrss` would begin with what its parent had when it started us.
    """
    return _from_status("VmHWM") or _maxrss()


def resident() -> int:
    """The bytes that this process has in memory now; its peak so far where the system does not tell."""
    return _from_status("VmRSS") or _maxrss()


def _from_status(name: str) -> int | None:
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    found = next((line for line in status.read_text().splitlines() if line.startswith(f"{name}:")), None)
    return int(found.split()[1]) * 1024 if found else None


def _maxrss() -> int:
    import resource  # noqa: PLC0415 - Windows has none

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


if __name__ == "__main__":
    sys.exit(main())
