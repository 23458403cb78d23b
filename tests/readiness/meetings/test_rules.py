"""The order of an agenda, its clock, and the text of minutes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.meetings.choices import Direction, MeetingState
from readiness.meetings.rules.clock import clock
from readiness.meetings.rules.minutes import Agreed, Decided, Item, Minutes, Presence, digest_of, text_of, without
from readiness.meetings.rules.order import moved, placed
from readiness.meetings.rules.states import Step, may_follow

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
ITEM = Item(
    "AI-0001 Chat", "PoC gate", 20, NINE, NINE + timedelta(minutes=18), "Go", (("Ida", "Go"), ("Dan for Sam", "Hold")),
    Decided("Conditional Go", "Bea", NINE + timedelta(minutes=17), "ab" * 32, "Most agreed.",
            (Agreed("Measure at load", "Otto", date(2026, 4, 1)),)),
    "They asked for figures.", (Agreed("Send the figures", "Iris", date(2026, 3, 9)),),
)  # fmt: skip
MINUTES = Minutes(
    "Gate board", "Retail", 7, NINE, NINE + timedelta(hours=1), "Bea", "Room 1",
    (Presence("Ida", ((NINE, NINE + timedelta(minutes=30)), (NINE + timedelta(minutes=40), None))),), ("Otto",),
    (ITEM, replace(ITEM, subject="AI-0002 Search", started=None, ended=None, decided=None, votes=(), recommended="", actions=(),
                   notes="")),
    "Began late.", (Agreed("Book the room", "Paula", date(2026, 3, 5)),),
)  # fmt: skip


def test_minutes_read_as_they_were_said() -> None:
    assert text_of(MINUTES, BERLIN) == (
        "MINUTES OF A GATE MEETING\n"
        "Meeting 7: Gate board\n"
        "Unit: Retail\n"
        "Held: 2026-03-02 10:00 to 2026-03-02 11:00 (Europe/Berlin)\n"
        "Chair: Bea\n"
        "Place: Room 1\n"
        "Present: Ida (10:00-10:30, 10:40-end)\n"
        "Invited and not present: Otto\n"
        "| Began late.\n"
        "\n"
        "1. AI-0001 Chat\n"
        "   Gate: PoC gate; 10:00 to 10:18; 20 minutes planned\n"
        "   Recommended: Go\n"
        "   Votes: Ida: Go; Dan for Sam: Hold\n"
        "   Decision: Conditional Go, by Bea, 2026-03-02 10:17\n"
        f"   Record: {'ab' * 32}\n"
        "   Reason:\n"
        "   | Most agreed.\n"
        "   Conditions:\n"
        "   - Measure at load (Otto, by 2026-04-01)\n"
        "   | They asked for figures.\n"
        "   Actions:\n"
        "   - Send the figures (Iris, by 2026-03-09)\n"
        "\n"
        "2. AI-0002 Search\n"
        "   Gate: PoC gate; not reached; 20 minutes planned\n"
        "   Decision: none\n"
        "\n"
        "ACTIONS OF THE MEETING\n"
        "- Book the room (Paula, by 2026-03-05)\n"
    )


def test_the_digest_is_that_of_the_text() -> None:
    text = text_of(MINUTES, UTC)
    assert digest_of(text) == digest_of(text)
    assert digest_of(text) != digest_of(text + " ")
    assert digest_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_whoever_may_not_see_an_item_reads_nothing_of_it() -> None:
    text = without(text_of(MINUTES, UTC), {1}, "An item of another unit")
    assert "Chat" not in text
    assert "figures" not in text
    assert "1. An item of another unit" in text
    assert "2. AI-0002 Search" in text
    assert "Book the room" in text
    assert without(text_of(MINUTES, UTC), set(), "-") == text_of(MINUTES, UTC)
    last = without(text_of(MINUTES, UTC), {2}, "An item of another unit")
    assert "Search" not in last
    assert "Book the room" in last


_HOSTILE = st.text(alphabet=st.sampled_from("1. 2\n\r\t\u2028\u202e\x00|-ACTIONS OF THE MEETING\x85\x0b"), max_size=60)


@given(_HOSTILE, _HOSTILE, _HOSTILE)
def test_no_text_passes_for_a_heading_or_hides_an_item(one: str, two: str, three: str) -> None:
    first = replace(ITEM, subject=f"Secret {one}", notes=f"{two}\n1. x\nACTIONS OF THE MEETING\nSecret {three}")
    wild = replace(MINUTES, items=(first, MINUTES.items[1]), notes=f"{one}\n2. Secretive\n{two}", place=two, title=three)
    text = text_of(wild, UTC)
    headings = [line for line in text.split("\n") if line[:1].isdigit()]
    assert len(headings) == 2
    assert text.split("\n").count("ACTIONS OF THE MEETING") == 1
    hidden = without(text, {1}, "Hidden")
    assert "Secret " not in hidden.replace("Secretive", "")


@given(st.lists(st.integers(), unique=True, min_size=1, max_size=8), st.data())
def test_moving_keeps_every_item_once(order: list[int], data: st.DataObject) -> None:
    item, place = data.draw(st.sampled_from(order)), data.draw(st.integers(-3, 12))
    found = placed(order, item, place)
    assert sorted(found) == sorted(order)
    assert found.index(item) == max(0, min(place, len(order) - 1))
    assert [one for one in found if one != item] == [one for one in order if one != item]
    up, down = moved(order, item, Direction.UP), moved(order, item, Direction.DOWN)
    assert up.index(item) == max(0, order.index(item) - 1)
    assert down.index(item) == min(len(order) - 1, order.index(item) + 1)


@pytest.mark.parametrize(("passed", "text", "over"), [(0, "20:00", False), (61, "18:59", False), (1200, "0:00", False),
                                                      (1265, "+1:05", True)])  # fmt: skip
def test_the_clock_counts_down_and_then_up(passed: int, text: str, over: bool) -> None:
    told = clock(NINE, 20, NINE + timedelta(seconds=passed))
    assert (told.text, bool(told.over)) == (text, over)
    assert told.ends == NINE + timedelta(minutes=20)


def test_a_meeting_goes_one_way() -> None:
    allowed = {(step, state) for step, state in product(Step, MeetingState) if may_follow(step, state)}
    draft, open_, running = MeetingState.DRAFT, MeetingState.OPEN, MeetingState.IN_PROGRESS
    assert allowed == {
        (Step.OPEN, draft), (Step.START, draft), (Step.START, open_), (Step.CLOSE, running), (Step.CANCEL, draft),
        (Step.CANCEL, open_), (Step.PLAN, draft), (Step.PLAN, open_), (Step.PLAN, running), (Step.HOLD, running),
    }  # fmt: skip
