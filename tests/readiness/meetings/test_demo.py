"""The demo's meetings stand on its reviews: those that were say what was decided, one is tomorrow, and all of them can go."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import TestCase

from portfolio.accounts.choices import Role
from portfolio.accounts.models import User
from portfolio.accounts.services import assign_role
from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from readiness.gates.models import Gatekeeper, Review
from readiness.gates.services.reviews import plan_review
from readiness.meetings.models import Meeting
from readiness.meetings.rules.minutes import digest_of
from readiness.meetings.services.demo import load_demo
from tests.people import SYSTEM
from tests.readiness.gates import deciding_world as gates

pytestmark = pytest.mark.django_db


def _plan(count: int) -> list[Review]:
    """Reviews of the demo, where it has none of its own yet."""
    panel = list(User.objects.filter(demo=True).order_by("id")[:4])
    for person, function in zip(panel, gates.PANEL.values(), strict=True):
        assign_role(by=SYSTEM, user=person, role=Role.GATEKEEPER, unit=None)
        Gatekeeper.objects.get_or_create(person=person, unit=None, defaults={"functions": [function.value], "demo": True})
    free = Initiative.objects.filter(demo=True, status="active", stage__key="poc", gate_reviews=None).order_by("id")
    return [plan_review(by=SYSTEM, initiative=row) for row in free[:count]]


class TestLoaded(TestCase):
    """Loaded once for all of these, because that takes seconds."""

    @classmethod
    def setUpTestData(cls) -> None:
        call_command("load_demo", verbosity=0)

    def test_one_meeting_is_tomorrow_with_what_is_planned(self) -> None:
        if not Meeting.objects.filter(state="open").exists():
            _plan(3)
            load_demo(by=SYSTEM, seed=1, today=clock.today())
        meeting = Meeting.objects.get(state="open")
        assert meeting.starts_at.date() == clock.today() + timedelta(days=1)
        assert meeting.items.count() >= 1
        assert set(meeting.items.values_list("review__state", flat=True)) == {"scheduled"}
        assert meeting.invitees.count() >= 4
        assert meeting.demo

    def test_minutes_of_the_past_are_what_their_digest_says(self) -> None:
        for meeting in Meeting.objects.filter(state="closed"):
            assert digest_of(meeting.minutes) == meeting.minutes_digest
            assert "Decision: " in meeting.minutes
            assert "Decision: none" not in meeting.minutes

    def test_the_demo_goes_with_its_meetings(self) -> None:
        if not Meeting.objects.exists():
            _plan(2)
            load_demo(by=SYSTEM, seed=1, today=clock.today())
        assert Meeting.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pilotage_remove_demo()")
        assert not Meeting.objects.exists()
