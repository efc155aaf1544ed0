"""``python -m leadkit.sandbox``: the sandbox to try things on."""

import argparse
import sys

from leadkit.sandbox.server import Sandbox, environment, serve


def main() -> None:
    """Serve until Ctrl-C, after saying where and with which credentials."""
    parser = argparse.ArgumentParser(prog="python -m leadkit.sandbox", description="The APIs on a loopback port.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--seed", type=int, default=7, help="which dealership")
    parser.add_argument("--leads", type=int, default=800, help="how many leads it has")
    given = parser.parse_args()
    serve(given.port, given.seed, given.leads, announce=_announce)


def _announce(sandbox: Sandbox) -> None:
    variables = [f"{name}='{value}'" for name, value in environment(sandbox).items()]
    lines = [f"{sandbox.dealership!r}", f"base_url={sandbox.url}", *variables, "Ctrl-C stops it."]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
