<<<<<<< HEAD
"""A real browser: `$CHROMIUM`, the system's chromium, or else Playwright's own.

Without Playwright (the extra ``e2e``) there is nothing to run here, and nothing is collected: CI has a step that
installs it and fails where these tests do not run.
"""

import os
import shutil
from importlib.util import find_spec

import pytest

if find_spec("playwright") is None:
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def browser():
    """Chromium, which is closed at the end."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - an extra

    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield chromium
        chromium.close()
=======
"""A real browser: Chromium of ``$CHROMIUM``, the system's, else Playwright's own; skipped where there is none."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="the extra e2e is not installed")
    with playwright.sync_playwright() as running:
        program = os.environ.get("CHROMIUM") or shutil.which("chromium") or running.chromium.executable_path
        if not Path(program).exists():
            pytest.skip("there is no Chromium: set CHROMIUM, or install it")
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]  # as root in a container, with little shared memory
        started = running.chromium.launch(executable_path=program, args=arguments)
        yield started
        started.close()


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Where screenshots are kept: ``$LEADKIT_ARTEFACTS``, else a folder that git does not see."""
    folder = Path(os.environ.get("LEADKIT_ARTEFACTS") or Path(__file__).parents[2] / "build" / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
>>>>>>> report
