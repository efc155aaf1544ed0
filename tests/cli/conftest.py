"""The command line in this process, and as the program that is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from leadkit.cli import app
from leadkit.sandbox import Sandbox

Run = Callable[..., Result]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder to work in, a home of its own, and no account in the environment."""
    for name in [name for name in os.environ if name.startswith("LEADKIT_")]:
        monkeypatch.delenv(name)
    for name in ("FORCE_COLOR", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home" / "config"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def run() -> Run:
    """Call a command in this process."""

    def called(*words: object) -> Result:
        return CliRunner().invoke(app, [str(word) for word in words])

    return called


@pytest.fixture
def start() -> Iterator[Start]:
    """Start the installed program; it does not outlive the test."""
    started: list[subprocess.Popen[str]] = []

    def call(*words: str, **settings: object) -> subprocess.Popen[str]:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        program = subprocess.Popen([PROGRAM, *words], **{**pipes, **settings})
        started.append(program)
        return program

    yield call
    for program in started:
        if program.poll() is None:
            program.kill()
        program.communicate()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(seed=7, leads=60) as running:
        yield running


@pytest.fixture
def account(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A sandbox whose account the environment describes."""
    monkeypatch.setenv("LEADKIT_EBAY_TOKEN", sandbox.token)
    monkeypatch.setenv("LEADKIT_EBAY_SELLERS", ",".join(sandbox.dealership.sellers))
    monkeypatch.setenv("LEADKIT_EBAY_BASE_URL", sandbox.url)
    return sandbox


PROGRAM = str(Path(sys.executable).with_name("leadkit"))
