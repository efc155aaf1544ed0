"""Which thread and which mail belong to a lead: by ids, else by listing, buyer and time; ambiguous is no link.

R1: the ``external_message_id`` of a mail is the ``message_id`` of the lead's first question. R2: listing and buyer are
the same, and the mail came within ten minutes of the lead. R3: listing and buyer are the same. User names are compared
in lower case; a user name and an immutable id are never taken for one buyer. Where both frames have ``account``, it has
to be the same, too.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import polars as pl

from leadkit.metrics.lead_records import exchange_fields, utc

ACCOUNT = pl.col("^account$").fill_null("")
"""The account where there is one, in a form that joins: without a name it is one, too."""
_EBAY = ["".join(letters) for letters in product("eE", "bB", "aA", "yY")]  # a fifth of the time of lower case
NEAR = timedelta(minutes=10)
"""How far the question of a lead may be from its submission."""
SENT_FOLDER = "1"
MEMBER_TYPES = (
    "AskSellerQuestion",
    "ClassifiedsBestOffer",
    "ClassifiedsContactSeller",
    "ContactEbayMember",
    "ContactMyBidder",
    "ContactTransactionPartner",
    "ContacteBayMemberViaAnonymousEmail",
    "ContacteBayMemberViaCommunityLink",
    "ResponseToASQQuestion",
    "ResponseToContacteBayMember",
)
"""The types of mail that members write to each other; other sites than the US send no type."""


def keys(left: pl.LazyFrame, right: pl.LazyFrame, *names: str) -> list[str]:
    """These columns, and ``account`` before them where both frames have it."""
    both = set(left.collect_schema()) & set(right.collect_schema())
    return [*(["account"] if "account" in both else []), *names]


def folded(name: str) -> pl.Expr:
    """A user name in lower case; null where there is none, or where it is eBay's own."""
    text = pl.col(name).str.strip_chars().str.to_lowercase()
    return pl.when(~text.is_in(["", "ebay"])).then(text).alias(name)


def is_ebay(name: str) -> pl.Expr:
    """Whether a user name is eBay's own, in upper or lower case; false where there is none."""
    return pl.col(name).is_in(_EBAY).fill_null(value=False)


def who(leads: pl.LazyFrame) -> pl.LazyFrame:
    """What leads are linked by: ``row``, account, listing, ``buyer`` and ``submitted_at``; those that have all."""
    return leads.select("row", ACCOUNT, "item_id", folded("user_id").alias("buyer"), "submitted_at").drop_nulls(
        ["item_id", "buyer", "submitted_at"]
    )


def threads_of(leads: pl.LazyFrame, said: pl.LazyFrame, *parties: str) -> pl.LazyFrame:
    """Each lead with each thread about its listing in which its buyer takes part (R3).

    Args:
        leads: one row per lead.
        said: messages, or conversations; needs conversation_id and reference_id.
        parties: the columns with the names of those who take part.

    Returns:
        row, account, buyer, submitted_at and conversation_id.
    """
    place = said.select("^account$", "conversation_id", pl.col("reference_id").alias("item_id"), *parties)
    taking_part = pl.concat(
        place.select(pl.exclude(parties), folded(party).alias("buyer")).drop_nulls() for party in parties
    ).unique()
    asking = who(leads)
    return asking.join(taking_part, on=keys(asking, taking_part, "item_id", "buyer")).drop("item_id")


def questions_in(mail: pl.LazyFrame, leads: pl.LazyFrame, records: pl.LazyFrame) -> pl.LazyFrame:
    """Each lead with the one mail that is its question: ``row``, account, message_id and ``rule`` (R1, R2)."""
    copies = received(mail).unique(keys(mail, mail, "message_id"), keep="first", maintain_order=True)
    known = _by_id(copies, records)
    first = known.filter("first")
    by_id = first.filter(_is_alone(first, "row"))
    on = keys(copies, known, "message_id")
    near = _near(copies.join(known, on=on, how="anti"), leads).join(by_id, on="row", how="anti")
    rules = [by_id.with_columns(rule=pl.lit("R1")), near.with_columns(rule=pl.lit("R2"))]
    return pl.concat(one.select("row", *on, "rule") for one in rules)


def received(mail: pl.LazyFrame) -> pl.LazyFrame:
    """What members wrote to the seller, as far as it can be told apart."""
    return between_members(mail).filter((pl.col("folder_id") != SENT_FOLDER) & pl.col("message_id").is_not_null())


def between_members(mail: pl.LazyFrame) -> pl.LazyFrame:
    """Without what eBay wrote."""
    if "message_type" not in mail.collect_schema():
        return mail
    return mail.filter(pl.col("message_type").is_null() | pl.col("message_type").is_in(MEMBER_TYPES))


def _by_id(copies: pl.LazyFrame, records: pl.LazyFrame) -> pl.LazyFrame:
    """The mails whose external id is that of a question of one lead, and of no other."""
    asked = _questions(records)
    on = keys(copies, asked, "external_message_id")
    found = copies.filter(pl.col("external_message_id") != "").join(asked, on=on)
    return found.filter(_is_alone(found, "message_id"))


def _questions(records: pl.LazyFrame) -> pl.LazyFrame:
    """The ids of each lead's questions; ``first`` is true of the one that was asked first."""
    dtype = records.collect_schema().get("exchanges", pl.Null())
    if dtype == pl.Null():
        columns = {"row": pl.UInt32(), "external_message_id": pl.String(), "first": pl.Boolean()}
        return pl.LazyFrame(schema=columns)
    fields = pl.col("exchanges").struct
    asked_at = utc(fields["created_at"], exchange_fields(dtype)["created_at"])
    return (
        records.select("row", ACCOUNT, "exchanges")
        .explode("exchanges", empty_as_null=False, keep_nulls=False)
        .select(
            "row", "^account$", fields["message_id"].cast(pl.String).alias("external_message_id"), asked_at=asked_at
        )
        .drop_nulls("external_message_id")
        .unique(["row", "external_message_id"], keep="first", maintain_order=True)
        .sort("row", "asked_at", nulls_last=True, maintain_order=True)
        .with_columns(first=(pl.col("row") != pl.col("row").shift()).fill_null(value=True))
    )


def _near(copies: pl.LazyFrame, leads: pl.LazyFrame) -> pl.LazyFrame:
    """The mails that came within ten minutes of one lead and of no other, where it is the only one."""
    asking = who(leads)
    named = copies.with_columns(buyer=folded("sender"))
    gap = (pl.col("received_at") - pl.col("submitted_at")).abs()
    found = asking.join(named, on=keys(asking, named, "item_id", "buyer")).filter(gap <= NEAR)
    return found.filter(_is_alone(found, "row") & _is_alone(found, "message_id"))


def _is_alone(pairs: pl.LazyFrame, name: str) -> pl.Expr:
    return pl.len().over(keys(pairs, pairs, name)) == 1
