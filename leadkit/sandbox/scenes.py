"""What happens between a buyer and the dealership: each kind of story, played on a time line."""

from collections.abc import Callable
from dataclasses import dataclass, field

from leadkit.sandbox.cast import Buyer, Listing
from leadkit.sandbox.dice import Dice
from leadkit.sandbox.moments import DAY, HOUR, MINUTE, SECOND, next_open
from leadkit.sandbox.words import (
    AUTO_REPLY,
    FOLLOW_UPS,
    ODD_QUESTIONS,
    OLD_QUESTIONS,
    OPENINGS,
    QUESTIONS,
    REPLIES,
    SPAM,
    THANKS,
)

REPLY_MINUTES = (1, 3, 6, 12, 25, 50, 110, 240, 700, 1500, 4300)  # deciles of a person's answer, from opening time on
WHOLE_SECONDS = 0.25  # the share of times that have no milliseconds
ODD_SHARE = 0.08


@dataclass(slots=True)
class Event:
    """Somebody says something: ``buyer``, ``seller``, ``auto`` (a robot) or ``phone`` (seen by no API)."""

    at: int
    who: str
    body: str


@dataclass(slots=True)
class Submission:
    """A lead form sent; without a question it asks for a call only."""

    at: int
    question: Event | None


@dataclass(slots=True)
class Scene:
    """One buyer and one listing, while their story is played; nothing happens after ``now``."""

    kind: str
    listing: Listing
    buyer: Buyer
    at: int
    now: int
    dice: Dice
    submissions: list[Submission] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    thread_kept: bool = True
    status_stuck: bool = False  # leadStatus stays NEW in spite of a reply
    said: int = 0  # how many of this kind came before, for taking turns

    @property
    def written(self) -> list[Event]:
        """What was written on eBay: all but the phone calls."""
        return [event for event in self.events if event.who != "phone"]

    def ask(self, text: str | None = None) -> None:
        """Send a lead with a question; the thread gets it at once or within a second."""
        at = self._stamp(self.at)
        question = self._say("buyer", self._stamp(at + self.dice.between(0, 900)), text or self._question())
        self.submissions.append(Submission(at, question))

    def ask_for_a_call(self) -> None:
        """Send a lead without a question."""
        self.submissions.append(Submission(self._stamp(self.at), None))

    def buyer_says(self, texts: tuple[str, ...], after: tuple[int, int]) -> None:
        """Write as the buyer, some milliseconds after what came last."""
        self._say("buyer", self._stamp(self.at + self.dice.between(*after)), self.dice.pick(texts))

    def seller_says(self, texts: tuple[str, ...] = REPLIES, who: str = "seller") -> None:
        """Answer as a person does: from opening time on, sooner or later."""
        minutes = self.dice.along(REPLY_MINUTES)
        at = next_open(self.at) + minutes * MINUTE + self.dice.between(2 * SECOND, MINUTE)
        self._say(who, self._stamp(at), self.dice.pick(texts).format(car=self.listing.car))

    def robot_says(self, after: tuple[int, int] = (3 * SECOND, 50 * SECOND)) -> None:
        """Answer automatically, well within a minute."""
        self._say("auto", self.at + self.dice.between(*after), AUTO_REPLY)

    def repeat(self) -> None:
        """Send the last lead once more, in the same instant."""
        last = self.submissions[-1]
        question = self._say("buyer", last.question.at, last.question.body) if last.question else None
        self.submissions.append(Submission(last.at, question))

    def wait(self, least: int, most: int) -> None:
        """Let time pass."""
        self.at += self.dice.between(least, most)

    def _say(self, who: str, at: int, body: str) -> Event:
        event = Event(at, who, body)
        self.at = at
        if at < self.now:
            self.events.append(event)
        return event

    def _stamp(self, at: int) -> int:
        return -(-at // SECOND) * SECOND if self.dice.chance(WHOLE_SECONDS) else at

    def _question(self) -> str:
        odd = self.dice.chance(ODD_SHARE)
        return self.dice.pick(ODD_QUESTIONS if odd else QUESTIONS).format(car=self.listing.car)


def _answered(scene: Scene) -> None:
    scene.ask()
    scene.seller_says()


def _unanswered(scene: Scene) -> None:
    scene.ask()


def _odd(scene: Scene) -> None:
    scene.ask(ODD_QUESTIONS[scene.said % len(ODD_QUESTIONS)].replace("{car}", scene.listing.car))
    if scene.dice.chance(0.6):
        scene.seller_says()


def _auto(scene: Scene) -> None:
    scene.ask()
    scene.robot_says()


def _auto_then_person(scene: Scene) -> None:
    _auto(scene)
    scene.seller_says()


def _instant(scene: Scene) -> None:
    scene.ask()
    scene.robot_says((0, 0))


def _phone(scene: Scene) -> None:
    scene.ask()
    scene.seller_says(("",), who="phone")


def _call_wanted(scene: Scene) -> None:
    scene.ask_for_a_call()
    if scene.dice.chance(0.5):
        scene.seller_says(("",), who="phone")


def _seller_opens(scene: Scene) -> None:
    scene.ask_for_a_call()
    scene.seller_says(OPENINGS)


def _seller_came_first(scene: Scene) -> None:
    scene.seller_says(OPENINGS)
    scene.wait(HOUR, DAY)
    scene.ask()
    if scene.dice.chance(0.6):
        scene.seller_says()


def _old_thread(scene: Scene) -> None:
    asked = scene.at
    scene.at = asked - scene.dice.between(8, 30) * DAY
    scene.buyer_says(OLD_QUESTIONS, (0, HOUR))
    scene.seller_says()
    scene.at = asked
    scene.ask()
    if scene.dice.chance(0.6):
        scene.seller_says()


def _duplicate(scene: Scene) -> None:
    scene.ask()
    for _ in range(KINDS[scene.kind].leads - 1):
        scene.wait(2 * MINUTE, 20 * HOUR)
        scene.ask()
    if scene.dice.chance(0.7):
        scene.seller_says()


def _repeat(scene: Scene) -> None:
    scene.ask()
    scene.repeat()
    scene.seller_says()


def _comes_back(scene: Scene) -> None:
    scene.ask()
    scene.wait(25 * HOUR, 60 * HOUR)
    scene.ask()
    scene.seller_says()


def _talk(scene: Scene) -> None:
    _answered(scene)
    for _ in range(scene.dice.between(1, 4)):
        scene.buyer_says(FOLLOW_UPS, (MINUTE, DAY))
        if scene.dice.chance(0.3):
            scene.buyer_says(FOLLOW_UPS, (MINUTE, 30 * MINUTE))
        scene.seller_says()


def _thanks(scene: Scene) -> None:
    _answered(scene)
    scene.buyer_says(THANKS, (MINUTE, 5 * HOUR))


def _purged(scene: Scene) -> None:
    _answered(scene)
    scene.thread_kept = False


def _stuck(scene: Scene) -> None:
    _answered(scene)
    scene.status_stuck = True


def _spam(scene: Scene) -> None:
    scene.ask(SPAM[scene.said % len(SPAM)])


def _guest(scene: Scene) -> None:
    scene.thread_kept = False
    scene.ask_for_a_call()
    if scene.dice.chance(0.4):
        scene.seller_says(("",), who="phone")


def _guest_writes(scene: Scene) -> None:
    scene.thread_kept = False
    scene.ask()


def _guest_twice(scene: Scene) -> None:
    _guest_writes(scene)
    scene.wait(MINUTE, 20 * HOUR)
    scene.ask()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of story: its share of the leads in thousandths, how many leads it has, and who writes."""

    play: Callable[[Scene], None]
    per_mille: int
    leads: int = 1
    guest: bool = False


KINDS = {
    "answered": Kind(_answered, 280),
    "unanswered": Kind(_unanswered, 130),
    "odd": Kind(_odd, 40),
    "auto": Kind(_auto, 50),
    "auto_then_person": Kind(_auto_then_person, 50),
    "instant": Kind(_instant, 1),
    "phone": Kind(_phone, 50),
    "call_wanted": Kind(_call_wanted, 40),
    "seller_opens": Kind(_seller_opens, 20),
    "seller_came_first": Kind(_seller_came_first, 15),
    "old_thread": Kind(_old_thread, 20),
    "duplicate": Kind(_duplicate, 30, leads=2),
    "duplicate_thrice": Kind(_duplicate, 9, leads=3),
    "repeat": Kind(_repeat, 3, leads=2),
    "comes_back": Kind(_comes_back, 20, leads=2),
    "talk": Kind(_talk, 70),
    "thanks": Kind(_thanks, 40),
    "purged": Kind(_purged, 35),
    "stuck": Kind(_stuck, 10),
    "spam": Kind(_spam, 16),
    "guest": Kind(_guest, 30, guest=True),
    "guest_writes": Kind(_guest_writes, 25, guest=True),
    "guest_twice": Kind(_guest_twice, 8, leads=2, guest=True),
}
