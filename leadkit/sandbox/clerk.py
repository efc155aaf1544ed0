"""Files the copies that make up the mailbox: of stories about leads, of other talks, of eBay's notices."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from leadkit.sandbox.cast import Buyer, Listing
from leadkit.sandbox.dice import Dice
from leadkit.sandbox.mails import CUSTOM, DELETED, INBOX, SENT, SHORT_LIFE, YEAR, Habits, Mail
from leadkit.sandbox.moments import DAY, MINUTE
from leadkit.sandbox.scenes import Event, Scene
from leadkit.sandbox.threads import EBAY, Thread
from leadkit.sandbox.words import EBAY_BODY, MAIL_SUBJECTS, MEDIA

OTHER_EXTERNAL_ID = 2_950_000_000  # ids that only another program knows
CLOSE = 11 * MINUTE  # buyer's messages closer than this can be told apart by their ExternalMessageID only
FORMS = ("escaped",) * 11 + ("cdata", "cdata", "cdata", "inline", "inline", "inline", "plain", "plain", "plain")
FLAWED_URL, FLAWED_SPACE, FLAWED_CONTROL, FLAWED_NOTICE = 7, 31, 61, 3


class Clerk:
    """Files copies one after the other."""

    def __init__(self, dice: Dice, seller: str, now: int) -> None:
        self._dice = dice
        self._seller = seller
        self.now = now
        self._received = 0
        self._notices = 0

    def habits(self, scene: Scene) -> Habits:
        """Draw what is kept of a story."""
        dice = self._dice
        asked = [event.at for event in scene.written if event.who == "buyer"]
        close = any(later - earlier < CLOSE for earlier, later in pairwise(asked))
        external = dice.pick(("number",) * 6 + ("other", "empty", "absent", "absent"))
        return Habits(
            name=self._name(scene.buyer),
            inbox=dice.chance(0.94),
            sent=dice.chance(0.88),
            inbox_item=dice.chance(0.95),
            sent_item=dice.chance(0.95),
            external="number" if close or scene.buyer.lead_name is None else external,
            replies=dice.pick(("dated",) * 6 + ("bare", "bare", "bare", "absent")),
        )

    def story(
        self, number: int, scene: Scene, habits: Habits, numbers: Mapping[tuple[int, int], str]
    ) -> Iterator[Mail]:
        """File what was said about a lead, but not on the phone."""
        written = scene.written
        questions = {id(one.question) for one in scene.submissions}
        for place, event in enumerate(written):
            if event.who != "buyer" and habits.sent:
                listing = scene.listing if habits.sent_item else None
                yield replace(self._sent(event, written[:place], scene.listing, habits.name), listing=listing,
                              message_type=self._dice.pick(("ResponseToASQQuestion", "ContactEbayMember", None)),
                              scene=number, event=place)  # fmt: skip
            if event.who == "buyer" and habits.inbox:
                mail = self._inbox(event, written[:place], scene.listing, habits.name)
                external = {"number": numbers.get((number, place), ""), "empty": "", "absent": None}
                other = str(OTHER_EXTERNAL_ID + 1000 * number + place)
                kind = "ClassifiedsContactSeller" if id(event) in questions else "ContactEbayMember"
                yield replace(
                    _answered(mail, written[place:], habits.replies),
                    external_id=external.get(habits.external, other),
                    listing=scene.listing if habits.inbox_item else None,
                    message_type=kind if self._dice.chance(0.95) else None,
                    scene=number,
                    event=place,
                )

    def talk(self, thread: Thread) -> Iterator[Mail]:
        """File a conversation that belongs to no lead, or a notice of eBay's."""
        if thread.conversation_type == "FROM_EBAY":
            message = thread.messages[0]
            yield self._notice(message.at, thread.title, message.body)
            return
        folder = self._dice.pick((INBOX, INBOX, DELETED, *CUSTOM))
        events = [Event(one.at, "seller" if one.from_seller else "buyer", one.body) for one in thread.messages]
        listing = Listing(thread.item_id or "", thread.title, "", 0, "US", "many", 0, None)
        for place, event in enumerate(events):
            if event.who == "buyer":
                mail = _answered(
                    self._inbox(event, events[:place], listing, thread.other_party), events[place:], "dated"
                )
                question = self._dice.pick(("General", "Shipping", "Payment", "CustomizedSubject", "None"))
                yield replace(mail, folder=folder, listing=listing, message_type="AskSellerQuestion",
                              question_type=question)  # fmt: skip
            else:
                sent = self._sent(event, events[:place], listing, thread.other_party)
                yield replace(sent, listing=listing, message_type="ResponseToASQQuestion")

    def old_notices(self, wanted: bool) -> Iterator[Mail]:  # noqa: FBT001 -- whether there is a dealership at all
        """File eBay's own mail of the last thirteen months; the oldest has expired."""
        for number in range(26 * wanted):
            at = self.now - 395 * DAY + number * 15 * DAY + self._dice.between(0, DAY)
            subject = MAIL_SUBJECTS[number % len(MAIL_SUBJECTS)]
            yield self._notice(at, subject, EBAY_BODY.format(seller=self._seller, subject=subject))

    def _name(self, buyer: Buyer) -> str | None:
        drawn = self._dice.between(1, 100)
        if buyer.lead_name is None:
            return None
        if drawn <= 3:  # noqa: PLR2004 -- 3 % are masked here only
            return buyer.immutable_id
        return buyer.lead_name.swapcase() if drawn > 97 and buyer.lead_name == buyer.user_name else buyer.lead_name  # noqa: PLR2004 -- 3 % differ in upper and lower case

    def _inbox(self, event: Event, before: Sequence[Event], listing: Listing, name: str | None) -> Mail:
        dice = self._dice
        self._received += 1
        ending = f"ending on Nov-{dice.between(10, 28)}-26 18:52:35 PST"
        subject = f"{name or 'A buyer'} has sent a question about item #{listing.item_id}, {ending} - {listing.title}"
        return Mail(
            folder=INBOX,
            at=event.at,
            sender=name,
            recipient=self._seller,
            send_to=self._seller,
            subject=subject,
            body=event.body,
            earlier=_bodies(before),
            form=dice.pick(FORMS),
            content=dice.chance(0.5),
            flaw=_flaw(self._received),
            flagged=dice.chance(0.05),
            read=dice.chance(0.8),
            high_priority=dice.pick((None, None, False, False, False, True)) if dice.chance(0.6) else None,
            response="url" if self._received % 250 == FLAWED_URL else dice.pick(("url",) * 12 + ("no", "empty", None)),
            media=self._media(),
            indented=dice.chance(0.3),
        )

    def _sent(self, event: Event, before: Sequence[Event], listing: Listing, name: str | None) -> Mail:
        dice = self._dice
        return Mail(
            folder=SENT,
            at=event.at,
            sender=self._seller,
            recipient=name or "",
            send_to=name if dice.chance(0.9) else None,
            subject=f"Re: {name or 'buyer'} has sent a question about item #{listing.item_id} - {listing.title}",
            body=event.body,
            earlier=_bodies(before),
            form=dice.pick(FORMS),
            content=dice.chance(0.5),
            response=dice.pick(("no", None)),
            indented=dice.chance(0.1),
        )

    def _notice(self, at: int, subject: str, body: str) -> Mail:
        dice = self._dice
        self._notices += 1
        return Mail(
            folder=dice.pick((INBOX, INBOX, INBOX, INBOX, DELETED)),
            at=at,
            sender=EBAY,
            recipient=self._seller,
            subject=subject,
            body=body,
            life=dice.pick((YEAR, YEAR, YEAR, SHORT_LIFE)),
            form="notice",
            flaw="reference" if self._notices % 20 == FLAWED_NOTICE else None,
            message_type=dice.pick(("AccountMessage", None, None)),
            flagged=dice.chance(0.3),
            read=dice.chance(0.5),
            high_priority=dice.chance(0.2) or None,
            response=dice.pick(("no", "empty", None)),
        )

    def _media(self) -> tuple[tuple[str, str], ...] | None:
        if not self._dice.chance(0.08):
            return None
        return tuple(self._dice.pick(MEDIA) for _ in range(self._dice.between(0, 3)))


def _flaw(received: int) -> str | None:
    """Spoil the XML of a few: by count, so that small mailboxes have them, too."""
    if received % 250 == FLAWED_URL:
        return "ampersand"
    if received % 120 == FLAWED_SPACE:
        return "nbsp"
    return "control" if received % 300 == FLAWED_CONTROL else None


def _bodies(before: Sequence[Event]) -> tuple[str, ...]:
    return tuple(event.body for event in reversed(before))


def _answered(mail: Mail, rest: Sequence[Event], habit: str) -> Mail:
    """Let the copy of the first of these events tell about the first answer to it."""
    answer = next((event.at for event in rest if event.who != "buyer"), None)
    if habit == "absent":
        return mail
    return replace(mail, replied=answer is not None, replied_at=answer if habit == "dated" else None)
