"""`leadkit login` as a program of its own, at a terminal and in a pipe."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from browser import answered, page_in

pty = pytest.importorskip("pty", reason="Windows has no such terminals")

STORED = Path("..", "home", "config", "leadkit", "ebay-login.json")
ADDRESS, SECRET = "The address (it is not shown): ", "The application's client secret (it is not shown): "
AT_THE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


class Terminal:
    """A terminal with a program at it: what stands on the screen, and keys to press."""

    def __init__(self, *words: str) -> None:
        self._ours, theirs = pty.openpty()
        self._shown = b""
        ends = {"stdin": theirs, "stdout": theirs, "stderr": theirs, "start_new_session": True}
        self.program = subprocess.Popen([sys.executable, "-c", AT_THE_TERMINAL, *words], **ends)
        os.close(theirs)

    @property
    def screen(self) -> str:
        return self._shown.decode("utf-8", "replace").replace("\r\n", "\n")

    def until(self, words: str, times: int = 1) -> str:
        """Read until these words stand on the screen so many times."""
        while self.screen.count(words) < times:
            assert self.read(), self.screen
        return self.screen

    def read(self) -> bool:
        """Wait for more to stand on the screen; False at the end."""
        assert select.select([self._ours], [], [], 30)[0], self.screen
        try:
            read = os.read(self._ours, 65_536)
        except OSError:  # Linux's word for an end
            return False
        self._shown += read
        return bool(read)

    def press(self, keys: str | bytes) -> None:
        os.write(self._ours, keys if isinstance(keys, bytes) else keys.encode())

    def end(self) -> int:
        """Read to the end; the exit code."""
        while self.read():
            pass
        return self.program.wait(timeout=30)

    def close(self) -> None:
        if self.program.poll() is None:
            self.program.kill()
            self.program.wait()
        os.close(self._ours)


@pytest.fixture(autouse=True)
def seller(sandbox, monkeypatch):
    monkeypatch.setenv("LEADKIT_EBAY_CLIENT_ID", sandbox.client_id)
    monkeypatch.setenv("LEADKIT_EBAY_CLIENT_SECRET", sandbox.client_secret)
    monkeypatch.setenv("LEADKIT_EBAY_RUNAME", sandbox.runame)
    monkeypatch.setenv("LEADKIT_EBAY_BASE_URL", sandbox.url)
    monkeypatch.setenv("NO_COLOR", "1")
    return sandbox


@pytest.fixture
def at_terminal():
    """Start `leadkit login` at a terminal; it does not outlive the test."""
    opened = []

    def start() -> Terminal:
        opened.append(Terminal(str(Path(sys.executable).with_name("leadkit")), "login"))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


def test_what_is_typed_at_the_terminal_is_not_shown(seller, at_terminal, monkeypatch):
    monkeypatch.delenv("LEADKIT_EBAY_CLIENT_SECRET")
    terminal = at_terminal()
    terminal.until(SECRET)
    terminal.press(f"{seller.client_secret}\n")
    address = answered(page_in(terminal.until(ADDRESS)))
    terminal.press("nonsense\n")
    assert "2 more." in terminal.until(ADDRESS, times=2)
    terminal.press(f"{address}\n")
    assert terminal.end() == 0
    assert json.loads(STORED.read_text())["refresh_token"] == seller.refresh_token
    assert f"The login of ebay is in {STORED.resolve()}" in terminal.screen
    for hidden in (seller.client_secret, address, "nonsense", "v^1.1", "v%5E1.1"):
        assert hidden not in terminal.screen


@pytest.mark.parametrize(
    ("keys", "code", "last"),
    [
        ("\x03", 130, "Interrupted: no login was stored."),
        ("\x04", 1, "leadkit: login: nothing was pasted, so no login was stored."),
        ("\n", 1, "leadkit: login: nothing was pasted, so no login was stored."),
    ],
    ids=["Ctrl-C", "Ctrl-D", "Enter"],
)
def test_every_other_key_is_a_clear_end(keys, code, last, at_terminal):
    terminal = at_terminal()
    terminal.until(ADDRESS)
    terminal.press(keys)
    assert terminal.end() == code
    assert terminal.screen.splitlines()[-1] == last
    assert "Traceback" not in terminal.screen
    assert not STORED.exists()


def test_what_is_no_text_is_no_answer(at_terminal):
    terminal = at_terminal()
    for prompts in (1, 2, 3):
        terminal.until(ADDRESS, prompts)
        terminal.press(b"\xff\xfe\n")
    assert terminal.end() == 1
    assert terminal.screen.splitlines()[-1].startswith("leadkit: login: that was no answer to this consent 3 times")


def test_a_secret_that_is_not_typed_is_a_clear_end(at_terminal, monkeypatch):
    monkeypatch.delenv("LEADKIT_EBAY_CLIENT_SECRET")
    terminal = at_terminal()
    terminal.until(SECRET)
    terminal.press("\n")
    assert terminal.end() == 1
    assert "leadkit: login: there is no client secret." in terminal.screen


def shown_by(program: subprocess.Popen[str]) -> str:
    """What a program in a pipe says before it waits for the address."""
    lines = [program.stdout.readline()]
    while "Ctrl-C" not in lines[-1]:
        assert lines[-1]
        lines.append(program.stdout.readline())
    return "".join(lines)


def test_another_program_can_hold_the_dialog(seller, start):
    program = start("login", stdin=subprocess.PIPE)
    address = answered(page_in(shown_by(program)))
    stdout, stderr = program.communicate(f"{address}\n", timeout=60)
    assert (program.returncode, stderr) == (0, "")
    assert stdout.endswith("Next: leadkit fetch leads\n")
    assert json.loads(STORED.read_text())["refresh_token"] == seller.refresh_token


def test_an_address_can_be_piped_into_a_second_run(start):
    first = start("login", stdin=subprocess.DEVNULL)
    stdout, stderr = first.communicate(timeout=60)
    assert (first.returncode, stderr) == (1, "leadkit: login: nothing was pasted, so no login was stored.\n")
    second = start("login", stdin=subprocess.PIPE)
    _, stderr = second.communicate(answered(page_in(stdout)), timeout=60)
    assert (second.returncode, stderr) == (0, "")
    assert STORED.exists()


def test_ctrl_c_in_a_pipe_is_a_clear_end(start):
    program = start("login", stdin=subprocess.PIPE)
    shown_by(program)
    program.send_signal(signal.SIGINT)
    _, stderr = program.communicate(timeout=30)
    assert (program.returncode, stderr) == (130, "Interrupted: no login was stored.\n")


def test_the_page_is_opened_in_the_browser(start, monkeypatch):
    script, opened = Path("browser").resolve(), Path("opened").resolve()
    script.write_text(f'#!/bin/sh\nprintf %s "$1" >{opened}\n')
    script.chmod(0o700)
    monkeypatch.setenv("BROWSER", f"{script} %s")
    program = start("login", "--open", stdin=subprocess.DEVNULL)
    stdout, stderr = program.communicate(timeout=60)
    assert opened.read_text() == page_in(stdout)
    assert "browser" not in stderr


def test_a_browser_that_can_not_be_opened_is_told(start, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BROWSER", str(Path("nothing").resolve()))
    monkeypatch.setenv("PATH", "")
    program = start("login", "--open", stdin=subprocess.DEVNULL)
    _, stderr = program.communicate(timeout=60)
    assert stderr.startswith("No browser could be opened: open the page yourself.\n")


def test_help_waits_for_nothing_heavy():
    code = "import sys, leadkit.cli; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"polars", "httpx", "leadkit.login", "leadkit.sources", "webbrowser"} & set(told.stdout.split())
