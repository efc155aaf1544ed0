"""Who of two is the seller: by the account's own names, else the one name that takes part in every thread."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from leadkit.problems import Problem, Problems

_ENOUGH = 2
"""Of one thread alone, both names take part in every thread."""


def with_sender(messages: pl.DataFrame, sellers: Collection[str], problems: Problems) -> pl.DataFrame:
    """Messages with ``from_seller``: true, false, or null where it is not known."""
    names = sellers or _found(messages, problems, source="messages", parties=("sender", "recipient"))
    return messages.with_columns(from_seller=_is_one_of("sender", names))


def with_other_party(conversations: pl.DataFrame, sellers: Collection[str], problems: Problems) -> pl.DataFrame:
    """Conversations with ``other_party``: the one of sender and recipient who is not the seller."""
    parties = ("latest_sender", "latest_recipient")
    names = sellers or _found(conversations, problems, source="conversations", parties=parties)
    other = (
        pl.when(_is_one_of("latest_sender", names))
        .then("latest_recipient")
        .when(_is_one_of("latest_recipient", names))
        .then("latest_sender")
    )
    return conversations.with_columns(other_party=other)


def _is_one_of(column: str, names: Collection[str]) -> pl.Expr:
    if not names:
        return pl.lit(None, dtype=pl.Boolean)
    return _folded(column).is_in(sorted(name.casefold() for name in names))


def _found(frame: pl.DataFrame, problems: Problems, *, source: str, parties: tuple[str, str]) -> list[str]:
    if frame.is_empty():
        return []
    found = _in_every_thread(frame, *parties)
    kind, detail = (
        ("seller_inferred", "no sellers= given: the one name that takes part in every thread is taken for the seller")
        if found
        else ("seller_unknown", "no sellers= given, and no single name takes part in every thread: pass sellers=")
    )
    problems.add(Problem(source, kind, column=parties[0], detail=detail))
    return found


def _in_every_thread(frame: pl.DataFrame, sender: str, recipient: str) -> list[str]:
    """The one name of all threads, as a list; empty where there is none, or more than one."""
    by_thread = (
        pl.concat(frame.select("conversation_id", name=_folded(column)).drop_nulls() for column in (sender, recipient))
        .unique()
        .group_by("name")
        .len()
    )
    threads = frame.filter(_folded(sender).is_not_null() | _folded(recipient).is_not_null())
    count = threads.get_column("conversation_id").drop_nulls().n_unique()
    everywhere = by_thread.filter(pl.col("len") == count).get_column("name").to_list()
    return everywhere if count >= _ENOUGH and len(everywhere) == 1 else []


def _folded(column: str) -> pl.Expr:
    return pl.col(column).str.to_lowercase()
