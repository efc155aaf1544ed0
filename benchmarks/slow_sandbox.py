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
def slow_sandbox(latency: float, leads: int, window: float = 5) -> Iterator[dict[str, Any]]:
    """Its `url`, `token` and `sellers`, `keys` and `ids` of the CRM, while it runs; 25 CRM calls in a window."""
    command = [sys.executable, "-m", "benchmarks.slow_sandbox", str(latency), str(leads), str(window)]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        yield json.loads(child.stdout.readline() if child.stdout else "")
        child.communicate()


def main() -> None:
    from leadkit.sandbox import Sandbox  # noqa: PLC0415 - for the child only

    latency, leads, window = sys.argv[1:]
    with Sandbox(seed=7, leads=int(leads), per_seconds=float(window)) as sandbox:
        sandbox.faults.add("latency", path="/conversation/", seconds=float(latency))
        told = {
            "url": sandbox.url,
            "token": sandbox.token,
            "sellers": sandbox.dealership.sellers,
            "keys": [sandbox.access_key, sandbox.secret_key],
            "ids": list(sandbox.dealership.crm.leads),
        }
        print(json.dumps(told))
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
