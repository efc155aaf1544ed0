"""Answers kept as they came, and played again."""

from __future__ import annotations

import gzip
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import stamina
from loopback import Served, serving

import leadkit.errors as lk
from leadkit.auth import GivenToken
from leadkit.recording import Recorder, Replay, bodies, recorded_fetches
from leadkit.redaction import Secret, Secrets
from leadkit.transport import Call, Transport

NOW = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
DATE = "Sun, 01 Nov 2026 07:30:00 GMT"
PATH = "/commerce/message/v1/conversation"


def echo(arrived) -> Served:
    return Served(body=json.dumps({"target": arrived.target}).encode(), headers={"Date": DATE})


def a_call(origin: str, offset: int = 0, **fields) -> Call:
    given = {"source": "conversations", "operation": "getConversations", "path": PATH, "query": page(offset)} | fields
    return Call(origin=origin, **given)


def page(offset: int):
    return (("conversation_type", "FROM_MEMBERS"), ("offset", str(offset)))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "saved"


@pytest.fixture
def recorder(folder):
    return Recorder(folder, account="ebay", secrets=Secrets(), clock=lambda: NOW)


@pytest.fixture
def record(recorder):
    """Send calls to a server while recording."""

    def record(*served, calls=1, recorder=recorder, **fields):
        with (
            serving(*served or (echo,)) as server,
            stamina.set_testing(True, attempts=10, cap=True),
            Transport(
                auth=GivenToken(Secret("a-good-token")),
                origins=[server.origin],
                clock=lambda: NOW,
                recorder=recorder,
            ) as transport,
        ):
            return [transport.send(a_call(server.origin, 25 * turn, **fields)) for turn in range(calls)]

    return record


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_body_is_kept_as_it_came_with_a_sidecar(record, folder):
    body = b'{ "a" : 1.70,\r\n "b": "\xc3\xa4" }'
    packed = Served(body=gzip.compress(body), headers={"Content-Encoding": "gzip", "Date": DATE})
    (answer,) = record(packed)
    assert names(folder) == ["0001-conversations.json", "0001-conversations.meta.json"]
    assert (folder / "0001-conversations.json").read_bytes() == body
    assert json.loads((folder / "0001-conversations.meta.json").read_text()) == {
        "url": answer.call.url,
        "method": "GET",
        "status": 200,
        "at": "2026-11-01T07:30:00+00:00",
        "account": "ebay",
        "source": "conversations",
        "operation": "getConversations",
        "content_type": "application/json",
        "date": DATE,
        "fetch": None,
        "sent": None,
    }


def test_recordings_are_for_their_owner_only(recorder, record, folder):
    with recorder.fetch("conversations", {}):
        record()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_a_sidecar_holds_no_secret(folder):
    secrets = Secrets()
    secrets.register("a-secret/value")
    recorder = Recorder(folder, account="ebay", secrets=secrets, clock=lambda: NOW)
    with (
        recorder.fetch("leads", {"token": "a-secret/value"}),
        serving(Served(headers={"Content-Type": "text/a-secret/value"})) as server,
        Transport(auth=None, origins=[server.origin], clock=lambda: NOW, recorder=recorder) as transport,
    ):
        transport.send(a_call(server.origin, query=(("key", "a-secret/value"),)))
    text = "".join(path.read_text() for path in folder.glob("*.json"))
    assert "secret" not in text
    assert text.count("***") == 3


@pytest.mark.parametrize(
    ("content_type", "ending"),
    [
        ("text/xml; charset=utf-8", ".xml"),
        ("text/html", ".html"),
        ("application/json", ".json"),
        ("text/plain", ".json"),
    ],
)
def test_the_content_type_gives_the_ending(content_type, ending, record, folder):
    record(Served(headers={"Content-Type": content_type}))
    assert (folder / f"0001-conversations{ending}").exists()
    ((answer,),) = [fetch.answers for fetch in recorded_fetches(folder)]
    assert answer.reply().body == b"{}"


