"""The seller's My Messages: Inbox copies of what buyers wrote, Sent copies of what the seller did, and eBay's mail."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from leadkit.sandbox.cast import Buyer
from leadkit.sandbox.clerk import Clerk
from leadkit.sandbox.leads import Lead
from leadkit.sandbox.mails import SENT, Habits, Mail
from leadkit.sandbox.moments import MINUTE
from leadkit.sandbox.scenes import Scene
from leadkit.sandbox.threads import Thread, Threads

FIRST_MAIL_ID, ID_STEP = 148_020_000_000, 37
CONFLICT_EVERY = 60


@dataclass(frozen=True, slots=True)
class Mailbox:
    """All messages that have not expired, the oldest first, and where each story's copies are."""

    mails: tuple[Mail, ...]
    habits: tuple[Habits, ...]
    copies: Mapping[tuple[int, int], Mail]  # by story and event
    conflicts: frozenset[int]  # numbers of the leads whose UserResponseDate is too early

    def copy(self, scene: int, event: int | None) -> Mail | None:
        """Find the copy of what a story's event was."""
        return None if event is None else self.copies.get((scene, event))


def make_mailbox(clerk: Clerk, scenes: Sequence[Scene], leads: Sequence[Lead], threads: Threads) -> Mailbox:
    """Make the mailbox of a dealership."""
    habits = tuple(clerk.habits(scene) for scene in scenes)
    numbers = _external_numbers(scenes, leads)
    conflicts = _conflicts(scenes, leads, threads, habits)
    mails = [
        mail for number, scene in enumerate(scenes) for mail in clerk.story(number, scene, habits[number], numbers)
    ]
    mails = [_too_early(mail, conflicts) for mail in mails]
    told = {thread.conversation_id for thread in threads.of_scene.values()}
    talks = [thread for thread in threads.listed if thread.conversation_id not in told]
    mails += [mail for thread in talks for mail in clerk.talk(thread)]
    mails += clerk.old_notices(bool(scenes))
    kept = _numbered(mails, clerk.now)
    copies = {(mail.scene, mail.event): mail for mail in kept if mail.scene is not None and mail.event is not None}
    return Mailbox(kept, habits, copies, frozenset(conflicts.values()))


def is_named_alike(name: str | None, buyer: Buyer) -> bool:
    """Say whether this name is the one that the Leads API shows, in upper or lower case."""
    return name is not None and buyer.lead_name is not None and name.casefold() == buyer.lead_name.casefold()


def is_thread_linkable(thread: Thread | None, lead: Lead) -> bool:
    """Say whether a conversation names both the listing and the buyer as the lead does."""
    return thread is not None and thread.item_id is not None and is_named_alike(thread.other_party, lead.buyer)


def _numbered(mails: list[Mail], now: int) -> tuple[Mail, ...]:
    """Give ids that rise with time, drop what has expired, and spoil a few for good."""
    mails.sort(key=lambda mail: mail.at)
    numbered = [replace(mail, message_id=str(FIRST_MAIL_ID + ID_STEP * place)) for place, mail in enumerate(mails)]
    return tuple(mail for mail in numbered if mail.expires_at > now)


def _external_numbers(scenes: Sequence[Scene], leads: Sequence[Lead]) -> dict[tuple[int, int], str]:
    """Find, for each buyer's event, the messageID that the Leads API gives the same question."""
    numbers = {}
    for lead in leads:
        if lead.question is not None:
            written = scenes[lead.scene].written
            asked = [place for place in range(lead.question, len(written)) if written[place].who == "buyer"]
            pairs = zip(asked, lead.exchanges, strict=False)  # the next lead takes over the later ones
            numbers.update({(lead.scene, place): str(exchange.number) for place, exchange in pairs})
    return numbers


def _conflicts(
    scenes: Sequence[Scene], leads: Sequence[Lead], threads: Threads, habits: Sequence[Habits]
) -> dict[tuple[int, int], int]:
    """Choose the questions whose UserResponseDate comes too early, by story and event."""

    def fits(lead: Lead) -> bool:
        kept = habits[lead.scene]
        seen = kept.inbox and kept.sent and kept.inbox_item and kept.sent_item and kept.replies == "dated"
        known = is_named_alike(kept.name, lead.buyer) and is_thread_linkable(threads.of_scene.get(lead.scene), lead)
        slow = (lead.outcome.first_reply_at or 0) - lead.submitted_at > 10 * MINUTE
        return scenes[lead.scene].kind == "answered" and lead.listing.ended_at is None and seen and known and slow

    chosen = [lead for lead in leads if fits(lead)][::CONFLICT_EVERY]
    return {(lead.scene, lead.question): lead.number for lead in chosen if lead.question is not None}


def _too_early(mail: Mail, conflicts: Container[tuple[int | None, int | None]]) -> Mail:
    if (mail.scene, mail.event) not in conflicts or mail.folder == SENT or mail.replied_at is None:
        return mail
    return replace(mail, replied_at=mail.at + (mail.replied_at - mail.at) // 3)
