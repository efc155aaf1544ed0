"""A sandbox in a process of its own that answers for a thread after a while; it ends with its standard input."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.timing import ROOT


@contextmanager
def slow_sandbox(latency: float, leads: int) -> Iterator[dict[str, Any]]:
    """Its `url`, `token` and `sellers`, while it runs."""
    command = [sys.executable, "-m", "benchmarks.slow_sandbox", str(latency), str(leads)]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        yield json.loads(child.stdout.readline() if child.stdout else "")
        child.communicate()


def main() -> None:
    from leadkit.sandbox import Sandbox  # noqa: PLC0415 - for the child only

    latency, leads = sys.argv[1:]
    with Sandbox(seed=7, leads=int(leads)) as sandbox:
        sandbox.faults.add("latency", path="/conversation/", seconds=float(latency))
        print(json.dumps({"url": sandbox.url, "token": sandbox.token, "sellers": sandbox.dealership.sellers}))
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
