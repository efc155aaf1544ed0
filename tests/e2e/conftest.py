"""A real browser: `$CHROMIUM`, the system's chromium, or else Playwright's own.

Without Playwright (the extra ``e2e``) there is nothing to run here, and nothing is collected: CI has a step that
installs it and fails where these tests do not run.
"""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

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


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Where screenshots are kept: ``$LEADKIT_ARTEFACTS``, else a folder that git does not see."""
    folder = Path(os.environ.get("LEADKIT_ARTEFACTS") or Path(__file__).parents[2] / "build" / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
