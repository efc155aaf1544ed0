"""The invented dealership: every trap is there, and the truth agrees with what is served."""

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import polars as pl
import pytest

from leadkit.sandbox import Dealership, Sandbox, conversations_body, leads_body, thread_body

Ask = Callable[..., httpx.Response]
SEEDS = (7, 1, 42)


@pytest.fixture(scope="module", params=SEEDS)
def dealership(request: pytest.FixtureRequest, shop: Dealership) -> Dealership:
    return shop if request.param == shop.seed else Dealership(request.param, 800)


def leads_of(dealership: Dealership) -> list[tuple[str, dict[str, Any]]]:
    body = json.loads(leads_body(dealership))
    return [(row["itemId"], lead) for row in body["classifiedLeads"] for lead in row.get("responses", [])]


def conversations_of(dealership: Dealership, kind: str = "FROM_MEMBERS") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(conversations_body(dealership, kind, limit=100_000))["conversations"]
    return rows


def messages_of(dealership: Dealership, conversation_id: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(thread_body(dealership, conversation_id))["messages"]
    return sorted(rows, key=lambda row: (moment(row["createdDate"]), row["messageId"]))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def everything(dealership: Dealership) -> bytes:
    threads = [thread_body(dealership, one.conversation_id) for one in dealership.threads]
    return b"".join([leads_body(dealership), conversations_body(dealership), *threads])


def test_the_same_seed_gives_the_same_bytes_everywhere() -> None:
    """If this fails although nothing in the sandbox was changed on purpose, a draw depends on the machine."""
    assert (
        hashlib.sha256(everything(Dealership(7, 100))).hexdigest()
        == "db1805c0e67341233b029b703956d090ad69788539db5cefde41bd3ae3b7ac30"
    )


def test_another_seed_gives_another_dealership() -> None:
    assert len({everything(Dealership(seed, 5)) for seed in range(4)}) == 4


@pytest.mark.parametrize("leads", [0, 1, 2, 59, 60, 61, 300])
def test_it_has_exactly_as_many_leads_as_asked_for(leads: int) -> None:
    dealership = Dealership(3, leads)
    assert dealership.truth["lead_no"].to_list() == list(range(1, leads + 1))
    assert dealership.truth["submitted_at"].is_sorted()
    assert dealership.truth.schema == Dealership(3, 5).truth.schema


def test_no_buyer_has_two_stories_about_one_listing() -> None:
    """So the leads of a pair share their conversation, also where there are hardly any listings to choose from."""
    for seed, leads in [*((seed, 58) for seed in range(20)), (42, 3), (42, 5), (10, 8)]:
        truth = Dealership(seed, leads).truth
        threads = truth.group_by("item_id", "buyer").agg(pl.col("conversation_id").drop_nulls().n_unique())
        assert threads["conversation_id"].max() == 1


def test_leads_lie_between_august_and_the_frozen_clock(dealership: Dealership) -> None:
    submitted = dealership.truth["submitted_at"]
    assert submitted.min() >= datetime(2026, 8, 1, tzinfo=UTC)  # type: ignore[operator]
    assert submitted.max() < dealership.now  # type: ignore[operator]
    assert timedelta() < dealership.now - datetime(2026, 11, 2, 6, tzinfo=UTC) < timedelta(hours=2)
    assert dealership.now.microsecond == 0
    served = [message.at for thread in dealership.threads for message in thread.messages]
    assert max(served) < dealership.now.timestamp() * 1000


def test_the_truth_has_its_columns(shop: Dealership) -> None:
    at, text = pl.Datetime("us", "UTC"), pl.String
    assert dict(list(shop.truth.schema.items())[:23]) == {
        "lead_no": pl.Int64, "account_seller": text, "item_id": text, "listing_ended": pl.Boolean, "buyer": text,
        "buyer_user_name": text, "buyer_immutable_id": text, "email": text, "external_email": text, "submitted_at": at,
        "fee": pl.Decimal(38, 6), "fee_currency": text, "status": text, "lead_message_id": pl.Int64,
        "first_reply_at": at, "first_human_reply_at": at, "replied_by": text, "in_leads_api": pl.Boolean,
        "conversation_id": text, "question_message_id": text, "reply_message_id": text, "duplicate_of": pl.Int64,
        "spam": pl.Boolean,
    }  # fmt: skip


def test_the_first_reply_can_be_read_from_the_served_threads(standing: Sandbox, ask: Ask) -> None:
    """Over HTTP, knowing nothing but the seller's names."""
    shop = standing.dealership
    threads: dict[str, list[dict[str, Any]]] = {}
    checked = Counter[str]()
    for lead in shop.truth.filter(pl.col("conversation_id").is_not_null()).iter_rows(named=True):
        key = lead["conversation_id"]
        query = {"conversation_type": "FROM_MEMBERS", "limit": "50"}
        threads[key] = threads.get(key) or ask(f"conversation/{key}", query).json()["messages"]
        thread = sorted(threads[key], key=lambda row: (moment(row["createdDate"]), row["messageId"]))
        replies = [row for row in thread if row["senderUsername"] in shop.sellers]
        replies = [row for row in replies if moment(row["createdDate"]) >= lead["submitted_at"]]
        assert (moment(replies[0]["createdDate"]) if replies else None) == lead["first_reply_at"]
        assert (replies[0]["messageId"] if replies else None) == lead["reply_message_id"]
        checked["answered" if replies else "open"] += 1
    assert min(checked["answered"], checked["open"]) > 100


def test_the_question_of_a_lead_stands_in_its_thread(dealership: Dealership) -> None:
    bodies = {
        (item_id, lead["submittedTime"], lead.get("userId")): lead.get("additionalInformation")
        for item_id, lead in leads_of(dealership)
    }
    asked = dealership.truth.filter("in_leads_api", pl.col("question_message_id").is_not_null())
    assert asked.height > 400
    by_moment = {(item, moment(at), who): text for (item, at, who), text in bodies.items()}
    for lead in asked.iter_rows(named=True):
        thread = messages_of(dealership, lead["conversation_id"])
        question = next(row for row in thread if row["messageId"] == lead["question_message_id"])
        assert question["messageBody"] == by_moment[lead["item_id"], lead["submitted_at"], lead["buyer"]]
        assert timedelta() <= moment(question["createdDate"]) - lead["submitted_at"] < timedelta(seconds=2)


def test_the_truth_and_the_leads_api_tell_the_same(dealership: Dealership) -> None:
    visible = dealership.truth.filter("in_leads_api")
    told = Counter(
        (
            item_id,
            moment(lead["submittedTime"]),
            lead.get("userId"),
            lead.get("email"),
            lead.get("externalEmail"),
            lead["leadStatus"],
            float(lead["leadFee"].get("amount", {}).get("value", "nan")).hex(),
            lead["leadFee"].get("amount", {}).get("currency"),
        )
        for item_id, lead in leads_of(dealership)
    )
    columns = ("item_id", "submitted_at", "buyer", "email", "external_email", "status", "fee", "fee_currency")
    known = Counter(
        (*row[:6], float("nan" if row[6] is None else row[6]).hex(), row[7])
        for row in visible.select(columns).iter_rows()
    )
    assert told == known


def test_a_message_of_the_form_is_the_first_question_of_the_exchange(dealership: Dealership) -> None:
    numbers: list[int] = []
    for _, lead in leads_of(dealership):
        exchanges = lead["memberMessage"].get("memberMessageExchange", [])
        assert lead.get("additionalInformation") == (exchanges[0]["question"]["body"] if exchanges else None)
        numbers += [one["question"]["messageID"] for one in exchanges]
    assert len(numbers) == len(set(numbers))
    assert max(numbers) < 2**31


def test_replies_come_after_their_leads_and_before_the_clock(dealership: Dealership) -> None:
    replies = dealership.truth.filter(pl.col("first_reply_at").is_not_null())
    assert (replies["first_reply_at"] >= replies["submitted_at"]).all()
    assert (replies["first_reply_at"] < dealership.now).all()


def test_each_way_to_reply_says_what_is_visible(dealership: Dealership) -> None:
    def by(how: str) -> pl.DataFrame:
        return dealership.truth.filter(pl.col("replied_by") == how)

    assert by("phone")["first_reply_at"].null_count() == by("phone").height > 5
    assert by("phone")["first_human_reply_at"].null_count() == 0
    assert by("message").filter(pl.col("first_reply_at") != pl.col("first_human_reply_at")).height == 0
    auto = by("auto")
    assert auto.filter(pl.col("first_human_reply_at").is_null()).height > 5
    assert auto.filter(pl.col("first_human_reply_at") > pl.col("first_reply_at")).height > 5
    silent = dealership.truth.filter(pl.col("replied_by").is_null())
    assert silent.height > 50
    assert silent.select(pl.col("first_reply_at", "first_human_reply_at").is_not_null().any()).row(0) == (False, False)


def test_automatic_replies_are_one_text_within_a_minute(dealership: Dealership) -> None:
    auto = dealership.truth.filter(pl.col("replied_by") == "auto", pl.col("reply_message_id").is_not_null())
    waits = auto.select(wait=pl.col("first_reply_at") - pl.col("submitted_at"))["wait"]
    assert waits.max() < timedelta(seconds=60)  # type: ignore[operator]
    texts = Counter(
        next(row["messageBody"] for row in messages_of(dealership, one) if row["messageId"] == reply)
        for one, reply in auto.select("conversation_id", "reply_message_id").iter_rows()
    )
    assert texts.most_common(1)[0][1] / auto.height > 0.8


def test_duplicates_are_the_same_buyer_and_listing_within_a_day_of_the_one_before(dealership: Dealership) -> None:
    """Derived again from the columns alone, by the rule in words."""
    key = pl.coalesce("buyer", "external_email").str.to_lowercase()
    before = pl.struct("lead_no", "submitted_at", "first_reply_at").shift(1).over("item_id", key)
    gap = pl.col("submitted_at") - before.struct.field("submitted_at")
    reply = before.struct.field("first_reply_at")
    again = (gap <= timedelta(days=1)) & (reply.is_null() | (reply >= pl.col("submitted_at")))
    frame = dealership.truth.with_columns(again=again.fill_null(value=False))
    head = pl.when(~pl.col("again")).then("lead_no").forward_fill().over("item_id", key)
    frame = frame.with_columns(head=head)
    expected = frame.select(pl.when("again").then("head"))["head"]
    assert expected.to_list() == dealership.truth["duplicate_of"].to_list()
    assert expected.drop_nulls().len() > 10
    assert expected.value_counts(sort=True).drop_nulls().row(0)[1] >= 2


def test_one_lead_was_sent_twice_in_the_same_instant(dealership: Dealership) -> None:
    forms = Counter(
        (
            item_id,
            lead["submittedTime"],
            lead.get("userId"),
            json.dumps(lead["leadFee"]),
            lead.get("additionalInformation"),
        )
        for item_id, lead in leads_of(dealership)
    )
    truth = dealership.truth.group_by("item_id", "submitted_at", "buyer").len().filter(pl.col("len") > 1)
    assert truth.height >= 1
    assert max(forms.values()) == 2 or truth.join(dealership.truth.filter("in_leads_api"), on="item_id").is_empty()


def test_listings_have_no_lead_one_lead_and_many(dealership: Dealership) -> None:
    body = json.loads(leads_body(dealership))["classifiedLeads"]
    counts = Counter(min(2, len(row.get("responses", []))) for row in body)
    assert min(counts[0], counts[1], counts[2]) > 0
    assert {"responses" in row for row in body if not row.get("responses")} == {True, False}
    assert all(len(row["itemTitle"]) <= 80 for row in body)


def test_ended_listings_keep_their_conversations(dealership: Dealership) -> None:
    ended = dealership.truth.filter("listing_ended")
    assert 20 < ended.height < 300
    assert not ended["in_leads_api"].any()
    talks = {row["conversationId"] for row in conversations_of(dealership)}
    assert ended["conversation_id"].drop_nulls().is_in(talks).all()
    assert ended["conversation_id"].drop_nulls().len() > 10


def test_the_night_when_the_clocks_go_back_has_half_past_one_twice(dealership: Dealership) -> None:
    local = pl.col("submitted_at").dt.convert_time_zone("America/Chicago")
    night = dealership.truth.filter(local.dt.strftime("%Y-%m-%d %H:%M") == "2026-11-01 01:30")
    assert {at.hour for at in night["submitted_at"]} == {6, 7}


def test_leads_come_out_of_hours_too_and_people_answer_within_them(dealership: Dealership) -> None:
    local = pl.col("submitted_at").dt.convert_time_zone(dealership.zone)
    closed = (local.dt.weekday() == 7) | ~local.dt.hour().is_between(9, 18)
    assert 0.2 < dealership.truth.select(closed.mean()).item() < 0.8
    assert dealership.hours == "Mo-Sa 09:00-19:00"


def test_fees_come_in_two_currencies_converted_missing_and_negative(dealership: Dealership) -> None:
    fees = [lead["leadFee"] for _, lead in leads_of(dealership)]
    amounts = [fee["amount"] for fee in fees if "amount" in fee]
    assert 0 < len(amounts) < len(fees)
    assert {amount["currency"] for amount in amounts} == {"USD", "CAD"}
    converted = [amount for amount in amounts if "convertedFromValue" in amount]
    assert {(one["currency"], one["convertedFromCurrency"]) for one in converted} == {("CAD", "USD")}
    assert any(one["currency"] == "CAD" and "convertedFromValue" not in one for one in amounts)
    assert any(one["value"].startswith("-") for one in amounts)
    assert all(re.fullmatch(r"-?\d+\.\d\d", one["value"]) for one in amounts)
    both = dealership.truth.drop_nulls("fee_currency").group_by("item_id").agg(pl.col("fee_currency").n_unique())
    assert both["fee_currency"].max() == 2


def test_people_give_all_some_or_none_of_their_data(dealership: Dealership) -> None:
    leads = [lead for _, lead in leads_of(dealership)]
    contacts = {tuple(lead.get("contactInformation", {})) for lead in leads}
    assert contacts == {(), ("phone",), ("firstName", "lastName"), ("firstName", "lastName", "phone", "postalCode")}
    assert {lead.get("financingAnswer") for lead in leads} == {True, False, None}
    assert any(lead.get("email") == "--" for lead in leads)
    assert any("email" not in lead and "externalEmail" not in lead for lead in leads)
    guests = [lead for lead in leads if "userId" not in lead]
    assert guests
    assert all(lead["externalEmail"] and "email" not in lead for lead in guests)
    masked = dealership.truth.filter(pl.col("buyer") == pl.col("buyer_immutable_id"))
    assert masked.height > 5


def test_trade_ins_are_as_dirty_as_people_type_them(shop: Dealership) -> None:
    made = {(lead.get("tradeInMake"), lead.get("tradeInYear")) for _, lead in leads_of(shop)}
    assert {"chevy", " bmw ", "N/A", "", None} <= {make for make, _ in made}
    assert {"'09", "N/A", "2014", None} <= {year for _, year in made}


def test_texts_hold_what_breaks_programs(shop: Dealership) -> None:
    text = "\n".join(lead.get("additionalInformation", "") for _, lead in leads_of(shop))
    for needle in ("😀", "<b>", "=cmd|", "<script>", "\r\n", '"no"', "最低价", "متاحة", "עדיין", "{{"):
        assert needle in text


def test_member_messages_are_empty_single_and_several(dealership: Dealership) -> None:
    exchanges = [lead["memberMessage"].get("memberMessageExchange", []) for _, lead in leads_of(dealership)]
    assert {0, 1, 2, 3} <= {len(one) for one in exchanges}
    assert {"response" in one for exchange in exchanges for one in exchange} == {True, False}
    assert all("memberMessageExchange" not in lead["memberMessage"] or lead["memberMessage"]["memberMessageExchange"]
               for _, lead in leads_of(dealership))  # fmt: skip


def test_spam_is_one_text_from_many_buyers(dealership: Dealership) -> None:
    spam = dealership.truth.filter("spam", "in_leads_api", pl.col("conversation_id").is_not_null())
    pairs = spam.select("conversation_id", "question_message_id", "buyer").iter_rows()
    buyers = defaultdict(set)
    for one, question, buyer in pairs:
        text = next(row["messageBody"] for row in messages_of(dealership, one) if row["messageId"] == question)
        buyers[text].add(buyer)
    assert len(buyers) <= 2
    assert max(len(names) for names in buyers.values()) >= 3


def test_threads_are_of_every_shape(dealership: Dealership) -> None:
    names = dealership.sellers
    talks = conversations_of(dealership)
    threads = {row["conversationId"]: messages_of(dealership, row["conversationId"]) for row in talks}
    opened = [messages[0]["senderUsername"] in names for messages in threads.values()]
    assert {True, False} == set(opened)
    assert {1, 2, 3, 4} <= {len(messages) for messages in threads.values()}
    bodies = [(row["messageBody"], "messageMedia" in row) for messages in threads.values() for row in messages]
    assert ("", True) in bodies
    assert ("", False) not in bodies
    assert {"referenceType" in row for row in talks} == {True, False}
    assert {row.get("referenceType", "LISTING") for row in talks} == {"LISTING"}
    assert any(row["conversationTitle"] == row["latestMessage"]["messageBody"] for row in talks)
    assert {"unreadCount" in row for row in talks} == {True, False}
    assert {row["conversationStatus"] for row in talks} == {"ACTIVE", "ARCHIVED", "DELETED"}
    parties = {row["latestMessage"][side] for row in talks for side in ("senderUsername", "recipientUsername")}
    assert set(names) <= parties


def test_messages_stand_in_either_order(dealership: Dealership) -> None:
    orders = set()
    for thread in dealership.threads:
        rows = json.loads(thread_body(dealership, thread.conversation_id))["messages"]
        times = [moment(row["createdDate"]) for row in rows]
        if len(set(times)) > 1:
            assert times in (sorted(times), sorted(times, reverse=True))
            orders.add(times == sorted(times))
    assert orders == {True, False}


def test_replies_before_a_lead_and_several_leads_of_one_reply_occur(dealership: Dealership) -> None:
    early = 0
    for one, submitted in (
        dealership.truth.drop_nulls("conversation_id").select("conversation_id", "submitted_at").iter_rows()
    ):
        messages = messages_of(dealership, one)
        early += any(
            row["senderUsername"] in dealership.sellers and moment(row["createdDate"]) < submitted for row in messages
        )
    assert early > 10
    shared = dealership.truth.drop_nulls("reply_message_id")["reply_message_id"]
    assert shared.is_duplicated().any()


def test_a_buyer_has_the_last_word_somewhere(dealership: Dealership) -> None:
    lasts = [messages_of(dealership, row["conversationId"]) for row in conversations_of(dealership)]
    thanked = [
        messages
        for messages in lasts
        if len(messages) > 2
        and messages[-1]["senderUsername"] not in dealership.sellers
        and "th" in messages[-1]["messageBody"]
    ]
    assert thanked


def test_some_threads_are_gone_although_the_lead_was_answered(dealership: Dealership) -> None:
    gone = dealership.truth.filter(
        pl.col("conversation_id").is_null(), pl.col("first_reply_at").is_not_null(), pl.col("buyer").is_not_null()
    )
    assert gone.height > 5
    assert set(gone["status"]) == {"RESPONDED"}


def test_some_leads_stay_new_although_they_were_answered(dealership: Dealership) -> None:
    stuck = dealership.truth.filter(pl.col("status") == "NEW", pl.col("first_reply_at").is_not_null())
    assert stuck.height >= 1
    never = dealership.truth.filter(pl.col("status") == "RESPONDED", pl.col("first_reply_at").is_null())
    assert never.is_empty()


def test_the_message_api_may_name_a_buyer_otherwise_than_the_leads_api(dealership: Dealership) -> None:
    talks = {row["conversationId"]: row["latestMessage"] for row in conversations_of(dealership)}
    kinds = Counter[str]()
    for one, buyer, immutable in (
        dealership.truth.drop_nulls("conversation_id")
        .select("conversation_id", "buyer", "buyer_immutable_id")
        .iter_rows()
    ):
        sides = {talks[one]["senderUsername"], talks[one]["recipientUsername"]} - set(dealership.sellers)
        (name,) = sides
        kinds["same" if name == buyer else "case" if name.casefold() == buyer.casefold() else "id"] += 1
        assert name.casefold() in {buyer.casefold(), immutable.casefold()}
    assert kinds["same"] > 10 * kinds["case"] > 0
    assert kinds["id"] > 0


def test_notices_of_ebay_send_their_last_message_whole_partly_or_not(dealership: Dealership) -> None:
    notices = conversations_of(dealership, "FROM_EBAY")
    assert {frozenset(row.get("latestMessage", {})) & {"messageId", "messageBody"} for row in notices} == {
        frozenset(), frozenset({"messageId"}), frozenset({"messageId", "messageBody"}),
    }  # fmt: skip
    assert any(row["latestMessage"]["messageId"] == row["conversationId"] for row in notices if "latestMessage" in row)
    assert all(row["conversationTitle"] == row["latestMessage"]["subject"] for row in notices if "latestMessage" in row)
    assert {row["latestMessage"]["senderUsername"] for row in notices if "latestMessage" in row} == {"eBay"}


def test_times_come_with_and_without_milliseconds(dealership: Dealership) -> None:
    leads = [lead["submittedTime"] for _, lead in leads_of(dealership)]
    talks = [row["latestMessage"]["createdDate"] for row in conversations_of(dealership)]
    for texts in (leads, talks):
        assert {len(text) for text in texts} == {len("2026-08-01T00:00:00Z"), len("2026-08-01T00:00:00.000Z")}
        assert any(text.endswith(".000Z") for text in texts)


def test_everybody_is_invented(dealership: Dealership) -> None:
    text = everything(dealership).decode()
    hosts = set(re.findall(r"[\w.+-]+@([\w.-]+\w)", text))
    assert hosts
    assert all(re.search(r"(^|\.)(example\.(com|org|net)|example|test|invalid)$", host.lower()) for host in hosts)
    phones = {
        lead["contactInformation"].get("phone", "") for _, lead in leads_of(dealership) if "contactInformation" in lead
    }
    assert all(re.search(r"555[- ]?01\d\d$", phone) for phone in phones - {""})
