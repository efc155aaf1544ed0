"""JupyterLab on loopback with a browser in front of it: opens and runs notebooks, and keeps every outside request."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, WebSocket

from benchmarks.timing import ROOT

UP, OPEN, RUN, REACT = 60, 90, 120, 30  # seconds, as long as they may take on a busy machine
TOKEN = "loopback"
_RUN_ALL = """async () => {
  const app = window.jupyterapp, panel = app.shell.currentWidget;
  await panel.context.ready; await panel.sessionContext.ready; await panel.sessionContext.session.kernel.info;
  await app.commands.execute("notebook:run-all-cells");
}"""


@dataclass
class Visit:
    """A page with a notebook, and what came over its wires.

    Attributes:
        page: the page.
        outside: addresses of other hosts that it asked for.
        errors: what went wrong in its scripts.
        received: bytes that came over its web sockets.
    """

    page: Page
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    received: int = 0

    def watch(self, socket: WebSocket) -> None:
        """Count what comes over a web socket."""
        socket.on("framereceived", self._count)

    def _count(self, frame: str | bytes) -> None:
        self.received += len(frame.encode() if isinstance(frame, str) else frame)


@contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The system's chromium, or ``$CHROMIUM``, else Playwright's own."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-dev-shm-usage"])
    try:
        yield browser
    finally:
        browser.close()


@contextmanager
def lab(folder: Path, home: Path, *, dark: bool = False) -> Iterator[str]:
    """The address of a JupyterLab whose notebooks are in this folder, with settings of its own in `home`."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    chosen = {"themes": {"theme": f"JupyterLab {'Dark' if dark else 'Light'}"}, "notification": {"fetchNews": "false"}}
    for name, values in chosen.items():
        (settings / f"{name}.jupyterlab-settings").write_text(json.dumps(values), encoding="utf-8")
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(_command(port, folder), env=_environment(home), stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait_for(f"{address}/api?token={TOKEN}", home / "log")
            yield address
        finally:
            server.terminate()
            server.wait(timeout=UP)


@contextmanager
def visit(browser: Browser, address: str, path: str, *, width: int = 1400, height: int = 1100) -> Iterator[Visit]:
    """A page at this path of the server."""
    page = browser.new_page(viewport={"width": width, "height": height})
    found = Visit(page)
    page.on("request", lambda request: _is_ours(request.url, address) or found.outside.append(request.url))
    page.on("pageerror", lambda error: found.errors.append(str(error)))
    page.on("websocket", found.watch)
    try:
        page.goto(f"{address}/{path}{'&' if '?' in path else '?'}token={TOKEN}", timeout=OPEN * 1000)
        yield found
    finally:
        page.close()


def run_all(page: Page) -> None:
    """Run every cell of the notebook that is open in JupyterLab, to the end."""
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=OPEN * 1000)
    page.set_default_timeout(RUN * 1000)
    page.evaluate(_RUN_ALL)
    page.set_default_timeout(REACT * 1000)


def notebook(path: Path, *cells: str) -> None:
    """Write a notebook with these cells."""
    code = [
        {"cell_type": "code", "id": f"c{n}", "metadata": {}, "source": cell, "outputs": [], "execution_count": None}
        for n, cell in enumerate(cells)
    ]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    path.write_text(
        json.dumps({"cells": code, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8"
    )


def _command(port: int, folder: Path) -> list[str]:
    options = {
        "ip": "127.0.0.1",
        "port": port,
        "IdentityProvider.token": TOKEN,
        "ServerApp.root_dir": folder,
        "ServerApp.port_retries": 0,
        "LabApp.news_url": "",
        "LabApp.check_for_updates_class": "jupyterlab.handlers.announcements.NeverCheckForUpdate",
        "LabApp.expose_app_in_browser": "True",
        "JupyterNotebookApp.expose_app_in_browser": "True",
    }
    given = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", *given]


def _environment(home: Path) -> dict[str, str]:
    """The programs of this Python first on the path, and nothing of the user's own Jupyter."""
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    own = {name: str(home / folder) for name, folder in places.items()}
    return os.environ | own | {"PATH": programs, "PYTHONPATH": str(ROOT), "TZ": "UTC"}


def _wait_for(url: str, log: Path) -> None:
    end = time.monotonic() + UP
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"no JupyterLab within {UP} s: {log.read_text(encoding='utf-8')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_ours(url: str, address: str) -> bool:
    return url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))
