"""The rows of GetMyMessages' answers: messages with their texts, folders with their names."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

import polars as pl

from leadkit.decode.html_text import newest_message
from leadkit.decode.xml import children
from leadkit.fetch import completed, looks_of, tell_without_key, union
from leadkit.mail_records import FOLDERS, MAIL, TOTALS
from leadkit.problems import Problem, Problems
from leadkit.records import Column
from leadkit.tables import decode_elements
from leadkit.trading import Said, rows_inside, with_blanks

ROOT = "GetMyMessagesResponse"
NAMES = {"0": "Inbox", "1": "Sent"}
"""The folders whose names the API does not send."""
ENVELOPE = frozenset(
    {"Timestamp", "Ack", "Version", "Build", "CorrelationID", "Errors", "HardExpirationWarning", "Messages", "Summary"}
    | {"Alerts", "EIASToken", "NotificationEventName", "RecipientUserID"}
)


_ON_ONE_LINE = pl.element().struct.with_fields(pl.field("url").str.replace_all(r"\s", ""))


def mail_rows(said: Said, *, account: str, fetched_at: datetime | None, problems: Problems) -> pl.DataFrame:
    """The messages of one answer, their `text` as sent; what was odd in them goes to the problems."""
    decoded = decode_elements(MAIL, rows_inside(said.root, "Messages", "Message", MAIL, problems))
    rows = completed(MAIL, decoded.frame, account=account, fetched_at=fetched_at)
    problems.add_misfits(decoded.misfits, MAIL, rows)
    return rows.with_columns(
        with_blanks(rows.get_column("subject"), as_one=" "),
        with_blanks(rows.get_column("response_url"), as_one=""),
        pl.col("media").list.eval(_ON_ONE_LINE),
    )


def folder_rows(said: Said, *, account: str, fetched_at: datetime | None, problems: Problems) -> pl.DataFrame:
    """The folders of one answer and the row of their totals; what was odd in them goes to the problems."""
    summaries = children(said.root, "Summary")
    found = [folder for summary in summaries for folder in children(summary, "FolderSummary")]
    decoded = decode_elements(FOLDERS, found)
    rows = completed(FOLDERS, decoded.frame, account=account, fetched_at=fetched_at)
    problems.add_misfits(decoded.misfits, FOLDERS, rows)
    tell_without_key(problems, FOLDERS, rows.get_column("folder_id").null_count())
    for folder in found:
        folder.getparent().remove(folder)
    of_all = decode_elements(TOTALS, summaries)
    total = completed(FOLDERS, of_all.frame, account=account, fetched_at=fetched_at)
    without_id = [replace(misfit, row=None) for misfit in of_all.misfits]
    problems.add_misfits(without_id, TOTALS, of_all.frame)
    known = pl.col("folder_id").replace_strict(NAMES, default=None, return_dtype=pl.String)
    return union(FOLDERS, [rows.with_columns(name=pl.coalesce("name", known)), total])


def merged(mail: pl.DataFrame) -> pl.DataFrame:
    """Each message once, with the last that is known of each of its columns; those without an id are all kept."""
    known = mail.filter(pl.col("message_id").is_not_null())
    if known.get_column("message_id").n_unique() == len(mail):
        return mail
    once = known.group_by("message_id", maintain_order=True).agg(
        pl.all().exclude("html", "text").drop_nulls().last(), _last_written("html"), _last_written("text")
    )
    once = once.select(mail.columns)
    return pl.concat([once, mail.filter(pl.col("message_id").is_null())])


def _last_written(name: str) -> pl.Expr:
    """The last that has more than blanks in it, else the last that is known."""
    column = pl.col(name)
    return pl.coalesce(column.filter(column.str.contains(r"\S")).last(), column.drop_nulls().last())


def with_text(mail: pl.DataFrame) -> pl.DataFrame:
    """The messages with the plain text of those that have HTML and no Content; each is whole by now."""
    if mail.get_column("html").null_count() == len(mail):
        return mail
    pairs = mail.select("text", "html").iter_rows()
    texts = [newest_message(html) if not (text or "").strip() and html else text for text, html in pairs]
    return mail.with_columns(pl.Series("text", texts, dtype=pl.String))


def tell_in_folders(problems: Problems, mail: pl.DataFrame) -> None:
    """Tell how many messages stand in more than one folder."""
    known = mail.select("message_id", "folder_id").drop_nulls().unique()
    if again := len(known) - known.get_column("message_id").n_unique():
        detail = "messages that stand in more than one folder are kept once, as in the last of them"
        problems.add(Problem(MAIL.name, "duplicate", "folder_id", count=again, detail=detail))


def named(mail: pl.DataFrame, folders: pl.DataFrame) -> pl.DataFrame:
    """The messages with the names that the folders have."""
    known = NAMES | dict(folders.select("folder_id", "name").drop_nulls().iter_rows())
    name = pl.col("folder_id").replace_strict(known, default=None, return_dtype=pl.String)
    return mail.with_columns(folder_name=pl.coalesce("folder_name", name))


def only_selected(mail: pl.DataFrame, output: Collection[str], *, bodies: bool) -> pl.DataFrame:
    """The messages as the API sends them where it is asked for these fields; the id and the texts of bodies stay."""
    names = {name.rpartition(".")[2] for name in output}
    kept = {"message_id", *(("html", "text") if bodies else ())}
    kept |= {column.name for column in MAIL.columns if column.path is None or names & _steps_to(column)}
    kept |= {"folder_name"} if "folder_id" in kept else set()  # by which it is known
    others = [name for name in MAIL.schema if name not in kept]
    return mail.with_columns(pl.lit(None, dtype=MAIL.schema[name]).alias(name) for name in others)


def _steps_to(column: Column) -> set[str]:
    """The elements around a column's value, and in it."""
    paths = [column.path or "", *(child.path or "" for child in column.children)]
    return {step.removesuffix("[]") for path in paths for step in path.split(".")}


def oldest_first(mail: pl.DataFrame) -> pl.DataFrame:
    """In the order in which the mailbox received them, as the API sends them."""
    return mail.sort("received_at", "message_id", nulls_last=True)


def keys_of(rows: pl.DataFrame) -> tuple[str, ...]:
    """By what the rows of a page are known when they come again: their ids, else what stands in them."""
    ids = rows.get_column("message_id")
    if ids.has_nulls():
        place = pl.int_range(pl.len()).over("looks")  # of those that look alike in one page, none is another's repeat
        ids = ids.fill_null(looks_of(rows).to_frame("looks").select(pl.format("{} {}", "looks", place)).to_series())
    return tuple(ids)
