"""`leadkit demo` as a whole process: an interpreter, the sandbox, every table fetched over HTTP, files, a summary."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.figures import Figure, Report, finish
from benchmarks.timing import interleaved, options, python, sizes_of


def main() -> int:
    parser = options(__doc__, leads=800)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        command = ["-m", "leadkit", "demo", "--leads", str(given.leads), "--out", str(Path(folder) / "demo")]
        times = interleaved({"leadkit demo": lambda: python(*command)}, given.runs)
    sizes, judged = sizes_of(parser, given)
    figures = [Figure("leadkit demo", median(times["leadkit demo"]), "s", bound=20)]
    return finish(Report("demo", sizes, judged, figures, times), given.json)


if __name__ == "__main__":
    sys.exit(main())
