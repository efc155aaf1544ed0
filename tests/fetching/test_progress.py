"""Progress bars: in a terminal or a notebook, silent in CI and pipes, and where the user says so."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from apis import as_json, asking, message, threads
from loopback import Arrived, Served

from leadkit.progress import Progress


def slow(_: Arrived) -> Served:
    return as_json({"messages": [message("1")], "total": 1})


@pytest.fixture
def no_delay(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The bar appears at once, and what it is made with is noted."""
    import tqdm.auto  # noqa: PLC0415  as the package does

    made: list[dict[str, Any]] = []
    real = tqdm.auto.tqdm

    def bar(**options: Any) -> Any:
        made.append(options)
        return real(**options | {"delay": 0, "leave": True, "mininterval": 0})

    monkeypatch.setattr(tqdm.auto, "tqdm", bar)
    return made


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """In the test itself: pytest puts its own stderr in place after the fixtures."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    return terminal


def fetched(capfd: pytest.CaptureFixture[str], **options: Any) -> str:
    with asking(slow) as (ebay, _):
        ebay.messages(threads("1", "2", "3"), **options)
    out, err = capfd.readouterr()
    assert out == ""
    return err


def test_a_pipe_stays_silent(
    capfd: pytest.CaptureFixture[str], no_delay: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert fetched(capfd) == ""
    assert no_delay == []


def test_ci_stays_silent_even_in_a_terminal(
    capfd: pytest.CaptureFixture[str], no_delay: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = in_a_terminal(monkeypatch)
    monkeypatch.setenv("CI", "true")
    fetched(capfd)
    assert (no_delay, terminal.getvalue()) == ([], "")


def test_the_user_who_wants_a_bar_gets_it_on_stderr(capfd: pytest.CaptureFixture[str], no_delay: list[Any]) -> None:
    said = fetched(capfd, progress=True)
    assert "messages" in said
    assert "3/3" in said
    assert no_delay == [{"total": 3, "desc": "messages", "unit": " rows", "delay": 1.0, "leave": False}]


def test_a_terminal_gets_a_bar_unless_the_user_says_no(
    capfd: pytest.CaptureFixture[str], no_delay: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = in_a_terminal(monkeypatch)
    fetched(capfd, progress=False)
    assert (no_delay, terminal.getvalue()) == ([], "")
    fetched(capfd)
    assert len(no_delay) == 1
    assert "3/3" in terminal.getvalue()


@pytest.mark.parametrize(("shell", "shown"), [("ZMQInteractiveShell", True), ("TerminalInteractiveShell", False)])
def test_a_notebook_gets_a_bar(
    shell: str, shown: bool, no_delay: list[Any], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CI", raising=False)
    running = type(shell, (), {})()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: running))
    fetched(capfd)
    assert len(no_delay) == int(shown)


def test_a_bar_is_closed_when_the_fetch_fails(no_delay: list[Any]) -> None:
    shown: Any = None

    def failing() -> None:
        nonlocal shown
        with Progress("leads", shown=True) as bar:
            bar.expect(5)
            bar.expect(7)
            bar.step(2)
            shown = bar._bar
            raise KeyError

    with pytest.raises(KeyError):
        failing()
    assert (shown.total, shown.n, shown.disable) == (7, 2, True)


def test_steps_before_anything_is_expected_do_no_harm() -> None:
    with Progress("leads", shown=True) as bar:
        bar.step(5)
    with Progress("leads", shown=False) as bar:
        bar.expect(5)
        bar.step(5)
