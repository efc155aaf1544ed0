"""Large mailboxes over HTTP, and long messages: every row and every word arrives."""

from __future__ import annotations

from math import ceil

import pytest

import leadkit as lk
from benchmarks.large_mailbox import FIRST_ID, FORMS, long_message, shop_with_mail
from leadkit.sandbox import Sandbox


@pytest.mark.parametrize("form", FORMS)
def test_a_message_of_two_megabytes_is_read_whole(form: str) -> None:
    body, words = long_message(2_000_000, form)
    assert len(words) > 2_000_000
    problems: list[dict] = []
    found = lk.read_mail(body, problems=problems)
    assert found["text"].to_list() == [words]
    assert "UserInputtedText" in found["html"].item()
    assert problems == []


@pytest.mark.parametrize("count", [431, pytest.param(100_000, marks=pytest.mark.slow)])
def test_a_mailbox_of_any_size_comes_whole(count: int) -> None:
    with (
        Sandbox(dealership=shop_with_mail(count)) as sandbox,
        lk.Ebay(sandbox.token, base_url=sandbox.url, sellers=sandbox.dealership.sellers) as ebay,
    ):
        found = ebay.mail()
        pages = ebay.requests.filter(source="mail").get_column("rows")
    assert found["message_id"].to_list() == [str(FIRST_ID + n) for n in range(count)]
    assert found["received_at"].is_sorted()
    assert pages.sum() == count
    assert len(pages.filter(pages > 0)) == ceil(count / 200)
    assert ebay.problems.filter(kind="duplicate").is_empty()
