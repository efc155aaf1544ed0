"""What a reviewer found in the mailbox, each with what is done about it."""

from __future__ import annotations

import pytest

import leadkit as lk
from leadkit.decode.html_text import newest_message
from leadkit.sandbox import Sandbox

HEAD, TAIL = "<GetMyMessagesResponse><Ack>Success</Ack><Messages>", "</Messages></GetMyMessagesResponse>"


@pytest.mark.parametrize(
    "text",
    [
        "if a<b and c>d then",
        "Is it < 5000 or <joe@example.com> ok?\nline two",
        "price <Dollar 500>",
        "a &lt;b&gt; c",
        "It&#39;s &amp; ok",
    ],
)
def test_a_plain_text_with_pointed_brackets_is_no_html(text):
    assert newest_message(text) == text


@pytest.mark.parametrize("tag", ["noscript", "object", "iframe", "script", "style"])
def test_nothing_inside_a_hidden_element_is_read(tag):
    assert newest_message(f"<div><{tag}><p>hidden</p></{tag}>seen</div>") == "seen"


def test_a_script_with_cdata_does_not_swallow_the_messages_behind_it():
    page = "<html><script>//<![CDATA[\nx=1 && y\n//]]></script><body>Hello<br>there</body></html>"
    others = "".join(f"<Message><MessageID>{key}</MessageID></Message>" for key in (2, 3))
    problems = []
    found = lk.read_mail(
        f"{HEAD}<Message><MessageID>1</MessageID><Text>{page}</Text></Message>{others}{TAIL}".encode(),
        problems=problems,
    )
    assert found["message_id"].to_list() == ["1", "2", "3"]
    assert found["text"][0] == "Hello\nthere"
    assert {row["kind"] for row in problems} == {"repaired_xml"}


def test_a_secret_that_a_server_sends_back_is_in_no_error():
    with Sandbox(leads=10) as sandbox, lk.Ebay(sandbox.token, base_url=sandbox.url) as ebay:
        sandbox.faults.add("body", body=f'{{"errors": [{{"errorId": 1, "message": "{sandbox.token}"}}]}}'.encode())
        for fetch in (ebay.mail, ebay.leads):
            with pytest.raises(lk.BadResponse) as caught:
                fetch()
            told = f"{caught.value} {caught.value.errors} {caught.value.code}"
            assert sandbox.token not in told
            assert "***" in told


def test_bodies_come_also_where_fields_are_selected():
    with Sandbox(leads=20) as sandbox, lk.Ebay(sandbox.token, base_url=sandbox.url) as ebay:
        found = ebay.mail(folder=1, output="Subject", bodies=True)
        assert found["html"].null_count() + found["text"].null_count() < 2 * len(found)
