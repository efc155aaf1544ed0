"""Conversations as the Message API keeps them."""

from dataclasses import dataclass

from leadkit.sandbox.cast import Listing, make_member
from leadkit.sandbox.dice import Dice
from leadkit.sandbox.moments import DAY, FIRST_DAY, HOUR, MINUTE
from leadkit.sandbox.scenes import Scene
from leadkit.sandbox.words import EBAY_BODY, EBAY_SUBJECTS, FOLLOW_UPS, MEDIA, OLD_QUESTIONS, OPENINGS, REPLIES

EBAY = "eBay"
FIRST_MESSAGE_ID = 6_275_165_199_019  # seen in the wild, beyond int32
MESSAGES_PER_THREAD = 1000


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a thread."""

    message_id: str
    at: int
    from_seller: bool
    body: str
    dotted: bool
    read: bool
    media: tuple[tuple[str, str], ...] = ()
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """One conversation; its messages stand in order of time, however the API lists them."""

    conversation_id: str
    conversation_type: str
    status: str
    title: str
    item_id: str | None
    other_party: str
    seller: str
    messages: tuple[Message, ...]
    newest_first: bool = True
    latest: str = "full"  # "partial" and "absent" occur in conversations from eBay
    counted: bool = True  # unreadCount is sent

    @property
    def created_at(self) -> int:
        """When it began."""
        return self.messages[0].at

    @property
    def latest_at(self) -> int:
        """When its last message came."""
        return self.messages[-1].at

    @property
    def unread(self) -> int:
        """How many messages the seller has not read."""
        return sum(not message.read and not message.from_seller for message in self.messages)


@dataclass(frozen=True, slots=True)
class Threads:
    """All conversations, the newest first, and where each story's one is."""

    listed: tuple[Thread, ...]
    of_scene: dict[int, Thread]


def make_threads(
    seed: int, scenes: list[Scene], listings: list[Listing], sellers: tuple[str, str], now: int
) -> Threads:
    """Make the conversations of the stories, others that belong to no lead, and those from eBay."""
    scribe = _Scribe(Dice(seed, "threads"), sellers)
    of_scene = {number: scribe.story(scene) for number, scene in enumerate(scenes) if _has_thread(scene)}
    others = [scribe.chat(number, listings, now) for number in range(len(of_scene) // 20 + bool(of_scene))]
    from_ebay = [scribe.from_ebay(number, listings, now) for number in range(len(of_scene) // 25 + 4 * bool(of_scene))]
    everything = [*of_scene.values(), *others, *from_ebay]
    return Threads(tuple(sorted(everything, key=lambda one: (-one.latest_at, one.conversation_id))), of_scene)


def _has_thread(scene: Scene) -> bool:
    return scene.thread_kept and bool(scene.written)


class _Scribe:
    """Writes threads one after the other, each with ids of its own."""

    def __init__(self, dice: Dice, sellers: tuple[str, str]) -> None:
        self._dice = dice
        self._sellers = sellers
        self._count = 0

    def story(self, scene: Scene) -> Thread:
        """Write down what was said, but not on the phone."""
        lines = [(event.at, event.who != "buyer", event.body) for event in scene.written]
        questions = {event.body for event in (one.question for one in scene.submissions) if event}
        messages = self._messages(lines, questions)
        item_id = None if self._dice.chance(0.04) else scene.listing.item_id
        return self._thread(messages, scene.listing.title, item_id, scene.buyer.thread_name or "")

    def chat(self, number: int, listings: list[Listing], now: int) -> Thread:
        """Write a conversation that belongs to no lead."""
        listing = self._dice.pick(listings)
        buyer = make_member(self._dice, 900_000 + number)
        at = FIRST_DAY + self._dice.between(0, (now - FIRST_DAY - 2 * DAY) // MINUTE) * MINUTE
        seller_opens = self._dice.chance(0.3)
        lines = [
            (at, seller_opens, self._dice.pick(OPENINGS if seller_opens else OLD_QUESTIONS).format(car=listing.car))
        ]
        if self._dice.chance(0.7):
            at += self._dice.between(MINUTE, 20 * HOUR)
            text = self._dice.pick(FOLLOW_UPS if seller_opens else REPLIES).format(car=listing.car)
            lines.append((at, not seller_opens, text))
        return self._thread(self._messages(lines, set()), listing.title, listing.item_id, buyer.thread_name or "")

    def from_ebay(self, number: int, listings: list[Listing], now: int) -> Thread:
        """Write a notice of eBay's; its message has the conversation's own id."""
        self._count += 1
        subject = EBAY_SUBJECTS[number % len(EBAY_SUBJECTS)].format(
            month="September", car=self._dice.pick(listings).car
        )
        at = FIRST_DAY + self._dice.between(0, (now - FIRST_DAY - HOUR) // MINUTE) * MINUTE
        body = EBAY_BODY.format(seller=self._sellers[0], subject=subject)
        conversation_id = str(self._first_id())
        notice = Message(conversation_id, at, False, body, self._dice.chance(0.5), self._dice.chance(0.6), (), subject)  # noqa: FBT003 -- eBay, not the seller
        latest = ("full", "absent", "partial")[number % 3]
        return Thread(
            conversation_id, "FROM_EBAY", "ACTIVE", subject, None, EBAY, self._sellers[0], (notice,), latest=latest
        )

    def _messages(self, lines: list[tuple[int, bool, str]], questions: set[str]) -> tuple[Message, ...]:
        self._count += 1
        seller_last = max((place for place, line in enumerate(lines) if line[1]), default=-1)
        return tuple(
            self._message(place, line, read=place < seller_last or self._dice.chance(0.4), plain=line[2] in questions)
            for place, line in enumerate(lines)
        )

    def _message(self, place: int, line: tuple[int, bool, str], *, read: bool, plain: bool) -> Message:
        at, from_seller, body = line
        media = self._media() if not plain and self._dice.chance(0.12) else ()
        body = "" if media and self._dice.chance(0.3) else body
        return Message(str(self._first_id() + place), at, from_seller, body, self._dice.chance(0.7), read, media)

    def _media(self) -> tuple[tuple[str, str], ...]:
        return tuple(self._dice.pick(MEDIA) for _ in range(self._dice.between(1, 3)))

    def _first_id(self) -> int:
        return FIRST_MESSAGE_ID + self._count * MESSAGES_PER_THREAD

    def _thread(self, messages: tuple[Message, ...], title: str, item_id: str | None, other_party: str) -> Thread:
        last = messages[-1].body
        return Thread(
            conversation_id=str(3_120_000_000 + self._count * 7),
            conversation_type="FROM_MEMBERS",
            status=self._dice.pick(("ACTIVE",) * 17 + ("ARCHIVED", "ARCHIVED", "DELETED")),
            title=last if last and self._dice.chance(0.15) else title,
            item_id=item_id,
            other_party=other_party,
            seller=self._sellers[1] if self._dice.chance(0.1) else self._sellers[0],
            messages=messages,
            newest_first=self._dice.chance(0.75),
            counted=self._dice.chance(0.9),
        )
