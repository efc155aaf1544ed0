"""Ctrl-C: one line, 130, and no half-written file; the sandbox takes it for a good end."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import polars as pl
import pytest

import leadkit as lk


@pytest.fixture(autouse=True)
def _signals_as_before():
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def interrupted():
    """Ctrl-C for this process, once a condition holds."""
    threads = []

    def when(condition):
        def wait():
            wait_for(condition)
            os.kill(os.getpid(), signal.SIGINT)

        threads.append(threading.Thread(target=wait))
        threads[-1].start()

    yield when
    for thread in threads:
        thread.join()


LONG = 60  # seconds that an answer takes here: more than the test would wait


def wait_for(condition):
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.parametrize(("table", "path"), [("leads", "classified_lead"), ("messages", "/conversation/")])
def test_ctrl_c_ends_a_slow_fetch_at_once_and_leaves_no_file(table, path, start, account):
    account.faults.add("latency", path=path, seconds=LONG)
    Path(f"{table}.parquet").write_text("what was there before")
    program = start("fetch", table)
    wait_for(lambda: any(path in call.path for call in account.requests))
    program.send_signal(signal.SIGINT)
    stdout, stderr = program.communicate(timeout=20)
    assert (program.returncode, stdout) == (130, "")
    assert stderr == f"Interrupted: {table}.parquet was not written.\n"
    assert [path.name for path in Path().iterdir()] == [f"{table}.parquet"]
    assert Path(f"{table}.parquet").read_text() == "what was there before"


def test_an_interrupted_command_is_told_by_its_exit_code(run, account, interrupted):
    account.faults.add("latency", seconds=LONG)
    interrupted(lambda: account.requests)
    told = run("fetch", "leads")
    assert (told.exit_code, told.stdout) == (130, "")
    assert told.stderr == "Interrupted: leads.parquet was not written.\n"
    assert list(Path().iterdir()) == []


def test_ctrl_c_ends_the_demo_and_leaves_no_table(start):
    program = start("demo", "--leads", "20000")  # the dealership alone takes seconds
    wait_for(lambda: Path("leadkit-demo").is_dir())
    program.send_signal(signal.SIGINT)
    stdout, stderr = program.communicate(timeout=20)
    assert (program.returncode, stdout) == (130, "")
    assert stderr == "Interrupted: not all tables were written.\n"
    assert list(Path("leadkit-demo").iterdir()) == []


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_the_sandbox_says_how_to_reach_it_and_ends_well(sent, start, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = start("sandbox", "--leads", "40", "--seed", "3", "--port", str(port))
    lines = [program.stdout.readline()]
    while "Ctrl-C" not in lines[-1]:
        lines.append(program.stdout.readline())
    said = "".join(lines)
    exports = dict(re.findall(r"^export (\w+)=(.*)$", said, re.MULTILINE))
    assert lines[0] == f"An invented dealership answers at http://127.0.0.1:{port}\n"
    assert exports["LEADKIT_EBAY_BASE_URL"] == f"http://127.0.0.1:{port}"
    shell = "\n".join(line for line in said.splitlines() if line.startswith("export "))
    print_leads = f"{shell}\n'{sys.executable}' -c 'import leadkit as lk; print(len(lk.Ebay.from_env().leads()))'"
    done = subprocess.run(["/bin/sh", "-c", print_leads], capture_output=True, text=True, check=True)
    with lk.demo(seed=3, leads=40) as same:
        assert int(done.stdout) == len(same.ebay.leads())
    program.send_signal(sent)
    stdout, stderr = program.communicate(timeout=20)
    assert (program.returncode, stdout, stderr) == (0, "", "")


def test_what_powershell_is_told_are_the_same_values(start):
    program = start("sandbox", "--leads", "20")
    lines = [program.stdout.readline()]
    while "Ctrl-C" not in lines[-1]:
        lines.append(program.stdout.readline())
    said = "".join(lines)
    bash = {name: value.strip("'") for name, value in re.findall(r"^export (\w+)=(.*)$", said, re.MULTILINE)}
    powershell = dict(re.findall(r"^\$env:(\w+) = '(.*)'$", said, re.MULTILINE))
    assert powershell == bash
    ebay = ("CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN", "SELLERS", "BASE_URL", "RUNAME")
    crm = ("ACCESS_KEY", "SECRET_KEY", "BASE_URL")
    assert set(bash) == {f"LEADKIT_EBAY_{name}" for name in ebay} | {f"LEADKIT_LEADSQUARED_{name}" for name in crm}


def test_a_port_that_is_taken_is_an_error(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = run("sandbox", "--port", port, "--leads", 10)
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr == f"leadkit: Port {port} can't be used: Address already in use. --port 0 takes a free one.\n"


@pytest.mark.slow
def test_output_that_nobody_reads_to_the_end_is_no_error(start):
    reader, writer = os.pipe()
    os.close(reader)
    program = start("demo", "--leads", "20", stdout=writer)
    os.close(writer)
    assert program.communicate(timeout=60)[1] == ""
    assert pl.read_parquet("leadkit-demo/leads.parquet").height > 0
