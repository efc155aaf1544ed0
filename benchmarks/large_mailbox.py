"""Mailboxes of any size and messages of any length, as the sandbox would have them."""

from __future__ import annotations

from dataclasses import replace

from leadkit.sandbox import Dealership, mail_body

FIRST_ID = 150_000_000_000
FORMS = ("cdata", "escaped", "inline")


def shop_with_mail(count: int) -> Dealership:
    """A dealership with so many messages: ids and times rise, the rest is that of a real mailbox again and again."""
    shop = Dealership(seed=7, leads=400)
    first, patterns = shop.now_ms - 2 * count * 1_000, shop.mail
    mails = tuple(
        replace(patterns[n % len(patterns)], message_id=str(FIRST_ID + n), at=first + n * 1_000, flaw=None)
        for n in range(count)
    )
    shop.mailbox = replace(shop.mailbox, mails=mails)
    return shop


def long_message(size: int, form: str) -> tuple[bytes, str]:
    """An answer with one message of so many bytes, its HTML in this form; and what its buyer wrote."""
    line = "Is it <still> there & what's the price? "
    words = f"{line}\n" * (size // len(line) + 1)
    shop = Dealership(seed=7, leads=12)
    mail = replace(shop.mail[0], form=form, body=words, earlier=(), content=False, flaw=None, subject="Long")
    shop.mailbox = replace(shop.mailbox, mails=(mail,))
    return mail_body(shop, "ReturnMessages"), "\n".join(line.strip() for line in words.split("\n")).strip()
