"""One lead explained: what a person reads, with and without the frames, and that it can't be made to run."""

import polars as pl
import pytest
from made_records import DAY, at, exchange, inbox, lead, leads, mail, messages, sent, talk

import leadkit as lk
from leadkit.metrics.response import TIMES

HOURS = lk.BusinessHours("UTC", "Mo-Fr 09:00-17:00")
FRAMES = {
    "messages": messages((0, "jane"), (30, "dealer"), (50, None)),
    "conversations": talk(30, "dealer", latest_message_id="c1-2", latest_body="dealer's words"),
    "mail": mail(
        inbox(0, 30, replied=True, text="copy"), inbox(40, replied=False), inbox(41), sent(30), inbox(2, sender="john")
    ),
}


def explained(*rows, hours=None, frames=FRAMES, lead_id="a0"):
    table = leads(*rows)
    return lk.explain(lk.response_times(table, hours=hours, **frames), lead_id, leads=table, **frames)


def said(explanation, heading):
    return dict(explanation.lines)[heading]


def test_an_exact_wait_is_shown_with_its_evidence_its_link_both_messages_and_the_arithmetic():
    found = explained(lead(status="RESPONDED", message="Is it still there?"), hours=HOURS)
    assert found.row["lead_id"] == "a0"
    assert dict(found.lines) == {
        "lead": "a0, account demo, listing 110043671232, buyer jane",
        "state": "answered_exact: the reply came at a known moment",
        "evidence": "E1 thread",
        "link": "R3: same listing and buyer, conversation c1",
        "question": '2026-10-05 12:00:00.000 UTC: "Is it still there?"',
        "reply": '2026-10-05 12:30:00.000 UTC: "dealer\'s words", message c1-1',
        "wait": "2026-10-05 12:30:00.000 UTC - 2026-10-05 12:00:00.000 UTC = 0:30:00",
        "business": "0:30:00 in business hours; the lead came while open",
        "seen": "2026-10-06 12:00:00.000 UTC, 1 day, 0:00:00 after the lead",
    }


def test_every_record_about_the_lead_is_shown_in_order_of_time():
    found = explained(lead(status="RESPONDED", message="Is it still there?"))
    assert found.records.select("at", "source", "what", "text").rows() == [
        (at(0), "mail", "copy of the buyer's message: replied at 2026-10-05 12:30:00.000 UTC", "copy"),
        (at(0), "messages", "the buyer wrote", "jane's words"),
        (at(30), "conversations", "the latest message is not the buyer's", "dealer's words"),
        (at(30), "mail", "copy of the seller's message", None),
        (at(30), "messages", "the seller wrote", "dealer's words"),
        (at(40), "mail", "copy of the buyer's message: not replied", None),
        (at(41), "mail", "copy of the buyer's message: no word of a reply", None),
        (at(50), "messages", "somebody unknown wrote", "somebody's words"),
        (at(60), "leads", "fetched with the status RESPONDED", "Is it still there?"),
    ]
    shown = repr(found)
    assert "  messages" in shown
    assert '2026-10-05 12:30:00.000 UTC the seller wrote (c1-1): "dealer\'s words"' in shown


def test_without_the_frames_it_tells_ids_and_times():
    times = lk.response_times(leads(lead()), **FRAMES)
    found = lk.explain(times.lazy(), "a0")
    assert said(found, "question") == "2026-10-05 12:00:00.000 UTC"
    assert said(found, "reply") == "2026-10-05 12:30:00.000 UTC, message c1-1"
    assert found.records.is_empty()
    assert repr(found).count("\n") == len(found.lines) - 1


def test_an_interval_says_between_what_the_reply_came():
    found = explained(
        lead(seen=90, status="RESPONDED"), frames={"conversations": talk(0, "jane", seen=20)}, hours=HOURS
    )
    assert said(found, "state") == "answered_interval: the reply came within a known interval"
    assert said(found, "evidence") == "E5 polling"
    assert said(found, "reply") == "after 2026-10-05 12:20:00.000 UTC, not after 2026-10-05 13:30:00.000 UTC"
    assert said(found, "wait") == (
        "more than 0:20:00, at most 2026-10-05 13:30:00.000 UTC - 2026-10-05 12:00:00.000 UTC = 1:30:00"
    )
    assert said(found, "business") == "more than 0:20:00, at most 1:30:00 in business hours; the lead came while open"


