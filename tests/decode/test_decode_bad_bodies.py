"""A body that is not what the API promises is an error with its source, its call and the place; never a frame."""

from __future__ import annotations

import json
from typing import Any

import pytest
from reference_decoder import reference
from test_decode_every_place import whole
from wire_shapes import SHAPES, Json, Shape, counts, decoded

import leadkit as lk
from leadkit.decode import text
from leadkit.tables import decode, decode_together, read_envelope

HTML = b"<!DOCTYPE html><html><body>Service Unavailable</body></html>"
ERRORS = b'{"errors": [{"errorId": 352003, "message": "Bad startTime"}]}'
CONVERSATIONS = SHAPES["conversations"]


def refusal(shape: Shape, body: bytes, *, bare: bool = False) -> str:
    with pytest.raises(lk.BadResponse) as caught:
        decode(shape.table, body, call="leads (getAll)", bare=bare)
    assert str(caught.value).startswith("leads (getAll): ")
    return str(caught.value)


@pytest.mark.parametrize("table", SHAPES)
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "it is empty"),
        (b" \n", "it is empty"),
        (HTML, "it is an HTML page of 60 bytes"),
        (b"<html>", "HTML"),
        (b"{}", "the body lacks 'total"),
        (ERRORS, "it has only 'errors'"),
        (b"[]", "an object belongs there"),
        (b"[{}]", "an object belongs there"),
        (b"null", "an object belongs there"),
        (b"5", "an object belongs there"),
        (b'"total"', "an object belongs there"),
        (b"true", "an object belongs there"),
        (b"NaN", "NaN is not a JSON value"),
        (b"\xff\xfe{\x00}\x00", "is not UTF-8: byte 0"),
        (b'{"TOTAL": 1, "TotalItems": 1}', "the body lacks 'total"),
        (b"[" * 200_000, "nested too deeply"),
    ],
)
def test_what_is_no_answer_of_the_api_is_refused(table: str, body: bytes, said: str) -> None:
    assert said in refusal(SHAPES[table], body)


@pytest.mark.parametrize("body", [b"", HTML, b"{}", ERRORS, b"[]", b"null", b"5", b'{"totalLeads": 0}'])
def test_a_listing_alone_has_its_id_or_is_refused(body: bytes) -> None:
    refusal(SHAPES["leads"], body, bare=True)


@pytest.mark.parametrize("table", SHAPES)
@pytest.mark.parametrize("size", [1, 1 << 20], ids=["in pieces", "as one"])
@pytest.mark.parametrize("indent", [None, 2], ids=["compact", "indented"])
def test_a_truncated_body_is_refused_wherever_it_ends(
    table: str, size: int, indent: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "PIECE", size)
    shape = SHAPES[table]
    body = json.dumps(small(shape), indent=indent, ensure_ascii=False).encode()
    decode(shape.table, body, call="whole")
    for end in range(len(body)):
        assert "not JSON" in (said := refusal(shape, body[:end])) or "not UTF-8" in said


def small(shape: Shape) -> Json:
    """Two rows with a few keys each: a loop over all ends stays short."""
    rows: list[Json] = [{"messageId": "é1", "conversationId": "]}", "messageMedia": [{}]}, {"submittedTime": None}]
    if shape.outer is None:
        return shape.envelope(rows, 2)
    return shape.envelope([{"itemId": "1", "responses": rows}, {"itemId": "2"}], 2)


@pytest.mark.parametrize("table", SHAPES)
def test_a_body_that_goes_on_after_its_end_is_refused(table: str) -> None:
    body = json.dumps(whole(SHAPES[table])).encode()
    for tail in (b"x", b"]", b"}", b"{}", b"[]", b',"total":1}', b"\x00", body):
        refusal(SHAPES[table], body + tail)


@pytest.mark.parametrize("table", SHAPES)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "latin-1", "cp1252"])
def test_another_encoding_is_refused(table: str, encoding: str) -> None:
    body = json.dumps(small(SHAPES[table]), ensure_ascii=False)
    assert "not UTF-8" in refusal(SHAPES[table], body.encode(encoding)) or encoding == "utf-16-be"