def test_only_the_final_answer_of_a_call_is_kept(record, folder):
    record(Served(status=503, body=b"busy"), Served(body=b"[1]"))
    assert (folder / "0001-conversations.json").read_bytes() == b"[1]"
    with pytest.raises(lk.ServerError):
        record(Served(status=503, body=b"busy"))
    assert (folder / "0002-conversations.json").read_bytes() == b"busy"
    assert len(names(folder)) == 4


def test_an_answer_that_never_came_is_not_kept(record, folder):
    with pytest.raises(lk.NetworkError):
        record(Served(silent=True))
    assert names(folder) == []


def test_a_whole_fetch_gets_a_marker(recorder, record, folder):
    with recorder.fetch("conversations", {"conversation_type": "FROM_MEMBERS"}) as fetch:
        record(calls=3)
        fetch.rows = 75
    assert json.loads((folder / "fetch-0001.json").read_text()) == {
        "source": "conversations",
        "parameters": {"conversation_type": "FROM_MEMBERS"},
        "account": "ebay",
        "complete": True,
        "rows": 75,
        "first": 1,
        "last": 3,
        "at": "2026-11-02T06:00:00+00:00",
    }
    (recorded,) = recorded_fetches(folder)
    assert (recorded.complete, recorded.rows, recorded.source, recorded.number) == (True, 75, "conversations", 1)
    assert recorded.parameters == {"conversation_type": "FROM_MEMBERS"}
    assert recorded.at == NOW
    assert [answer.number for answer in recorded.answers] == [1, 2, 3]


@pytest.mark.parametrize("stop", [lk.ServerError("failed"), KeyboardInterrupt()], ids=repr)
def test_a_fetch_that_does_not_end_well_has_no_marker_and_is_incomplete(stop, recorder, record, folder):
    def interrupted():
        with recorder.fetch("conversations", {"a": "b"}):
            record()
            raise stop

    with pytest.raises(type(stop)):
        interrupted()
    assert not (folder / "fetch-0001.json").exists()
    (recorded,) = recorded_fetches(folder)
    assert (recorded.complete, recorded.rows, recorded.source, recorded.parameters) == (
        False,
        None,
        "conversations",
        {"a": "b"},
    )
    assert len(recorded.answers) == 1


def test_what_follows_an_interrupted_fetch_does_not_belong_to_it(recorder, record, folder):
    with pytest.raises(KeyboardInterrupt), recorder.fetch("conversations", {}):
        raise KeyboardInterrupt
    with recorder.fetch("conversations", {}):
        record()
    first, second = recorded_fetches(folder)
    assert (first.complete, len(first.answers)) == (False, 0)
    assert (second.complete, len(second.answers)) == (True, 1)


def test_a_fetch_without_its_marker_is_incomplete(recorder, record, folder):
    with recorder.fetch("conversations", {}):
        record()
    (folder / "fetch-0001.json").unlink()
    (recorded,) = recorded_fetches(folder)
    assert (recorded.number, recorded.complete, recorded.source, recorded.account) == (
        1,
        False,
        "conversations",
        "ebay",
    )


def test_answers_outside_of_a_fetch_are_found_by_their_source(record, folder):
    record(calls=2)
    record(source="leads")
    conversations, leads = recorded_fetches(folder)
    assert (conversations.number, conversations.complete, len(conversations.answers)) == (None, False, 2)
    assert (leads.source, len(leads.answers)) == ("leads", 1)


def test_a_fetch_inside_a_fetch_keeps_to_itself(recorder, record, folder):
    with recorder.fetch("messages", {}):
        with recorder.fetch("conversations", {}):
            record()
        record(source="messages")
    outer, inner = recorded_fetches(folder)
    assert [answer.source for answer in outer.answers] == ["messages"]
    assert [answer.source for answer in inner.answers] == ["conversations"]
    assert outer.complete
    assert inner.complete


def test_fetches_in_two_threads_do_not_mix(recorder, record, folder):
    inside = threading.Event()

    def second():
        inside.wait(10)
        with recorder.fetch("leads", {}):
            record(source="leads")

    other = threading.Thread(target=second)
    other.start()
    with recorder.fetch("conversations", {}):
        inside.set()
        other.join(0.1)
        assert other.is_alive()  # it waits
        record()
    other.join(10)
    assert [[answer.source for answer in fetch.answers] for fetch in recorded_fetches(folder)] == [
        ["conversations"],
        ["leads"],
    ]


