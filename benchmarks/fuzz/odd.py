"""Odd texts, numbers and pieces of JSON and XML: what parsers stumble over."""

from __future__ import annotations

from typing import Any

DEEP = 100_000
NUMBERS = (
    *("0", "-0", "1.70", "1e400", "-1e-400", "9" * 30, "9" * 400, "9" * 5_000, "18446744073709551616", "0x1F", "1_000"),
    *("1.", ".5", "+1", "01", "NaN", "Infinity", "-Infinity", "true", "null", "1E5", "-", "1e", "9223372036854775808"),
)
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1.5,
        2**63,
        -(2**63) - 1,
        10**30,
        1e308,
        "",
        " ",
        "\x00",
        "\ud800",
        "a\udc00b",
        "\ufeff",
    ),
    *([], {}, [[]], [None], [{}], {"a": None}, {"": {"": []}}, [1, "a", None, {}], {"itemId": [{"itemId": 1}]}),
    *("2026-13-45T99:99:99Z", "0000-00-00T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "2026-08-01T10:00:00+99:99"),
    *(
        "-262145-01-01T00:00:00Z",
        "1" * 40,
        "1." + "0" * 60,
        "-" * 9,
        "1e9",
        "NaN",
        "\u202e",
        "x" * 70_000,
        '"}],{":[',
        "\\",
    ),
    *(
        "http://[::1",
        "//x/conversation/%ff",
        "?offset=\x00",
        "/conversation/",
        "{mxnewline}",
        "2018-03-06 06:55:46.0000000",
    ),
)
TEXTS = (
    *(
        b"",
        b" ",
        b"\n\t",
        b"&",
        b"&&amp;",
        b"&nbsp;",
        b"&bogus;",
        b"&#0;",
        b"&#11;",
        b"&#xD800;",
        b"&#1114112;",
        b"&#99999999;",
    ),
    *(
        b"\x00",
        b"\x0b",
        b"\xff",
        b"\xed\xa0\x80",
        b"\xef\xbf\xbe",
        b"<",
        b">",
        b"]]>",
        b"<![CDATA[",
        b"<![CDATA[]]>",
        b"<!--",
        b"-->",
    ),
    *(
        b"<b>x",
        b"<br>",
        b"<p>a<p>b",
        b"<a href=x>y</a>",
        b"<?pi ?>",
        b"<?xml version='1.0'?>",
        b"<x:y/>",
        b"<e xmlns=''/>",
    ),
    *(
        b"<script>if(a<b&&c>d){}</script>",
        b"<div id='UserInputtedText'>hi</div>",
        b"&lt;div id=&quot;UserInputtedText&quot;&gt;",
    ),
    *(
        b"2026-13-45T99:99:99Z",
        b"99999-01-01T00:00:00.000Z",
        b"2026-08-01T10:00:00",
        b"0",
        b"Success",
        b"Failure",
        b"PartialFailure",
    ),
    *(
        b"<![CDATA[a]]><![CDATA[b]]>",
        b"<![CDATA[&amp;<b>]]>",
        b"x" * 70_000,
        "\U0001f697\u2028".encode(),
        b"\xf0\x9f\x98",
    ),
)
TOKENS = (
    *(
        b"null",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b'"',
        b"\\",
        b"\\u",
        b"\\ud800",
        b"\\udc00\\ud800",
        b"\\u0000",
        b"\x00",
        b"//",
        b"#",
    ),
    *(
        b"{}",
        b"[]",
        b",,",
        b'"":',
        b"NaN",
        b"1e999",
        b'"classifiedLeads":[',
        b'"responses":[]',
        b'"total":',
        b'"Leads":[{',
    ),
    *(
        b"<",
        b">",
        b"</",
        b"/>",
        b"<!",
        b"<!DOCTYPE x>",
        b"<!doctype x>",
        b"<!ENTITY a 'b'>",
        b"<Ack>Failure</Ack>",
        b"<Errors/>",
    ),
    *TEXTS,
)
DECLARATIONS = (
    *(b"", b"\n", b'<?xml version="1.0"?>', b'<?xml version="1.1" encoding="UTF-8"?>', b'<?xml version="9"?>'),
    *(
        b'<?xml version="1.0" encoding="%b"?>' % name
        for name in (b"utf-16", b"latin-1", b"us-ascii", b"rot13", b"nope", b"hex")
    ),
    *(
        b'<?xml version="1.0" encoding="%b"?>' % name
        for name in (b"UTF-32", b"utf-7", b"idna", b"base64", b"zip", b"punycode")
    ),
)
DOCTYPES = (
    *(
        b"<!DOCTYPE a>",
        b"<!doctype html>",
        b"<!DOCTYPE a SYSTEM 'file:///dev/zero'>",
        b"<!DOCTYPE a [<!ENTITY n SYSTEM 'file:///dev/zero'>]>",
    ),
    b"<!DOCTYPE a [<!ENTITY b0 'boom'>%b]>"
    % b"".join(b"<!ENTITY b%d '%b'>" % (n, b"&b%d;" % (n - 1) * 10) for n in range(1, 10)),
)
