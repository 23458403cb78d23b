"""The weekly letter: who gets it when, what is in it for whom, and how it stops."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portfolio.accounts.models import RoleAssignment, User
from portfolio.activity.models import Mail
from portfolio.initiatives.choices import ClosureKind
from portfolio.initiatives.models import Closure, Initiative, Lifecycle, RiskStanding
from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.initiatives.services.lifecycle_moves import close_initiative
from portfolio.kit import clock
from portfolio.outbox.models import Job
from readiness.outlets.choices import Weekday
from readiness.outlets.models import Letter
from readiness.outlets.queries.letters import week_of
from readiness.outlets.rules.letters import due
from readiness.outlets.services.letters.wanting import stop_mark, want_letter
from readiness.outlets.services.letters.writing import schedule_letters, write_letter
from readiness.risk.models import Generation, ModelVersion, Score
from tests.people import SYSTEM, Organisation
from tests.portfolio.activity.smtp_sink import sink
from tests.readiness.outlets.work import run_jobs

pytestmark = pytest.mark.django_db
COUNTS = json.loads((Path(__file__).parent / "query_counts.json").read_text())
SignIn = Callable[[str], Client]
MONDAY = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)


def wanted(who: Organisation, name: str, unit: str | None = None) -> Letter:
    return want_letter(by=who.actor(name), weekday=Weekday.MONDAY, unit=who.units[unit] if unit else None)


def written(letter: Letter, day: str = "2026-11-30") -> tuple[str, Mail | None]:
    said = write_letter(letter_id=letter.pk, day=day, now=clock.now())
    return said, Mail.objects.filter(key=f"weekly:{letter.owner_id}:{day}").first()


@pytest.fixture
def moved(departments: Organisation) -> Organisation:
    """Today Retail's forecast was stopped, with words that name an amount; the fixture below closed it."""
    Closure.objects.filter(initiative__name="Till forecast").update(
        closed_on=clock.today(), kind=ClosureKind.STOPPED, lesson="It cost 522,000 USD."
    )
    return departments


class TestWhatIsInIt:
    def test_what_moved_in_the_week_is_told_with_links(self, moved: Organisation) -> None:
        said, mail = written(wanted(moved, "Paula"))

        assert said == "Sent." and mail is not None
        assert "Till forecast: Stopped by decision" in mail.text and "http" in mail.text
        assert "Till forecast" in mail.html and "<script" not in mail.html and "<img" not in mail.html

    def test_no_amount_and_nothing_that_people_typed_leaves_the_portal(self, moved: Organisation) -> None:
        for name in ("Paula", "Ada", "Vera"):
            _said, mail = written(wanted(moved, name))
            assert mail is not None
            assert "522" not in mail.text + mail.html and "USD" not in mail.text + mail.html

    def test_nobody_is_told_of_another_department(self, moved: Organisation) -> None:
        Closure.objects.filter(initiative__name="Till forecast").delete()
        canary = Initiative.objects.get(name="Canary of Logistics")
        Closure.objects.create(initiative=canary, kind="drifted", closed_on=clock.today(), reason="unknown")

        _said, mail = written(wanted(moved, "Lars"))
        assert mail is not None and "Canary" in mail.text
        _said, theirs = written(wanted(moved, "Paula"))
        assert theirs is None or "Canary" not in theirs.text + theirs.html

    def test_a_unit_narrows_it(self, moved: Organisation) -> None:
        _said, mail = written(wanted(moved, "Ada", "Logistics"))
        assert mail is None or "Till forecast" not in mail.text

    def test_figures_of_risk_are_told_with_both_intervals(self, moved: Organisation) -> None:
        camera = Initiative.objects.get(name="Shelf camera")
        generation = a_generation(clock.today() - timedelta(days=8))
        score(generation, camera, 0.40)
        RiskStanding.objects.create(
            initiative=camera, value=0.62, low=0.5, high=0.7, band="above", months=24, on=clock.today(), drivers=[]
        )

        _said, mail = written(wanted(moved, "Paula"))
        assert mail is not None and "Shelf camera" in mail.text
        line = next(line for line in mail.text.splitlines() if "Shelf camera" in line)
        assert "40" in line and "62" in line and line.count("[") == 2 and "24 months" in mail.text

    def test_a_figure_that_moved_a_little_is_not_told(self, moved: Organisation) -> None:
        camera = Initiative.objects.get(name="Shelf camera")
        score(a_generation(clock.today() - timedelta(days=8)), camera, 0.60)
        RiskStanding.objects.create(
            initiative=camera, value=0.62, low=0.5, high=0.7, band="above", months=24, on=clock.today(), drivers=[]
        )
        assert week_of(moved.actor("Paula"), None, clock.now()).risk.moved == []

    def test_without_figures_of_a_week_ago_it_says_so(self, moved: Organisation) -> None:
        _said, mail = written(wanted(moved, "Paula"))
        assert mail is not None and "No figures of a week ago to compare with." in mail.text

    def test_an_empty_week_is_not_mailed_and_the_page_says_why(self, departments: Organisation, signed_in: SignIn) -> None:
        Closure.objects.update(closed_on=date(2020, 1, 1))
        letter = wanted(departments, "Vera")
        week = week_of(departments.actor("Vera"), None, clock.now())
        assert week.empty, (week.movers, week.duties)

        said, mail = written(letter)
        assert mail is None and "nothing moved" in said
        assert "nothing moved within the week" in signed_in("Vera").get("/weekly-letter/").content.decode()


