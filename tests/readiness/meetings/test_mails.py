"""Invitations as calendars read them: one identity, a growing sequence, cancelled where it is; and the calendar address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from icalendar import Calendar

from portfolio.accounts.services import assign_role
from portfolio.activity.models import Mail, Notice
from portfolio.outbox.models import Event as Told
from readiness.meetings.choices import Answer, Direction
from readiness.meetings.models import CalendarFeed, Meeting
from readiness.meetings.services.agenda import move_item, set_minutes
from readiness.meetings.services.calendars import new_calendar, read_calendar, revoke_calendar
from readiness.meetings.services.inviting import answer, invite, open_meeting, uninvite
from readiness.meetings.services.schedule import cancel_meeting, change_meeting
from tests.people import SYSTEM, Organisation
from tests.readiness.meetings.world import actor, first, fresh, mails, opened, planned, second, with_agenda

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


def event_of(mail: Mail) -> tuple[str, Any]:
    """Method and event of the file that goes with a mail, as an independent reader takes them."""
    (file,) = mail.attachments.all()
    calendar = Calendar.from_ical(bytes(file.content))
    (event,) = calendar.walk("VEVENT")
    assert f"method={calendar['METHOD']}" in file.content_type
    return str(calendar["METHOD"]), event


def test_opening_invites_everybody_once(board: Organisation) -> None:
    meeting = opened(board, people=("Ida", "Dan"))
    sent = mails("request")
    assert [mail.to for mail in sent] == ["ida@example.org", "dan@example.org"]
    method, event = event_of(sent[0])
    assert (method, int(event["SEQUENCE"]), str(event["STATUS"])) == ("REQUEST", 0, "CONFIRMED")
    assert event["DTSTART"].dt == meeting.starts_at.replace(microsecond=0)
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=40)
    assert str(event["UID"]).startswith(str(meeting.uid))
    assert str(event["ATTENDEE"]) == "mailto:ida@example.org"
    assert "dan@" not in str(event.to_ical()), "an address is nobody else's business"
    assert str(event["URL"]).endswith(f"/meetings/{meeting.pk}/")
    assert "Chat" in str(event["DESCRIPTION"])
    assert invite(by=actor(board), meeting=meeting) == 0
    assert len(mails("request")) == 2
    told = Notice.objects.filter(kind="meeting_invited").values_list("user__name", flat=True)
    assert set(told) == {"Ida Test", "Dan Test"}


def test_nothing_leaves_before_it_is_opened(board: Organisation) -> None:
    meeting = with_agenda(board)
    invite(by=actor(board), meeting=meeting, people=[board.people["Ida"]])
    assert mails() == []
    change_meeting(by=actor(board), meeting=meeting, changes={"place": "Room 2"})
    assert (mails(), fresh(meeting).sequence) == ([], 0)
    with pytest.raises(ValidationError):
        open_meeting(by=actor(board), meeting=with_agenda(board, ()))


def test_a_moved_meeting_is_the_same_one_with_a_higher_sequence(board: Organisation) -> None:
    meeting = opened(board, people=("Ida",))
    before = event_of(mails("request")[0])[1]
    later = meeting.starts_at + timedelta(hours=3)
    change_meeting(by=actor(board), meeting=meeting, changes={"starts_at": later, "place": "Room 2"})
    after = event_of(mails("request")[-1])[1]
    assert after["UID"] == before["UID"]
    assert int(after["SEQUENCE"]) == int(before["SEQUENCE"]) + 1
    assert after["DTSTART"].dt == later.replace(microsecond=0)
    assert str(after["LOCATION"]) == "Room 2"
    assert mails("request")[-1].subject == "Changed: Gate board"
    change_meeting(by=actor(board), meeting=meeting, changes={"chair": board.people["Bea"]})
    assert len(mails("request")) == 2, "calendars do not know of chairs"


def test_another_agenda_waits_for_somebody_to_send_it(board: Organisation) -> None:
    meeting = opened(board, people=("Ida",))
    set_minutes(by=actor(board), item=first(meeting), minutes=50)
    move_item(by=actor(board), item=second(meeting), direction=Direction.UP)
    assert len(mails("request")) == 1
    assert invite(by=actor(board), meeting=meeting) == 1
    event = event_of(mails("request")[-1])[1]
    assert (int(event["SEQUENCE"]), event["DTEND"].dt - event["DTSTART"].dt) == (2, timedelta(minutes=70))


def test_a_cancelled_meeting_leaves_the_calendars_that_have_it(board: Organisation) -> None:
    meeting = opened(board, people=("Ida", "Dan"))
    uninvite(by=actor(board), meeting=meeting, person=board.people["Dan"])
    cancel_meeting(by=actor(board), meeting=meeting)
    gone = mails("cancel")
    assert [mail.to for mail in gone] == ["dan@example.org", "ida@example.org"]
    for mail, sequence in zip(gone, (1, 2), strict=True):
        method, event = event_of(mail)
        assert (method, str(event["STATUS"]), int(event["SEQUENCE"])) == ("CANCEL", "CANCELLED", sequence)
        assert str(event["UID"]).startswith(str(meeting.uid))


def test_an_item_of_another_unit_is_not_told_in_the_mail(board: Organisation) -> None:
    from readiness.meetings.services.agenda import add_items

    meeting = with_agenda(board, ())
    own = planned(board, initiative=_initiative(board, "Tills", "Retail"))
    add_items(by=actor(board), meeting=meeting, reviews=[planned(board, "Chat"), own])
    invite(by=actor(board), meeting=meeting, people=[board.people["Otto"]])  # sponsor of Stores alone
    open_meeting(by=actor(board), meeting=meeting)
    (mail,) = mails("request")
    assert "Chat" in mail.text
    assert "Tills" not in mail.text + str(event_of(mail)[1].to_ical())
    assert "2. An item of another unit (20 min)" in mail.text
    assert "AI-" in mail.text


def test_only_who_may_see_what_it_is_about_is_invited(board: Organisation) -> None:
    meeting = with_agenda(board)
    for name in ("Lars", "Nora"):
        with pytest.raises(ValidationError):
            invite(by=actor(board), meeting=meeting, people=[board.people[name]])
    with pytest.raises(PermissionDenied):
        invite(by=actor(board, "Bea"), meeting=meeting)


def test_who_is_invited_sees_the_meeting_and_nobody_else_of_another_unit(board: Organisation) -> None:
    meeting = with_agenda(board)
    assert not Meeting.objects.visible_to(actor(board, "Otto")).exists(), "Stores lies below Retail"
    invite(by=actor(board), meeting=meeting, people=[board.people["Otto"]])
    assert list(Meeting.objects.visible_to(actor(board, "Otto"))) == [meeting]
    assert not Meeting.objects.visible_to(actor(board, "Lars")).exists()
    assert not Meeting.objects.visible_to(actor(board, "Nora")).exists()


def test_invited_people_answer_for_themselves(board: Organisation) -> None:
    meeting = opened(board, people=("Ida",))
    assert answer(by=actor(board, "Ida"), meeting=meeting, said=Answer.YES).answer == "yes"
    with pytest.raises(PermissionDenied):
        answer(by=actor(board, "Dan"), meeting=meeting, said=Answer.NO)


def test_hostile_names_stay_one_line_of_text(board: Organisation) -> None:
    meeting = opened(board, people=("Ida",), title="Board\r\nATTENDEE:mailto:x@evil.example\nBEGIN:VEVENT", place="a;b,c\\n")
    (mail,) = mails("request")
    calendar = Calendar.from_ical(bytes(mail.attachments.get().content))
    (event,) = calendar.walk("VEVENT")
    assert str(event["ATTENDEE"]) == "mailto:ida@example.org"
    assert "\n" not in mail.subject
    assert str(event["SUMMARY"]) == "Board ATTENDEE:mailto:x@evil.example BEGIN:VEVENT"
    assert fresh(meeting).state == "open"


def test_a_rolled_back_change_leaves_no_mail(board: Organisation) -> None:
    from django.db import transaction

    meeting = opened(board, people=("Ida",))
    before, told = len(mails()), Told.objects.count()
    with transaction.atomic():
        cancel_meeting(by=actor(board), meeting=meeting)
        transaction.set_rollback(True)
    assert (len(mails()), Told.objects.count(), fresh(meeting).state) == (before, told, "open")


def test_the_address_opens_the_persons_own_meetings(board: Organisation) -> None:
    meeting, other = opened(board, people=("Ida",)), opened(board, people=("Dan",), names=("Third",))
    draft = with_agenda(board, ("Fourth",))
    invite(by=actor(board), meeting=draft, people=[board.people["Ida"]])
    secret = new_calendar(by=actor(board, "Ida"))
    content = Client().get(f"/calendar/{secret}/meetings.ics")
    assert content["Content-Type"] == "text/calendar; charset=utf-8"
    events = Calendar.from_ical(content.content).walk("VEVENT")
    assert [str(event["UID"]).split("@")[0] for event in events] == [str(meeting.uid)]
    assert "Chat" not in content.content.decode(), "agendas are not for whoever got hold of an address"
    assert str(other.uid) not in content.content.decode()
    assert CalendarFeed.objects.get().digest not in secret


def test_another_address_ends_the_one_before_and_every_failure_looks_alike(board: Organisation) -> None:
    opened(board, people=("Ida",))
    one = new_calendar(by=actor(board, "Ida"))
    two = new_calendar(by=actor(board, "Ida"))
    assert read_calendar(one) is None
    assert read_calendar(two) is not None
    revoke_calendar(by=actor(board, "Ida"))
    three = new_calendar(by=actor(board, "Ida"))
    board.people["Ida"].is_active = False
    board.people["Ida"].save()
    answers = [Client().get(f"/calendar/{secret}/meetings.ics") for secret in (one, two, three, "x" * 43, "x" * 5000)]
    assert {answer.status_code for answer in answers} == {404}
    board.people["Ida"].is_active = True
    board.people["Ida"].save()
    assert read_calendar(three) is not None
    board.people["Ida"].roles.all().delete()
    assert read_calendar(three) is None


def test_the_page_shows_the_address_once(board: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Ida")
    assert "/calendar/" not in client.get("/meetings/calendar/").content.decode().replace("/meetings/calendar/", "")
    made = client.post("/meetings/calendar/").content.decode()
    assert ".ics" in made
    assert ".ics" not in client.get("/meetings/calendar/").content.decode()
    client.post("/meetings/calendar/revoke/")
    assert not CalendarFeed.objects.filter(revoked_at=None).exists()


def _initiative(board: Organisation, name: str, unit: str) -> Any:
    from tests.readiness.gates.deciding_world import an_initiative

    return an_initiative(board, name, unit=unit)


def test_roles_are_asked_anew(board: Organisation) -> None:
    from portfolio.accounts.choices import Role

    meeting = with_agenda(board)
    assign_role(by=SYSTEM, user=board.people["Nora"], role=Role.VIEWER, unit=board.units["Retail"])
    invite(by=actor(board), meeting=meeting, people=[board.people["Nora"]])
    assert meeting.invitees.count() == 1