def test_threads_and_recorders_never_share_a_number(folder):
    def at_work(account: str) -> None:
        recorder = Recorder(folder, account=account, secrets=Secrets(), clock=lambda: NOW)
        with (
            serving(echo) as server,
            Transport(auth=None, origins=[server.origin], clock=lambda: NOW, recorder=recorder) as transport,
            recorder.fetch("conversations", {}),
            ThreadPoolExecutor(4) as pool,
        ):
            list(pool.map(transport.send, [a_call(server.origin, offset) for offset in range(20)]))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(at_work, ["ebay", "leadsquared"]))
    first, second = recorded_fetches(folder)
    assert {first.account, second.account} == {"ebay", "leadsquared"}
    numbers = [answer.number for answer in first.answers + second.answers]
    assert sorted(numbers) == list(range(1, 41))
    assert not [name for name in names(folder) if name.startswith(".")]


def test_a_folder_is_appended_to(record, folder):
    folder.mkdir(exist_ok=True)
    (folder / "0041-messages.json").write_text("{}")
    (folder / "fetch-0007.json").write_text("{}")
    recorder = Recorder(folder, account="ebay", secrets=Secrets(), clock=lambda: NOW)
    with recorder.fetch("conversations", {}):
        record(recorder=recorder)
    assert "0042-conversations.json" in names(folder)
    assert "fetch-0008.json" in names(folder)


def test_a_number_that_another_process_took_meanwhile_is_left_alone(record, folder):
    record()
    (folder / "0002-leads.json").write_text("theirs")
    record()
    assert (folder / "0002-leads.json").read_text() == "theirs"
    assert "0003-conversations.json" in names(folder)
    assert not [name for name in names(folder) if name.startswith(".")]


def test_a_fetch_number_that_another_process_took_meanwhile_is_left_alone(recorder, folder):
    with recorder.fetch("leads", {}):
        (folder / "fetch-0002.open.json").write_text("{}")
    with recorder.fetch("leads", {}):
        pass
    assert "fetch-0003.json" in names(folder)


def test_a_replay_gives_what_was_recorded(record, folder):
    answers = record(calls=3)
    replay = Replay(folder)
    for answer in answers:
        query = tuple(reversed(answer.call.query))
        again = replay.send(a_call("https://api.ebay.com", query=query))
        assert (again.body, again.status, again.fetched_at) == (answer.body, 200, answer.fetched_at)
        assert again.headers == {"content-type": "application/json", "date": DATE}
    assert replay.log.frame().select("at", "status", "attempts", "bytes", "seconds").row(0) == (
        datetime(2026, 11, 1, 7, 30, tzinfo=UTC),
        200,
        1,
        len(answers[0].body),
        0.0,
    )
    assert repr(replay) == "Replay(3 calls)"
    replay.close()


def test_the_time_of_an_answer_without_a_date_is_replayed(record, folder):
    (answer,) = record(Served())
    (fetch,) = recorded_fetches(folder)
    assert Replay(fetch).send(answer.call).fetched_at == answer.fetched_at == NOW


def test_answers_to_the_same_call_come_in_their_order_and_the_last_repeats(record, folder):
    for body in (b"1", b"2", b"3"):
        record(Served(body=body))
    (fetch,) = recorded_fetches(folder)
    replay = Replay(fetch.answers)
    assert [replay.send(a_call("https://x.example")).body for _ in range(5)] == [b"1", b"2", b"3", b"3", b"3"]


def test_calls_with_different_bodies_are_different_calls(record, folder):
    record(Served(body=b"a"), method="POST", content=b"ask for a")
    record(Served(body=b"b"), method="POST", content=b"ask for b")
    replay = Replay(folder)
    sent = {"method": "POST"}
    assert replay.send(a_call("https://x.example", content=b"ask for b", **sent)).body == b"b"
    assert replay.send(a_call("https://x.example", content=b"ask for a", **sent)).body == b"a"
    with pytest.raises(lk.NotFound, match="not recorded"):
        replay.send(a_call("https://x.example", content=b"ask for c", **sent))