class TestWhenItComes:
    @pytest.mark.parametrize(
        ("there", "weekday", "written_on", "is_due"),
        [
            (MONDAY, "0", None, True), (MONDAY, "1", None, False), (MONDAY.replace(hour=6), "0", None, False),
            (MONDAY, "0", date(2026, 11, 30), False), (MONDAY, "0", date(2026, 11, 23), True),
        ],
    )  # fmt: skip
    def test_on_its_day_from_the_morning_on_once(
        self, there: datetime, weekday: str, written_on: date | None, is_due: bool
    ) -> None:
        assert due(there, weekday, written_on) is is_due

    def test_the_morning_is_that_of_its_reader(self, departments: Organisation) -> None:
        wanted(departments, "Paula")
        User.objects.filter(name="Paula Test").update(time_zone="America/New_York")

        assert schedule_letters(MONDAY) == 0 and schedule_letters(MONDAY + timedelta(hours=5)) == 1
        assert schedule_letters(MONDAY + timedelta(hours=6)) == 0
        assert Job.objects.filter(handler="outlets.write_letter").count() == 1

    def test_a_job_that_runs_twice_mails_once(self, moved: Organisation) -> None:
        letter = wanted(moved, "Paula")
        assert written(letter)[0] == "Sent." and written(letter)[0] == ""
        assert Mail.objects.filter(key__startswith="weekly:").count() == 1

    def test_the_mail_goes_out_through_the_mail_server(self, moved: Organisation, settings: Any) -> None:
        letter = wanted(moved, "Paula")
        assert schedule_letters(MONDAY) == 1 and run_jobs("outlets.write_letter") == 1
        with sink() as server:
            settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
            settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
            assert run_jobs("activity.send_mail") == 1
            (taken,) = server.taken

        kinds = {part.get_content_type() for part in taken.walk()}
        assert taken["To"] == "paula@example.org" and {"text/plain", "text/html"} <= kinds
        assert Mail.objects.get(key__startswith=f"weekly:{letter.owner_id}:").sent_at is not None

    def test_the_demo_is_never_mailed(self, moved: Organisation) -> None:
        Initiative.objects.update(demo=True)  # as if no real portfolio existed
        said, mail = written(wanted(moved, "Paula"))
        assert mail is not None and mail.demo and mail.dead_at is not None and "never sent" in said

    def test_whose_roles_are_gone_or_who_left_gets_none(self, moved: Organisation) -> None:
        paula, vera = wanted(moved, "Paula"), wanted(moved, "Vera")
        RoleAssignment.objects.filter(user=moved.people["Paula"]).delete()
        User.objects.filter(name="Vera Test").update(is_active=False)

        assert written(paula)[1] is None and written(vera)[1] is None