def test_an_open_lead_says_up_to_when():
    found = explained(lead(600, seen=DAY, status="NEW"), frames={}, hours=HOURS)
    assert said(found, "state") == "unanswered: there was no reply, up to when it was seen"
    assert said(found, "link") == "none: no thread or mail belongs to it for certain"
    assert said(found, "reply") == "none up to 2026-10-06 12:00:00.000 UTC"
    assert said(found, "wait") == "more than 2026-10-06 12:00:00.000 UTC - 2026-10-05 22:00:00.000 UTC = 14:00:00"
    assert said(found, "business") == "more than 3:00:00 in business hours; the lead came while closed"


def test_a_lead_of_which_nothing_is_known_says_so():
    row = {"account": None, "item_id": None, "user_id": None}
    found = explained(lead(seen=None) | row, frames={})
    assert said(found, "lead") == "a0, listing (none), buyer (none)"
    assert [said(found, heading) for heading in ("evidence", "reply", "wait")] == ["none", "not known", "not known"]
    assert said(found, "seen") == "(no time), (not known) after the lead"
    timed = explained(lead(), frames={}, hours=HOURS)
    assert said(timed, "business") == "seen for 1:00:00 in business hours; the lead came while open"


def test_a_date_without_a_message_and_a_reply_in_sent_are_told():
    dated = explained(lead(), frames={"mail": mail(inbox(0, 30))})
    assert said(dated, "reply") == "2026-10-05 12:30:00.000 UTC, a message of no known id"
    assert said(dated, "link") == "R2: same listing and buyer, the mail within ten minutes of the lead"
    copied = explained(lead(), frames={"mail": mail(sent(30, text="Yes."))})
    assert said(copied, "reply") == '2026-10-05 12:30:00.000 UTC: "Yes.", message m0'


def test_a_mail_that_is_linked_by_its_id_is_shown_though_it_names_another():
    copy = mail(inbox(0, 30, sender="AbCdEfG", external_message_id="1730000064", text="Hello?"))
    found = explained(lead(exchanges=[exchange(1730000064)]), frames={"mail": copy})
    assert said(found, "link").startswith("R1: the mail's external id")
    assert said(found, "question").endswith(': "Hello?"')
    assert len(found.records) == 2


def test_duplicates_and_conflicts_are_told():
    found = explained(lead(), lead(5, seen=40, status="NEW"), lead_id="a1")
    assert said(found, "episode") == "a duplicate of a0, which counts for both"
    assert said(found, "conflict") == "two sources can't both be true; the one of the lower number was kept"
    assert "conflict" not in dict(explained(lead()).lines)


def test_several_open_threads_are_all_shown():
    both = pl.concat([messages((0, "jane")), messages((1, "jane"), thread="c2")])
    found = explained(lead(), frames={"messages": both})
    assert found.records.filter(source="messages")["id"].to_list() == ["c1-0", "c2-0"]


def test_the_table_in_a_notebook_can_not_run_what_a_buyer_wrote():
    found = explained(lead(message="<script>alert('x')</script>", user_id="<b>"))
    html = found._repr_html_()
    assert "<script" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;" in html
    assert html.startswith("<table><tr><th")


def test_what_counts_because_a_later_lead_shows_it_is_told_with_that_lead():
    answered = [exchange(2, created=40, response="Yes.")]
    rows = [
        lead(0, 100, "NEW"),
        lead(40, 90, "NEW", message="And now?"),
        lead(40, 100, "RESPONDED", lead_id="a1", exchanges=answered),
        lead(-9, 100, "RESPONDED"),  # asked before
        lead(50, 100, "RESPONDED", user_id="john"),
    ]
    copy = inbox(40, replied=True, external_message_id="2", sender=None)
    found = explained(*rows, frames={"mail": mail(copy)})
    assert said(found, "evidence") == "E5 polling"
    assert said(found, "reply") == "after 2026-10-05 13:30:00.000 UTC, not after 2026-10-05 13:40:00.000 UTC"
    assert found.records.select("at", "source", "id", "what", "text").rows() == [
        (at(40), "mail", "m0", "copy of the buyer's message: replied", None),
        (at(90), "leads", "a1", f"{LATER}fetched with the status NEW", "And now?"),
        (at(100), "leads", "a0", "fetched with the status NEW", None),
        (at(100), "leads", "a1", f"{LATER}fetched with the status RESPONDED and an answer", None),
    ]
    assert said(found, "question") == "2026-10-05 12:00:00.000 UTC"  # not the words of the later lead
    assert explained(*rows, frames={}, lead_id="a1").records["id"].to_list() == ["a1", "a1"]