@pytest.mark.parametrize(
    "broken",
    [
        b'"a\nb"',
        b'"a\x00b"',
        b'"\\x41"',
        b'"\\ud83"',
        b"01",
        b"1.",
        b"+1",
        b"NaN",
        b"-Infinity",
        b"'a'",
        b"nul",
        b"[1,]",
    ],
)
@pytest.mark.parametrize("key", [b"conversationId", b"newKey", b"unreadCount"])
def test_what_is_no_json_inside_a_row_is_refused(key: bytes, broken: bytes) -> None:
    body = b'{"total":2,"conversations":[{"conversationId":"0"},{"%b":%b}]}' % (key, broken)
    assert "the body is not JSON" in refusal(CONVERSATIONS, body)


@pytest.mark.parametrize(
    ("shape", "place", "wrong", "said"),
    [
        ("leads", ("classifiedLeads",), {"a": 1}, "classifiedLeads is an object"),
        ("leads", ("classifiedLeads",), "text", "classifiedLeads is a string"),
        ("leads", ("classifiedLeads",), 5, "classifiedLeads is a number"),
        ("leads", ("classifiedLeads",), True, "classifiedLeads is a Boolean"),
        ("leads", ("classifiedLeads", 1, "responses"), {}, "classifiedLeads[1].responses is an object"),
        ("leads", ("classifiedLeads", 1, "responses"), {"a": []}, "classifiedLeads[1].responses is an object"),
        ("leads", ("classifiedLeads", 0, "responses"), "text", "classifiedLeads[0].responses is a string"),
        ("leads", ("classifiedLeads", 1, "responses"), 5, "classifiedLeads[1].responses is a number"),
        ("conversations", ("conversations",), {}, "conversations is an object"),
        ("conversations", ("conversations",), "text", "conversations is a string"),
        ("messages", ("messages",), {"messageId": "1"}, "messages is an object"),
        ("messages", ("messages",), 5, "messages is a number"),
    ],
)
@pytest.mark.parametrize("size", [1, 1 << 20], ids=["in pieces", "as one"])
def test_something_else_than_a_list_of_rows_is_refused_with_its_place(  # noqa: PLR0917  pytest's parameters
    shape: str, place: tuple[Any, ...], wrong: Json, said: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "PIECE", size)
    body = whole(SHAPES[shape])
    inner = body
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = wrong
    told = refusal(SHAPES[shape], json.dumps(body).encode())
    assert f"{said}; a list of rows belongs there" in told


@pytest.mark.parametrize("table", SHAPES)
@pytest.mark.parametrize("missing", ["list", "null"])
def test_an_absent_list_is_no_rows_only_where_the_total_says_so(table: str, missing: str) -> None:
    shape = SHAPES[table]
    body = shape.envelope([], 0)
    if missing == "null":
        body[shape.table.envelope_list] = None
    else:
        del body[shape.table.envelope_list]
    assert decoded(shape, json.dumps(body).encode()) == ([], [])
    body[shape.table.totals[-1]] = 3
    assert f"{shape.table.envelope_list!r} is absent" in refusal(shape, json.dumps(body).encode())


@pytest.mark.parametrize("total", ["1", -1, 1.5, None, True, [], {}, "one", 1e3])
def test_a_total_that_is_no_count_is_refused(total: Json) -> None:
    body = json.dumps({"total": total, "conversations": []}).encode()
    assert "'total' is not a count" in refusal(CONVERSATIONS, body)


@pytest.mark.parametrize("digits", [20, 400, 5000])
def test_a_total_beyond_all_counts_is_refused(digits: int) -> None:
    body = b'{"total": %b, "conversations": []}' % (b"9" * digits)
    assert "'total' is not a count" in refusal(CONVERSATIONS, body)


def test_a_body_that_is_nested_too_deeply_is_refused_or_told_but_never_a_crash() -> None:
    for depth in (100, 200_000):
        for inside in (b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth):
            body = b'{"total":1,"conversations":[{"conversationId":"1","newKey":%b}]}' % inside
            if depth > 100:
                assert "nested too deeply" in refusal(CONVERSATIONS, body)
                continue
            rows, problems = decoded(CONVERSATIONS, body)
            assert len(rows) == 1
            assert counts(problems) == {("unknown_key", "conversations[].newKey"): 1}


