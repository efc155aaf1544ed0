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
