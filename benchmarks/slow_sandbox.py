"""A sandbox in a process of its own, slow or with a large mailbox; it ends with its standard input."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.timing import ROOT


@contextmanager
def slow_sandbox(latency: float, leads: int, *, window: float = 5, mails: int = 0) -> Iterator[dict[str, Any]]:
    """Its `url`, `token` and `sellers`, `keys` and `ids` of the CRM, while it runs.

    Args:
        latency: seconds after which it answers for a thread.
        leads: of its dealership.
        window: seconds in which it takes 25 calls of the CRM.
        mails: a dealership with so many messages instead.
    """
    options = (str(latency), str(leads), str(window), str(mails))
    command = [sys.executable, "-m", "benchmarks.slow_sandbox", *options]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        yield json.loads(child.stdout.readline() if child.stdout else "")
        child.communicate()


def main() -> None:
    from benchmarks.large_mailbox import shop_with_mail  # noqa: PLC0415 - for the child only
    from leadkit.sandbox import Dealership, Sandbox  # noqa: PLC0415 - likewise

    latency, leads, window, mails = sys.argv[1:]
    shop = shop_with_mail(int(mails)) if int(mails) else Dealership(7, int(leads))
    with Sandbox(dealership=shop, per_seconds=float(window)) as sandbox:
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
