"""The pages of meetings, whole and by forms alone; who sees them; the room's small answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.kit import clock
from readiness.gates.choices import Ballot
from readiness.meetings.models import Meeting
from readiness.meetings.services.minutes import close_meeting
from readiness.meetings.services.room import show_votes
from readiness.meetings.views.followed import _KEPT
from tests.people import Organisation
from tests.readiness.gates import deciding_world as gates
from tests.readiness.meetings.world import (
    actor,
    decided,
    first,
    fresh,
    in_progress,
    opened,
    planned,
    second,
    states,
    voted,
    with_agenda,
)

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
HX = {"HX-Request": "true"}
COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts.json").read_text())


def test_a_meeting_is_planned_in_its_own_time_zone(board: Organisation, signed_in: SignIn) -> None:
    day = (clock.now() + timedelta(days=400)).replace(month=7, day=1)
    sent = {
        "unit": board.units["Retail"].pk, "title": "Board", "starts_at": f"{day:%Y}-07-01T09:30", "time_zone": "Europe/Berlin",
    }  # fmt: skip
    answer = signed_in("Paula").post("/meetings/new/", sent)
    made = Meeting.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/meetings/{made.pk}/")
    assert f"{made.starts_at:%H:%M}" == "07:30"
    page = signed_in("Paula").get(f"/meetings/{made.pk}/edit/").content.decode()
    assert f'value="{day:%Y}-07-01T09:30"' in page


def test_a_time_that_a_clock_change_skips_is_none(board: Organisation, signed_in: SignIn) -> None:
    sent = {
        "unit": board.units["Retail"].pk, "title": "Board", "starts_at": "2027-03-28T02:30", "time_zone": "Europe/Berlin",
    }  # fmt: skip
    answer = signed_in("Paula").post("/meetings/new/", sent)
    assert answer.status_code == 422
    assert "There is no such time" in answer.content.decode()


def test_the_agenda_is_filled_and_ordered_by_forms_alone(board: Organisation, signed_in: SignIn) -> None:
    meeting, client = with_agenda(board, ()), signed_in("Paula")
    one, two = planned(board, "Chat"), planned(board, "Search")
    page = client.get(f"/meetings/{meeting.pk}/agenda/").content.decode()
    assert "Chat" in page
    assert "Search" in page
    client.post(f"/meetings/{meeting.pk}/agenda/", {"reviews": [one.pk, two.pk], "minutes": 15})
    assert states(meeting) == ["scheduled", "scheduled"]
    moved = client.post(f"/meetings/{meeting.pk}/agenda/{second(meeting).pk}/move/", {"direction": "up"}, follow=True)
    assert first(meeting).review == two
    assert "Place 1 of 2" in moved.content.decode()
    client.post(f"/meetings/{meeting.pk}/agenda/{first(meeting).pk}/move/", {"place": "1"})
    assert first(meeting).review == one
    client.post(f"/meetings/{meeting.pk}/agenda/{first(meeting).pk}/minutes/", {"minutes": "30"})
    assert first(meeting).minutes == 30
    client.post(f"/meetings/{meeting.pk}/agenda/{first(meeting).pk}/remove/")
    assert meeting.items.count() == 1


def test_a_second_editor_sees_what_the_first_saved(board: Organisation, signed_in: SignIn) -> None:
    meeting, client = with_agenda(board), signed_in("Paula")
    sent = {"title": "Mine", "starts_at": "2028-01-01T10:00", "time_zone": "UTC", "version": fresh(meeting).version}
    assert client.post(f"/meetings/{meeting.pk}/edit/", sent).status_code == 302
    answer = client.post(f"/meetings/{meeting.pk}/edit/", sent | {"title": "Theirs"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Mine" in text
    assert 'value="Theirs"' in text
    again = int(re.findall(r'name="version" value="(\d+)"', text)[0])
    assert client.post(f"/meetings/{meeting.pk}/edit/", sent | {"title": "Theirs", "version": again}).status_code == 302
    assert fresh(meeting).title == "Theirs"


@pytest.mark.parametrize(("name", "status"), [("Paula", 200), ("Vera", 200), ("Ada", 200), ("Otto", 404), ("Lars", 404),
                                              ("Nora", 404)])  # fmt: skip
def test_who_sees_a_meeting(board: Organisation, signed_in: SignIn, name: str, status: int) -> None:
    meeting = in_progress(board, present=())
    meeting.invitees.all().delete()
    for path in ("", "room/", "room/live/"):
        assert signed_in(name).get(f"/meetings/{meeting.pk}/{path}").status_code == status, path
    listed = f'href="/meetings/{meeting.pk}/"' in signed_in(name).get("/meetings/").content.decode()
    assert listed == (status == 200)


def test_who_may_not_press_is_not_shown_a_button_and_refused(board: Organisation, signed_in: SignIn) -> None:
    meeting = in_progress(board)
    client, item = signed_in("Vera"), first(meeting)
    page = client.get(f"/meetings/{meeting.pk}/room/").content.decode()
    assert "room-next" not in page
    assert 'id="notes"' not in page
    for path in (
        "open/", "cancel/", "start/", "close/", "room/end/", f"agenda/{item.pk}/start/", f"agenda/{item.pk}/votes/",
        f"agenda/{item.pk}/move/", f"agenda/{item.pk}/remove/", f"agenda/{item.pk}/minutes/", f"agenda/{item.pk}/vote/",
    ):  # fmt: skip
        answer = client.post(f"/meetings/{meeting.pk}/{path}", {"minutes": 5, "ballot": "go"})
        assert answer.status_code == 403, path
    assert signed_in("Lars").post(f"/meetings/{meeting.pk}/start/").status_code == 404


def test_the_room_from_begin_to_minutes_by_forms_alone(board: Organisation, signed_in: SignIn) -> None:
    meeting, paula = opened(board), signed_in("Paula")
    room = f"/meetings/{meeting.pk}/room/"
    paula.post(f"/meetings/{meeting.pk}/start/")
    item = first(meeting)
    paula.post(f"/meetings/{meeting.pk}/agenda/{item.pk}/start/")
    for name in gates.NAMES:
        client, person = signed_in(name), board.people[name]
        assert "I am there" in client.get(room).content.decode()
        client.post(f"{room}attend/", {"person": person.pk})
        assert 'id="desk-cast"' in client.get(room).content.decode()
    for name in gates.NAMES:
        signed_in(name).post(f"/meetings/{meeting.pk}/agenda/{item.pk}/vote/", {"ballot": "go", "seen": ""})
    assert states(meeting)[0] == "proposed"
    bea = signed_in("Bea").get(room).content.decode()
    assert "You voted:" in bea
    decided(board, item.review)
    assert "decided by Bea Test" in paula.get(room).content.decode()
    paula.post(f"/meetings/{meeting.pk}/agenda/{item.pk}/notes/", {"notes": "Well shown.", "seen": ""})
    action = {"action-text": "Book", "action-owner": board.people["Iris"].pk, "action-due": "2099-01-01", "item": item.pk}
    paula.post(f"/meetings/{meeting.pk}/actions/", action)
    assert "1 review is left undecided" not in paula.get(f"/meetings/{meeting.pk}/close/").content.decode()
    assert paula.post(f"/meetings/{meeting.pk}/close/")["Location"] == f"/meetings/{meeting.pk}/minutes/"
    page = paula.get(f"/meetings/{meeting.pk}/minutes/").content.decode()
    assert fresh(meeting).minutes_digest in page
    assert "Well shown." in page
    text = paula.get(f"/meetings/{meeting.pk}/minutes/text/")
    assert text.content.decode() == fresh(meeting).minutes


def test_a_vote_without_a_word_is_told_what_is_missing(board: Organisation, signed_in: SignIn) -> None:
    meeting = in_progress(board)
    address = f"/meetings/{meeting.pk}/agenda/{first(meeting).pk}/vote/"
    assert "Choose how you vote" in signed_in("Ida").post(address, {}, follow=True).content.decode()
    assert "Say why" in signed_in("Ida").post(address, {"ballot": "hold"}, follow=True).content.decode()


def test_the_room_answers_204_until_something_changes(board: Organisation, signed_in: SignIn) -> None:
    meeting, client = in_progress(board), signed_in("Vera")
    page = client.get(f"/meetings/{meeting.pk}/room/").content.decode()
    address = re.findall(r'hx-get="([^"]+live[^"]+)"', page)[0].replace("&amp;", "&")
    assert client.get(address, headers=HX).status_code == 204
    assert meeting.current is not None
    gates.vote(board, meeting.current.review, "Ida", Ballot.HOLD)
    answer = client.get(address, headers=HX)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "has voted" in text
    assert "Because." not in text
    assert 'id="desk"' not in text, "what Vera may do is the same, so nothing that she types in is swapped"
    assert 'id="pad"' not in text
    show_votes(by=actor(board), item=first(meeting))
    shown = client.get(address, headers=HX).content.decode()
    assert "Hold" in shown
    assert "<html" not in shown


def test_the_forms_come_anew_where_they_changed(board: Organisation, signed_in: SignIn) -> None:
    meeting, client = in_progress(board), signed_in("Ida")
    page = client.get(f"/meetings/{meeting.pk}/room/").content.decode()
    address = re.findall(r'hx-get="([^"]+live[^"]+)"', page)[0].replace("&amp;", "&")
    voted(board, meeting)
    text = client.get(address, headers=HX).content.decode()
    assert '<div id="desk" hx-swap-oob="true">' in text
    assert 'id="pad"' not in text


def test_what_one_follower_was_shown_serves_those_who_see_the_same(board: Organisation, signed_in: SignIn) -> None:
    from readiness.meetings.services.agenda import add_items

    meeting = in_progress(board)
    tills = planned(board, initiative=gates.an_initiative(board, "Tills", unit="Retail"))
    add_items(by=actor(board), meeting=meeting, reviews=[tills])
    address, asked = f"/meetings/{meeting.pk}/room/live/", {}
    clients = {name: signed_in(name) for name in ("Vera", "Finn", "Otto", "Ida", "Paula")}
    with time_machine.travel(clock.now(), tick=False):  # an answer holds for half a minute of the clock
        for name, client in clients.items():
            with CaptureQueriesContext(connection) as queries:
                text = client.get(address, headers=HX).content.decode()
            asked[name] = len(queries)
            assert ("Tills" in text) == (name != "Otto"), name
            assert ('id="desk-cast"' in text) == (name == "Ida"), "forms are each person's own"
            assert ('id="room-end"' in text) == (name == "Paula")
    assert asked["Vera"] > 15
    assert asked["Finn"] <= 5, "the first one's answer serves the second"
    assert asked["Otto"] > 15, "who sees less of it gets one of their own"
    assert asked["Ida"] <= 5


def test_notes_are_saved_as_one_types(board: Organisation, signed_in: SignIn) -> None:
    meeting, client = in_progress(board), signed_in("Paula")
    address = f"/meetings/{meeting.pk}/agenda/{first(meeting).pk}/notes/"
    saved = client.post(address, {"notes": "One <b>", "seen": ""}, headers=HX)
    assert (saved.status_code, "Saved" in saved.content.decode()) == (200, True)
    assert "One &lt;b&gt;" in saved.content.decode()
    stale = client.post(address, {"notes": "Two", "seen": ""}, headers=HX)
    assert stale.status_code == 409
    assert "Somebody else wrote meanwhile" in stale.content.decode()
    assert first(meeting).notes == "One <b>"


def test_an_invited_person_of_a_sub_unit_reads_the_minutes_of_what_they_may_see(
    board: Organisation, signed_in: SignIn
) -> None:  # fmt: skip
    from readiness.meetings.services.agenda import add_items

    meeting = in_progress(board)
    tills = planned(board, initiative=gates.an_initiative(board, "Tills", unit="Retail"))
    add_items(by=actor(board), meeting=meeting, reviews=[tills])
    client = signed_in("Otto")
    for path in ("", "room/"):
        page = client.get(f"/meetings/{meeting.pk}/{path}").content.decode()
        assert "Tills" not in page
        assert "An item of another unit" in page
    close_meeting(by=actor(board), meeting=meeting)
    page = client.get(f"/meetings/{meeting.pk}/minutes/").content.decode()
    assert "Tills" not in page
    assert "Chat" in page
    assert fresh(meeting).minutes_digest not in page
    assert client.get(f"/meetings/{meeting.pk}/minutes/text/").status_code == 404
    hidden = meeting.items.get(review=tills).pk
    assert client.post(f"/meetings/{meeting.pk}/agenda/{hidden}/votes/").status_code == 404


def test_minutes_exist_once_they_are_locked(board: Organisation, signed_in: SignIn) -> None:
    meeting = in_progress(board)
    assert signed_in("Paula").get(f"/meetings/{meeting.pk}/minutes/").status_code == 404


@pytest.mark.parametrize("rows", [1, 6])
def test_no_page_asks_more_than_committed(board: Organisation, signed_in: SignIn, rows: int) -> None:
    names = [f"Initiative {number}" for number in range(rows + 1)]
    meeting = in_progress(board, names=names)
    for number in range(rows):
        with_agenda(board, (f"More {number}",), title=f"Board {number}")
    client, found = signed_in("Paula"), {}
    page = client.get(f"/meetings/{meeting.pk}/room/").content.decode()
    still = re.findall(r'hx-get="([^"]+live[^"]+)"', page)[0].replace("&amp;", "&")
    paths = {
        "list": "/meetings/", "meeting": f"/meetings/{meeting.pk}/", "add": f"/meetings/{meeting.pk}/agenda/",
        "invite": f"/meetings/{meeting.pk}/invitees/", "room": f"/meetings/{meeting.pk}/room/",
        "live, nothing new": still, "live": f"/meetings/{meeting.pk}/room/live/",
        "API list": "/api/v1/meetings/", "API meeting": f"/api/v1/meetings/{meeting.pk}/",
    }  # fmt: skip
    _KEPT.clear()  # the room is read anew, then served to who asks after
    for name, path in paths.items():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code in (200, 204), name
        found[name] = len(queries)
    close_meeting(by=actor(board), meeting=meeting)
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/meetings/{meeting.pk}/minutes/")
    found["minutes"] = len(queries)
    assert found == COUNTS
    assert found["live, nothing new"] <= 5
