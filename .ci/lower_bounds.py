"""Prints the oldest versions that pyproject.toml allows: `lower_bounds.py pyproject.toml polars httpx`."""

import re
import sys
import tomllib
from pathlib import Path


def main() -> None:
    """Prints `name==version` for each name given."""
    path, *names = sys.argv[1:]
    requirements = tomllib.loads(Path(path).read_text(encoding="utf-8"))["project"]["dependencies"]
    print(*(oldest(requirements, name) for name in names))


def oldest(requirements: list[str], name: str) -> str:
    """The lower bound of one requirement as a pin; the build fails when there is none."""
    for requirement in requirements:
        if bound := re.match(rf"{re.escape(name)}\s*>=\s*([\w.]+)", requirement):
            return f"{name}=={bound[1]}"
    sys.exit(f"pyproject.toml has no lower bound for {name}.")


if __name__ == "__main__":
    main()
