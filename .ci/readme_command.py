"""Prints the one bash command of README.md that holds the given words: `readme_command.py "-m pytest"`."""

import re
import sys
from pathlib import Path


def main() -> None:
    """Prints the command, or says why there is not exactly one."""
    found = commands(Path("README.md").read_text(encoding="utf-8"), sys.argv[1])
    if len(found) != 1:
        sys.exit(f"README.md has {len(found)} bash blocks with {sys.argv[1]!r}; there must be exactly one.")
    print(found[0])


def commands(readme: str, words: str) -> list[str]:
    """The bash blocks that hold these words."""
    blocks = re.findall(r"^```(?:bash|sh)\n(.*?)^```", readme, flags=re.MULTILINE | re.DOTALL)
    return [block.strip() for block in blocks if words in block]


if __name__ == "__main__":
    main()