class TestPages:
    def test_nobody_gets_one_unasked(self, moved: Organisation) -> None:
        assert schedule_letters(MONDAY) == 0 and not Letter.objects.exists()

    def test_it_is_wanted_changed_and_stopped_on_its_page(self, departments: Organisation, signed_in: SignIn) -> None:
        client = signed_in("Vera")
        assert "/weekly-letter/" in client.get(reverse("activity:notice-settings")).content.decode()
        client.post("/weekly-letter/", {"weekday": "4", "unit": departments.units["Stores"].pk})
        assert Letter.objects.get().weekday == "4" and Letter.objects.get().unit == departments.units["Stores"]
        assert "It comes on Friday" in client.get("/weekly-letter/").content.decode()

        client.post("/weekly-letter/", {"stop": "yes"})
        assert not Letter.objects.exists()

    def test_a_unit_that_somebody_does_not_see_is_no_choice(self, departments: Organisation, signed_in: SignIn) -> None:
        logistics = departments.units["Logistics"]
        answer = signed_in("Vera").post("/weekly-letter/", {"weekday": "0", "unit": logistics.pk})
        assert answer.status_code == 422 and not Letter.objects.exists()
        with pytest.raises(PermissionDenied):
            want_letter(by=departments.actor("Vera"), weekday=Weekday.MONDAY, unit=logistics)
        with pytest.raises(PermissionDenied):
            want_letter(by=departments.actor("Nora"), weekday=Weekday.MONDAY, unit=None)

    def test_the_link_in_the_mail_asks_once_and_stops_it_without_signing_in(self, moved: Organisation) -> None:
        letter = wanted(moved, "Paula")
        _said, mail = written(letter)
        assert mail is not None and f"/letter/{stop_mark(letter)}/" in mail.text
        url = f"/letter/{stop_mark(letter)}/"

        assert "Stop the letter" in Client().get(url).content.decode() and Letter.objects.exists()
        assert "no more weekly letters" in Client().post(url).content.decode() and not Letter.objects.exists()

    def test_a_link_that_nobody_signed_stops_nothing(self, departments: Organisation) -> None:
        letter = wanted(departments, "Paula")
        mark = stop_mark(letter)

        for wrong in ("x", mark[:-2] + "xx", f"{letter.owner_id}", "y" * 500):
            assert Client().post(f"/letter/{wrong}/").status_code == 404
        assert Letter.objects.exists()

    def test_its_page_and_its_writing_need_as_many_statements_at_one_as_at_many(
        self, moved: Organisation, signed_in: SignIn
    ) -> None:
        letter, client = wanted(moved, "Paula"), signed_in("Paula")
        counts = [[statements(lambda: client.get("/weekly-letter/")), statements(lambda: written(letter, "2026-11-02"))]]
        template = Lifecycle.objects.get(key="standard")
        for number in range(12):
            one = create_initiative(by=SYSTEM, unit=moved.units["Stores"], name=f"Idea {number}", lifecycle=template)
            close_initiative(by=SYSTEM, initiative=one, kind=ClosureKind.DRIFTED)
        counts.append([statements(lambda: client.get("/weekly-letter/")), statements(lambda: written(letter, "2026-11-09"))])
        assert counts == [[COUNTS["/weekly-letter/"], COUNTS["write_letter"]]] * 2


def statements(what: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as found:
        what()
    return len(found)


def a_generation(on: date) -> Generation:
    version = ModelVersion.objects.create(
        number=1, engine="1", digest="d", form={}, arrays=b"", horizon_months=24, known_on=on, initiatives=1, months=1,
        abandoned=0, produced=0, log_factor=0.0, share=0.0, why="test", seconds=0.0,
    )  # fmt: skip
    return Generation.objects.create(version=version, on=on, why="test", digest="d")


def score(generation: Generation, initiative: Initiative, value: float) -> None:
    Score.objects.create(
        generation=generation, initiative=initiative, value=value, low=value - 0.1, high=value + 0.1, organisation=0, unit=0,
        stage=0, answers=[], top=[],
    )  # fmt: skip
