"""Starting, stopping and watching the sandbox."""

import _thread
import gc
import io
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable

import httpx
import pytest

from leadkit.sandbox import Dealership, Sandbox, environment, serve
from leadkit.sandbox.__main__ import main

Ask = Callable[..., httpx.Response]


def test_it_listens_on_loopback_only_and_no_more_after_stop(shop: Dealership) -> None:
    with Sandbox(dealership=shop) as sandbox:
        url = sandbox.url
        assert url.startswith("http://127.0.0.1:")
        assert httpx.get(url).status_code == 404
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_stopping_leaves_no_thread_and_no_warning(shop: Dealership) -> None:
    before = threading.active_count()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with Sandbox(dealership=shop) as sandbox, httpx.Client() as client:
            client.get(sandbox.url)
        gc.collect()
    assert threading.active_count() == before


def test_it_can_be_started_again_but_not_twice(shop: Dealership) -> None:
    sandbox = Sandbox(dealership=shop)
    sandbox.stop()
    with sandbox, pytest.raises(RuntimeError, match="already running"):
        sandbox.start()
    with sandbox:
        assert httpx.get(sandbox.url).status_code == 404
    with pytest.raises(RuntimeError, match="not running"):
        _ = sandbox.url


def test_a_port_that_is_taken_is_an_error(sandbox: Sandbox, shop: Dealership) -> None:
    with pytest.raises(OSError, match="in use"):
        Sandbox(dealership=shop, port=int(sandbox.url.rsplit(":", 1)[1])).start()


def test_it_remembers_what_arrived(sandbox: Sandbox, get: Ask) -> None:
    get("conversation", {"conversation_type": "FROM_EBAY", "limit": "50"}, **{"X-Extra": "1"})
    (one,) = sandbox.requests
    assert (one.method, one.path) == ("GET", "/commerce/message/v1/conversation")
    assert one.query == [("conversation_type", "FROM_EBAY"), ("limit", "50")]
    assert (one.headers["x-extra"], one.headers["authorization"]) == ("1", f"Bearer {sandbox.token}")
    assert one.body == b""


def test_the_first_of_a_repeated_parameter_counts(sandbox: Sandbox, get: Ask) -> None:
    httpx.get(f"{sandbox.url}/x?a=1&a=2&b=")
    assert sandbox.requests[0].parameters == {"a": "1", "b": ""}


def test_no_repr_shows_a_credential(sandbox: Sandbox, get: Ask) -> None:
    get("conversation")
    shown = f"{sandbox!r} {sandbox.requests!r} {sandbox.faults!r} {sandbox.dealership!r}"
    for secret in (sandbox.token, sandbox.client_secret, sandbox.refresh_token):
        assert secret not in shown


def test_a_failure_of_its_own_is_raised_at_the_end(shop: Dealership) -> None:
    sandbox = Sandbox(dealership=shop).start()
    sandbox.faults.add("wrong_total", delta="not a number")
    headers = {"Authorization": f"Bearer {sandbox.token}"}
    assert httpx.get(f"{sandbox.url}/sell/leads/v1/classified_lead", headers=headers).status_code == 500
    with pytest.raises(RuntimeError, match="failed while it answered") as caught:
        sandbox.stop()
    assert isinstance(caught.value.__cause__, TypeError)


def test_many_clients_are_answered_at_once(sandbox: Sandbox, get: Ask) -> None:
    sandbox.faults.add("latency", seconds=0.2)
    answers: list[httpx.Response] = []
    threads = [threading.Thread(target=lambda: answers.append(get("classified_lead"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200] * 8


def test_the_environment_names_the_credentials(shop: Dealership) -> None:
    with Sandbox(dealership=shop) as sandbox:
        variables = environment(sandbox)
        assert variables["LEADKIT_EBAY_BASE_URL"] == variables["LEADKIT_LEADSQUARED_BASE_URL"] == sandbox.url
        keys = (variables["LEADKIT_LEADSQUARED_ACCESS_KEY"], variables["LEADKIT_LEADSQUARED_SECRET_KEY"])
        assert keys == (sandbox.access_key, sandbox.secret_key)
        assert variables["LEADKIT_EBAY_RUNAME"] == sandbox.runame
    assert variables["LEADKIT_EBAY_SELLERS"].split(",") == list(shop.sellers)
    assert variables["LEADKIT_EBAY_REFRESH_TOKEN"] == Sandbox(dealership=shop).refresh_token


def test_serving_ends_quietly_with_ctrl_c() -> None:
    urls: list[str] = []

    def announce(sandbox: Sandbox) -> None:
        urls.append(sandbox.url)
        threading.Timer(0.05, _thread.interrupt_main).start()

    serve(leads=0, announce=announce)
    with pytest.raises(httpx.ConnectError):
        httpx.get(urls[0])


class InterruptedOutput(io.StringIO):
    """Somebody presses Ctrl-C as soon as the announcement is out."""

    def flush(self) -> None:
        _thread.interrupt_main()


def test_the_command_says_where_it_serves_and_with_which_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    output = InterruptedOutput()
    monkeypatch.setattr(sys, "stdout", output)
    monkeypatch.setattr(sys, "argv", ["sandbox", "--leads", "5", "--seed", "3"])
    main()
    said = output.getvalue()
    assert "base_url=http://127.0.0.1:" in said
    assert f"LEADKIT_EBAY_CLIENT_ID='{Sandbox(3, 5).client_id}'" in said


def test_the_command_serves_until_it_is_interrupted() -> None:
    command = [sys.executable, "-W", "error", "-m", "leadkit.sandbox", "--leads", "5", "--seed", "3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        lines = [running.stdout.readline().rstrip() for _ in range(11)]
        url = next(line.removeprefix("base_url=") for line in lines if line.startswith("base_url="))
        assert httpx.get(url).status_code == 404
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=20)
    assert (running.returncode, errors) == (0, "")
    assert any(line.startswith("LEADKIT_EBAY_REFRESH_TOKEN='v^1.1#") for line in lines)