@pytest.mark.parametrize("key", ["newKey", "conversationTitle"])
@pytest.mark.parametrize("pair", [("[", "]"), ('{"a":', "}")], ids=["lists", "objects"])
def test_a_value_of_any_depth_costs_itself_alone_until_the_parser_gives_up(key: str, pair: tuple[str, str]) -> None:
    for depth in (300, 480, 700, *range(900, 1_000, 6)):
        nest = f"{pair[0] * depth}1{pair[1] * depth}"
        body = f'{{"total":1,"conversations":[{{"conversationId":"1","{key}":{nest}}}]}}'.encode()
        try:
            rows, problems = decoded(CONVERSATIONS, body)
        except lk.BadResponse:
            assert depth >= 900  # which depth the parser takes depends on the stack above it
            assert "nested too deeply" in refusal(CONVERSATIONS, body)
            continue
        told = ("unknown_key", "conversations[].newKey") if key == "newKey" else ("bad_value", "title")
        assert [row["conversation_id"] for row in rows] == ["1"]
        assert counts(problems) == {told: 1}


@pytest.mark.parametrize(
    "body",
    [
        b'{"warnings":[{"conversations":[{"conversationId":"no"}]}],"conversations":[{"conversationId":"1"}],"total":1}',
        b'{"conversations":[{"conversationId":"1"}],"total":1,"warnings":[{"errorId":5}]}',
        b'{"conversations":[{"conversationId":"1"}],"total":1,"href":"]}],[{"}',
        b'{"href":"\\"conversations\\":[","conversations":[{"conversationId":"1"}],"total":1}',
        b'{"total":1,"conversations":[{"conversationId":"1","latestMessage":{"messageMedia":[{"mediaName":"a"}]}}]}',
        b'{"total" : 1 , "conversations" : [ { "conversationId" : "1" } ] }',
        b'{"conversations":[{"conversationId":"1"}],"conversations":[{"conversationId":"no"}],"total":1}',
    ],
)
@pytest.mark.parametrize("size", [1, 1 << 20], ids=["in pieces", "as one"])
def test_a_second_list_around_the_rows_is_not_taken_for_them(
    body: bytes, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "PIECE", size)
    rows, _ = decoded(CONVERSATIONS, body)
    assert [row["conversation_id"] for row in rows] == ["1"]


def test_the_first_key_of_a_row_inside_a_row_does_not_cut_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "PIECE", 1)
    inner = [{"messageId": "no", "mediaName": "a"}, {"messageId": "no", "mediaName": "b"}]
    rows = [{"messageId": str(number), "messageMedia": inner} for number in range(4)]
    found, problems = decoded(SHAPES["messages"], json.dumps(SHAPES["messages"].envelope(rows, 4)).encode())
    assert [row["message_id"] for row in found] == ["0", "1", "2", "3"]
    assert [[media["name"] for media in row["media"]] for row in found] == [["a", "b"]] * 4
    assert counts(problems) == {("unknown_key", "messages[].messageMedia[].messageId"): 8}


@pytest.mark.parametrize("table", SHAPES)
def test_unknown_keys_around_the_rows_are_told(table: str) -> None:
    shape = SHAPES[table]
    body = json.dumps(whole(shape) | {"newKey": [1], "Total": 5, "newer": None}).encode()
    _, problems = decoded(shape, body)
    assert counts(problems) == {("unknown_key", name): 1 for name in ("newKey", "Total", "newer")}


@pytest.mark.parametrize(
    "body",
    [
        b'{"href":"/","limit":20,"messages":[],"next":"/n","offset":0,"total":5}',
        b'{"total":5,"messages":[{"messageId":"1"}],"limit":20,"next":"/n"}',
        b'{"total":5,"messages":[{"messageId":"1"}],"limit":20,"next":"/n","warnings":[]}',
        b'{"messages":[{"messageId":"1"}],"limit":20,"next":"/n","total":5,"warnings":[{"errorId":1}]}',
        b'{"total":5,"messages":[{"messageId":"1","messageMedia":[]}],"limit":20,"next":"/n"}',
    ],
)
def test_an_envelope_that_is_read_alone_has_all_its_keys(body: bytes) -> None:
    found = read_envelope(SHAPES["messages"].table, body, call="messages")
    assert (found.get("total"), found.get("limit"), found.get("next")) == ("5", "20", "/n")