LATER = "a later lead of the same buyer, of 2026-10-05 12:40:00.000 UTC, "


def test_of_leads_in_one_moment_those_further_down_are_the_later_ones_also_when_polled():
    rows = [lead(0, 50, "NEW"), lead(0, 60, "NEW"), lead(0, 70, "RESPONDED", lead_id="a0")]
    assert explained(*rows, frames={}).records["id"].to_list() == ["a0", "a1", "a0"]
    assert explained(*rows, frames={}, lead_id="a1").records["id"].to_list() == ["a1"]


def test_long_words_are_cut_and_lines_joined():
    found = explained(lead(message="much  more\nto say " * 40))
    assert said(found, "question").endswith('…"')
    assert "\n" not in said(found, "question")
    assert len(said(found, "question")) < 200


def test_an_id_that_is_not_there_is_refused_with_the_nearest():
    times = lk.response_times(leads(lead(lead_id="8d8e7350a079fd5224b4"), lead(lead_id="ffff")))
    with pytest.raises(lk.InvalidRequest, match=r"not in times \(did you mean '8d8e7350a079fd5224b4'\?\)"):
        lk.explain(times, "8d8e7350a079fd5224b5")
    with pytest.raises(lk.InvalidRequest, match=r"lead_id='zz' is not in times\.$"):
        lk.explain(times, "zz")
    with pytest.raises(lk.InvalidRequest, match="lead_id=7 is refused: allowed is a lead_id of times, a String"):
        lk.explain(times, 7)


def test_one_id_in_two_accounts_is_refused():
    times = lk.response_times(leads(lead(lead_id="a"), lead(lead_id="a", account="b")))
    with pytest.raises(lk.InvalidRequest, match="lead_id='a' is in 2 rows of times; filter times by account"):
        lk.explain(times, "a")
    assert said(lk.explain(times.filter(account="b"), "a"), "lead").startswith("a, account b")


def test_records_of_another_account_are_left_out():
    other = pl.concat([messages((0, "jane")), messages((0, "jane"), account="b", message_id="x")])
    assert explained(lead(), frames={"messages": other}).records["id"].to_list() == ["c1-0", "a0"]


def test_frames_that_lack_a_column_are_refused():
    times = lk.response_times(leads(lead()))
    with pytest.raises(lk.MissingColumns, match=r"explain\(times\) needs the column 'evidence'"):
        lk.explain(times.drop("evidence"), "a0")
    with pytest.raises(lk.MissingColumns, match=r"explain\(messages\) needs the column 'sender'"):
        lk.explain(times, "a0", messages=messages((0, "jane")).drop("sender"))
    few = mail(inbox(0)).drop("account", "send_to_name", "message_type", "text")
    shown = lk.explain(times, "a0", mail=few, leads=leads(lead()).drop("exchanges", "message"))
    assert shown.records["source"].to_list() == ["mail", "leads"]


def explained_of(times):
    return lk.explain(times, "a0", leads=leads(lead(message="Hello?")), **FRAMES)


def test_times_of_another_zone_or_unit_are_told_in_utc():
    times = lk.response_times(leads(lead()), hours=HOURS, **FRAMES)
    at_places = times.with_columns(
        pl.col("submitted_at").dt.convert_time_zone("America/Chicago"),
        pl.col("responded_at", "observed_at").dt.convert_time_zone("Asia/Tokyo").dt.cast_time_unit("ms"),
        pl.col("wait_lower", "wait_upper", "age").dt.cast_time_unit("ms"),
        pl.col("lead_id", "state", "evidence", "link_rule").cast(pl.Categorical),
    )
    assert repr(explained_of(at_places)) == repr(explained_of(times))
    assert repr(lk.explain(at_places, "a0")) == repr(lk.explain(times, "a0"))