def test_a_recorded_error_is_raised_again(record, folder):
    body = b'{"errors": [{"errorId": 355007, "message": "No such conversation."}]}'
    for status in (404, 500):
        with pytest.raises(lk.LeadkitError):
            record(Served(status, body), query=(("status", str(status)),))
    replay = Replay(folder)
    for status, kind in ((404, lk.NotFound), (500, lk.ServerError)):
        with pytest.raises(kind, match="355007 No such conversation") as caught:
            replay.send(a_call("https://x.example", query=(("status", str(status)),)))
        assert (caught.value.code, caught.value.status, caught.value.source) == ("355007", status, "conversations")


def test_a_call_that_was_not_recorded_says_what_is_there(record, folder):
    record(calls=7)
    replay = Replay(folder)
    with pytest.raises(lk.NotFound, match=r"offset=0; .* and 2 more") as caught:
        replay.send(a_call("https://x.example", offset=1000))
    assert (caught.value.code, caught.value.source) == ("not_recorded", "conversations")
    with pytest.raises(lk.NotFound, match=f"Recorded is: {PATH}\\."):
        replay.send(a_call("https://x.example", path="/other"))
    with pytest.raises(lk.NotFound, match="Recorded is: nothing"):
        Replay([]).send(a_call("https://x.example"))


def test_a_folder_that_is_not_there_is_an_invalid_request(folder):
    with pytest.raises(lk.InvalidRequest, match="There is no folder"):
        recorded_fetches(folder)
    with pytest.raises(lk.InvalidRequest, match="There is no folder"):
        bodies(folder, "leads")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("0001-leads.meta.json", "{", "Invalid JSON"),
        ("0001-leads.meta.json", "[]", "should be an object"),
        ("0001-leads.meta.json", "{}", "url: Field required"),
        ("0001-leads.meta.json", '{"url": "http://[", "method": "GET", "status": 200}', "url: Value error"),
        ("0001-leads.meta.json", '{"url": "/a", "method": "GET", "status": "x"}', "status: .* valid integer"),
        ("0001-leads.meta.json", '{"url": "/a", "method": "GET", "status": 200, "at": "2026-01-01T00:00:00"}', "at: "),
        ("fetch-0001.json", "{", "Invalid JSON"),
        ("fetch-0001.json", "[" * 100_000, "Invalid JSON"),
        ("fetch-0001.json", '{"parameters": 5}', "parameters: "),
        ("fetch-0001.json", '{"parameters": {"ids": 5}}', "parameters: ids: "),
        ("fetch-0001.json", '{"parameters": {"now": "soon"}}', "parameters: "),
        ("fetch-0001.json", '{"parameters": {"now": "2026-01-01T00:00:00"}}', "now has no zone"),
        ("fetch-0001.open.json", '{"at": 5}', "at: "),
    ],
)
def test_a_broken_sidecar_or_marker_is_named(name, text, said, folder):
    folder.mkdir()
    (folder / name).write_text(text)
    with pytest.raises(lk.BadResponse, match=f"{name} in the recording is damaged .*{said}.*take the file") as caught:
        recorded_fetches(folder)
    assert caught.value.__context__ is None


def test_bodies_saved_by_hand_are_found_by_their_name_or_folder(folder, record):
    record(source="leads")
    (folder / "leads").mkdir()
    (folder / "leads" / "august.json").write_text("{}")
    for name in ("leads.json", "leads-2026-08.json", "Leads_2026.JSON", "crm_leads.json", "misleads.json", "leads.txt"):
        (folder / name).write_text("{}")
    found = bodies(folder, "leads")
    assert found == sorted(found)
    assert {path.name for path in found} == {"leads.json", "leads-2026-08.json", "Leads_2026.JSON", "august.json"}
    assert [path.name for path in bodies(folder, "crm_leads")] == ["crm_leads.json"]
