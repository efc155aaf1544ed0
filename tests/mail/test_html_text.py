"""The text that a person wrote, out of any HTML."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from growth import LINEAR, growth
from hypothesis import given, settings
from hypothesis import strategies as st

from leadkit.decode.html_text import newest_message


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("  plain \n text ", "plain \n text"),
        ("", None),
        (" \n", None),
        ("3 < 4 and 5 > 4", "3 < 4 and 5 > 4"),
        ("R&amp;D, as I typed it", "R&amp;D, as I typed it"),
        ("write to <ann@example.com> please", "write to <ann@example.com> please"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<p>a\n  b&nbsp; c</p>", "a b c"),
        ("<b>a</b><i>b</i>", "ab"),
        ("<ul><li>a<li>b</ul>", "a\n\nb"),
        ("<table><tr><td>a<td>b</tr><tr><th>c</th></tr></table>", "a b\n\nc"),
        ("<p>R&amp;D &lt;3 &eacute;&#233;&#xe9;</p>", "R&D <3 ééé"),
        ("<p>a<!-- hidden --><?hidden?>b</p>", "ab"),
        ("<script>hidden</script><style>hidden</style>a", "a"),
        ("<head><title>hidden</title></head><body>a</body>", "a"),
        ("<template><p>hidden</p></template>a<object><p>hidden</p></object>b", "ab"),
        ("<noscript><p>hidden</p></noscript>a", "a"),
        ("<!-- hidden -->", None),
        ("<br>", None),
        ("<p></p>", None),
        ('<div id="UserInputtedText">new</div><div id="UserInputtedText1">old</div>', "new"),
        ("<div id=UserInputtedText>new</div>old", "new"),
        ('<div id="UserInputtedText">a</div><div id="UserInputtedText">b</div>', "a"),
        ('<div id="UserInputtedText"></div>old', None),
        ("<div id='PrimaryMessage'>new</div><div id='MessageHistory1'>old</div>", "new"),
        ("<div id='MessageHistory1'>old</div><div id='PrimaryMessage'>new</div>", "new"),
        ("<div id='PrimaryMessage'>a<div id='UserInputtedText'>new</div></div>b", "new"),
        ("<div id='PrimaryMessage'>new<div id='UserInputtedText1'>old</div></div>b", "new"),
        ("<div id='UserInputtedText'>new<div id='UserInputtedText1'>old</div>", "new"),
        ("<p>a</p><div id='MessageHistory1'>old<p>old</p></div>b<i id=UserInputtedText12>old</i>c", "a\n\nbc"),
        ("<p id='MessageHistory'>a</p><p id='UserInputtedText1b'>b</p>", "a\n\nb"),
        ("<div id='MessageHistory1'>old</div>", None),
        ('<div id="userinputtedtext">a</div>b', "a\nb"),
        ('<div id="UserInputtedText">never closed', "never closed"),
        ("&lt;p&gt;a &amp;amp; b&lt;/p&gt;", "a & b"),
        ("&lt;div id=&quot;UserInputtedText&quot;&gt;new&lt;/div&gt;old", "new"),
        ("<p><o:p>word</o:p></p>", "word"),
        ("</p>a", "a"),
        ("<p title='<br>a>b' class=\"c>d\">x</p>", "x"),
        ("<br id=a>b<hr title='>'>c", "b\n\nc"),
        ("<a b:c='>'>x</a><p xmlns='u:>'>y</p>", "x\ny"),
        ("<p>a&#13;b&#10;c\r\nd</p>", "a b c d"),
        ("<p>&lt;br&gt; &amp;lt;b&amp;gt; ]]&gt;</p>", "<br> &lt;b&gt; ]]>"),
        ("<a", "<a"),
        ("<p>\ud800a</p>", "?a"),
    ],
)
def test_the_text_of_html(html: str, text: str | None) -> None:
    assert newest_message(html) == text


def test_html_that_is_nested_deeper_than_the_parser_goes_loses_its_tags_only() -> None:
    assert newest_message("<div>" * 5000 + "a &amp; b") == "a &amp; b"


def test_html_with_more_attributes_than_anybody_writes_loses_its_tags_only() -> None:
    many = " ".join(f"b{number}='x'" for number in range(3000))
    assert newest_message(f"<p {many}>a</p> <p>b</p>") == "a b"
    large = f"<p class='a b' style=\"{'x' * 30_000} / \">a</p>"  # large, and nothing unusual
    assert newest_message(f'{large}<div id="UserInputtedText">new</div>') == "new"


PARTS = st.sampled_from(
    [
        "<",
        ">",
        "&",
        "&lt;",
        "&gt;",
        "&amp;",
        "&quot;",
        "&#0;",
        "&#xD800;",
        "<p>",
        "</p>",
        "<br/>",
        "<div id='UserInputtedText'>",
        "</div>",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<!DOCTYPE html>",
        "<?xml encoding='utf-16'?>",
        "<svg>",
        "<math>",
        "<table>",
        "<td>",
        "<select>",
        "<frameset>",
        "<html>",
        "<body>",
        "<title>",
        "<template>",
        "=",
        '"',
        "'",
        "\x00",
        "\ud800",
        "\ufeff",
        "\n",
        "\xa0",
        "a",
        "é",
        "🚗",
        "<a b",
        "<meta charset='utf-16'>",
        "<base>",
        "<plaintext>",
    ]
)


@settings(max_examples=200)
@given(st.lists(PARTS, max_size=25).map("".join) | st.text(max_size=60))
def test_whatever_it_is_it_becomes_a_text_or_none(html: str) -> None:
    found = newest_message(html)
    assert found is None or found.strip() == found != ""


@given(st.text(st.characters(exclude_characters="<&")))
def test_what_is_no_html_stays_as_it_is(text: str) -> None:
    assert newest_message(text) == (text.strip() or None)


WORDS = st.lists(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1), min_size=1, max_size=5)


@given(WORDS, WORDS)
def test_the_newest_message_is_all_that_is_returned(new: list[str], old: list[str]) -> None:
    history = "".join(f"<div id='UserInputtedText{n}'>{word}</div>" for n, word in enumerate(old, 1))
    html = f"<html><p>x</p><div id='UserInputtedText'>{'<br>'.join(new)}</div>{history}</html>"
    assert newest_message(html) == "\n".join(new)


HEAVY: dict[str, Callable[[int], str]] = {
    **{
        tag: lambda n, tag=tag: tag * n
        for tag in (
            "<div>",
            "<b>",
            "<p>",
            "<br>",
            "<a>",
            "<td>",
            "<table><tr>",
            "<form>",
            "<select>",
            "</p>",
            "<!--",
            "<!-- -->",
            "<?",
            "<![CDATA[",
            "<p><script>",
            "<p><title>",
            "<a b='",
            "<a b=\"c' ",
            "&amp",
            "&lt;",
            "<",
            "<a",
            "<a=",
            "\x00",
            "<p>\n",
            "\n\n\n",
            "<svg>",
            "<font a=b>",
            "<li>",
            "<p><b>",
            "<b>x</b>",
            "<hr>",
            "<br id=a>",
            "<ul><li>x</ul>",
            "<p id=UserInputtedText1>x</p>",
            "<p title='a>b'>x",
            "<title>x</title>",
        )
    },
    "attributes": lambda n: "<a " + " ".join(f"b{one}" for one in range(n)) + ">",
    "attributes with values": lambda n: "<a " + "".join(f"b{one}='x'" for one in range(n)) + ">",
    "attributes with slashes": lambda n: "<a/" + "/".join(f"b{one}" for one in range(n)) + ">",
    "the same attribute": lambda n: "<a " + "b " * n + ">",
    "blanks": lambda n: "<p>" + " " * n + "</p>",
    "blanks in a tag": lambda n: "<p" + " " * n + "</p>",
}


@pytest.mark.parametrize("made", HEAVY.values(), ids=HEAVY)
def test_whatever_is_repeated_costs_in_proportion(made: Callable[[int], str]) -> None:
    assert growth(newest_message, made(15_000), made(30_000)) < LINEAR