def test_naive_times_are_read_as_utc_and_told():
    times = lk.response_times(leads(lead()), **FRAMES)
    naive = times.with_columns(pl.col("submitted_at", "observed_at").dt.replace_time_zone(None))
    with pytest.warns(lk.LeadkitWarning, match="explain: submitted_at, observed_at of times has no time zone") as told:
        found = explained_of(naive)
    assert told[0].filename == __file__
    assert repr(found) == repr(explained_of(times))


@pytest.mark.parametrize("name", TIMES.names())
def test_a_column_of_another_dtype_is_refused_by_its_name(name):
    times = lk.response_times(leads(lead()), **FRAMES)
    for wrong in (pl.lit(3), pl.lit(b"x"), pl.col(name).is_null() if TIMES[name] != pl.Boolean else pl.lit("yes")):
        with pytest.raises(lk.InvalidRequest, match=f"explain: the column '{name}' is .*; it has to be a"):
            lk.explain(times.with_columns(wrong.alias(name)), "a0")


@pytest.mark.parametrize("state", [pl.lit(None), pl.lit(None, TIMES["state"]), pl.lit("lost")], ids=str)
def test_a_state_that_is_none_of_the_four_is_unknown(state):
    found = explained_of(lk.response_times(leads(lead()), hours=HOURS, **FRAMES).with_columns(state.alias("state")))
    assert found.row["state"] == "unknown"
    assert said(found, "state") == "unknown: no record tells"
    assert [said(found, heading) for heading in ("reply", "wait")] == ["not known", "not known"]
    assert said(found, "business") == "seen for 8:00:00 in business hours; the lead came while open"


def test_columns_that_are_null_throughout_are_not_known_and_nothing_is_warned_of():
    times = lk.response_times(leads(lead()), hours=HOURS, **FRAMES)
    nothing = times.with_columns(pl.lit(None).alias(name) for name in times.columns if name != "lead_id")
    found = explained_of(nothing)
    assert said(found, "question") == '(no time): "Hello?"'
    assert said(found, "seen") == "(no time), (not known) after the lead"


def test_a_rule_that_leadkit_does_not_have_is_told():
    times = lk.response_times(leads(lead()), **FRAMES).with_columns(link_rule=pl.lit("R9"))
    assert said(lk.explain(times, "a0"), "link") == "R9: a rule that leadkit does not have, conversation c1"


@pytest.mark.parametrize("ids", [pl.col("lead_id").cast(pl.Categorical), pl.lit(None)], ids=["Categorical", "null"])
def test_an_id_that_is_not_there_is_refused_whatever_the_ids_are(ids):
    times = lk.response_times(leads(lead(lead_id="ab1"))).with_columns(ids.alias("lead_id"))
    with pytest.raises(lk.InvalidRequest, match="lead_id='ab2' is not in times"):
        lk.explain(times, "ab2")


def test_leads_without_questions_in_another_order_are_explained_as_before():
    table = leads(lead(status="RESPONDED"), lead(5, status="NEW"))
    upside_down = table.reverse()  # Polars forgets what the lists of ``exchanges`` would hold
    times = lk.response_times(upside_down)
    assert times.reverse()["state"].equals(lk.response_times(table)["state"])
    assert lk.explain(times, "a0", leads=upside_down).lines == lk.explain(times, "a0", leads=table).lines


@pytest.mark.parametrize("exchanges", [["a"], [["a"]], 3, "a"], ids=repr)
def test_exchanges_that_are_no_questions_are_refused(exchanges):
    table = leads(lead()).with_columns(pl.Series("exchanges", [exchanges]))
    with pytest.raises(lk.InvalidRequest, match=r"explain: the column 'exchanges' is .*; it has to be the list of"):
        lk.explain(lk.response_times(leads(lead())), "a0", leads=table, mail=mail(inbox(0)))