def test_many_bodies_that_are_read_together_are_those_that_are_read_alone() -> None:
    shape = SHAPES["messages"]
    plain = [shape.envelope([{"messageId": f"{n}-{m}", "messageMedia": []} for m in range(n)], n) for n in range(4)]
    sent = [json.dumps(body).encode() for body in plain]
    together = decode_together(shape.table, sent)
    assert together is not None
    assert together.lengths == [0, 1, 2, 3]
    assert together.frame.to_dicts() == [row for body in sent for row in decoded(shape, body)[0]]


@pytest.mark.parametrize(
    "odd",
    [
        b'{"messages":[{"messageId":"1"}],"x":[{"messageId":"2"}],"total":1}',
        b'{"messages":[{"messageId":"1"}],"list":[{"messageId":"2"}],"total":1}',
        b'{"messages":[{"messageId":"1"}],"messages":[{"messageId":"2"}],"total":1}',
        b'{"messages":[{"messageId":{}}],"total":1}',
        b'{"messages":[{"newKey":1}],"total":1}',
        b'{"messages":[null],"total":1}',
        b'{"messages":[{"messageMedia":[null]}],"total":1}',
        b'{"messages":[{"messageId":"1"},],"total":1}',
        b'{"messages":[{"messageId":"1"}],"total":1,"new":1}',
        b'{"total":0}',
        b"",
    ],
)
def test_a_body_that_needs_a_closer_look_is_not_read_together_with_others(odd: bytes) -> None:
    good = b'{"messages":[{"messageId":"0"}],"total":1}'
    for bodies in ([odd], [good, odd], [odd, good], [good, odd, good]):
        assert decode_together(SHAPES["messages"].table, bodies) is None


@pytest.mark.parametrize("size", [1, 4000], ids=["in pieces", "in larger ones"])
@pytest.mark.parametrize("value", ["new", 5, {"a": {"b": "c"}, "d": None}, {}, [{"a": "b"}], {"a": []}], ids=str)
@pytest.mark.parametrize("place", ["row", "object", "list"])
def test_an_unknown_key_of_many_rows_is_counted_in_all_pieces(
    size: int, value: Json, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "PIECE", size)
    shape = SHAPES["conversations"]
    rows = whole(shape)["conversations"] * 5
    paths = {
        "row": "conversations[].newKey",
        "object": "conversations[].latestMessage.newKey",
        "list": "conversations[].latestMessage.messageMedia[].newKey",
    }
    for number, row in enumerate(rows := json.loads(json.dumps(rows))):
        latest = row["latestMessage"]
        at = {"row": row, "object": latest, "list": latest["messageMedia"][1]}[place]
        if number % 5 != 2:
            at["newKey"] = value
    found, problems = decoded(shape, json.dumps(shape.envelope(rows, 15), separators=(",", ":")).encode())
    assert len(found) == 15
    assert counts(problems) == {("unknown_key", paths[place]): 12}


def test_an_unknown_key_that_changes_its_type_is_counted_in_all_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "PIECE", 1)
    values: list[Json] = ["new", "newer", 5, {"a": 1}, [1], True, {"a": {"b": 1}}, "last", {"a": 2}]
    rows: list[Json] = [{"conversationId": str(number), "newKey": value} for number, value in enumerate(values)]
    found, problems = decoded(CONVERSATIONS, json.dumps(CONVERSATIONS.envelope(rows, 9)).encode())
    assert [row["conversation_id"] for row in found] == list("012345678")
    assert counts(problems) == {("unknown_key", "conversations[].newKey"): 9}
    assert problems[0].row_key == "0"


def test_unknown_keys_of_listings_with_and_without_leads_are_counted_in_all_pieces(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(text, "PIECE", 1)
    shape = SHAPES["leads"]
    listings: list[Json] = [
        {
            "itemId": str(number),
            "newKey": "x",
            "responses": [{"userId": f"{number}-{lead}", "newer": {"a": 1}} for lead in range(number % 3)],
        }
        for number in range(9)
    ]
    body = json.dumps(shape.envelope(listings, 9), separators=(",", ":")).encode()
    found, problems = decoded(shape, body)
    assert (found, counts(problems)) == reference(shape, body)
    assert counts(problems) == {
        ("unknown_key", "classifiedLeads[].newKey"): 9,
        ("unknown_key", "classifiedLeads[].responses[].newer"): 9,
    }
