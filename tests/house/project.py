"""The project's own files, as the tests of the house read them."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "leadkit"


def pyproject() -> dict:
    return tomllib.loads(text_of("pyproject.toml"))


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def kept_files() -> list[Path]:
    """The files that git keeps or would keep."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: which files are kept is not known")
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def bash_commands() -> list[str]:
    """The commands that README.md gives for bash."""
    return fenced("bash")


def powershell_commands() -> list[str]:
    """The commands that README.md gives for PowerShell."""
    return fenced("powershell")


def fenced(language: str) -> list[str]:
    blocks = re.findall(rf"^```{language}\n(.*?)^```", text_of("README.md"), flags=re.MULTILINE | re.DOTALL)
    return [block.strip() for block in blocks]


def run_python(code: str) -> str:
    """What this code prints in an interpreter of its own, where a warning is an error."""
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
