"""``python -m benchmarks``: every benchmark in a process of its own, and all reports in one file."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.figures import keep
from benchmarks.timing import ROOT

SUBJECTS = (
    *("decode", "mail", "memory", "threads", "mailbox", "imports", "demo", "crm", "budget", "hours", "coverage"),
    *("metrics", "explore"),
)
LATEST = ROOT / "benchmarks" / "results" / "latest.json"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="how often each is measured, in turn")
    parser.add_argument("--json", type=Path, default=LATEST, metavar="FILE", help="where all reports are kept")
    parser.add_argument("--only", nargs="+", choices=SUBJECTS, default=SUBJECTS, help="not all of them")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = {subject: Path(folder) / f"{subject}.json" for subject in given.only}
        codes = [run(subject, given.runs, file) for subject, file in files.items()]
        keep([one for file in files.values() for one in reports_in(file)], given.json)
    return max(codes)


def run(subject: str, runs: int, file: Path) -> int:
    """The exit code of one benchmark: 0, 1 for a missed bound; a benchmark that broke leaves no report."""
    command = [sys.executable, "-m", f"benchmarks.{subject}", "--runs", str(runs), "--json", str(file)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def reports_in(file: Path) -> list[dict[str, object]]:
    """The reports of one benchmark; none where it broke, which its exit code tells."""
    found: list[dict[str, object]] = json.loads(file.read_text(encoding="utf-8"))["reports"] if file.exists() else []
    return found


if __name__ == "__main__":
    sys.exit(main())
