"""Exports that come by themselves: when, with what rights, and how they end."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Role
from portfolio.accounts.models import RoleAssignment, User
from portfolio.activity.models import Mail
from portfolio.initiatives.models import Initiative, SavedView
from portfolio.kit import clock
from readiness.outlets.choices import Every, FileState, Format, What
from readiness.outlets.models import Export, ExportFile
from readiness.outlets.rules.exports import first_on, next_on
from readiness.outlets.services.exports.making import give_up, remove_old, schedule_exports
from readiness.outlets.services.exports.planning import delete_export, pause_export, plan_export, resume_export
from tests.people import Organisation
from tests.readiness.outlets.work import run_jobs

pytestmark = pytest.mark.django_db
COUNTS = json.loads((Path(__file__).parent / "query_counts.json").read_text())
MAKE = "outlets.make_export"
SignIn = Callable[[str], Client]


def noon(day: date | None = None) -> datetime:
    return datetime.combine(day or clock.today(), datetime.min.time(), tzinfo=UTC).replace(hour=12)


def planned(who: Organisation, person: str = "Paula", **changes: Any) -> Export:
    values: dict[str, Any] = {
        "name": "Running ones", "what": What.INITIATIVES, "format_": Format.CSV, "every": Every.DAY, "query": "", "about": "",
        "keep_days": 30, "mail": True, "today": clock.today(),
    }  # fmt: skip
    return plan_export(by=who.actor(person), **values | changes)


def made(export: Export, day: date | None = None) -> ExportFile:
    assert schedule_exports(noon(day)) == 1 and run_jobs(MAKE) == 1
    return export.files.order_by("-pk")[0]


def content(file: ExportFile) -> bytes:
    with default_storage.open(file.stored_as) as stored:
        return bytes(stored.read())


def table(file: ExportFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content(file).decode("utf-8-sig"))))


class TestFiles:
    def test_it_holds_what_its_owner_sees_and_what_the_filters_leave(self, departments: Organisation) -> None:
        assert {row["name"] for row in table(made(planned(departments)))} == {"Shelf camera", "Till forecast"}

        narrowed = made(planned(departments, "Lars", query="status=active&columns=stage"))
        assert [row["name"] for row in table(narrowed)] == ["Canary of Logistics"] and narrowed.rows == 1

    def test_amounts_are_masked_as_on_the_page(self, departments: Organisation) -> None:
        Initiative.objects.update(expected_value="411000.00", expected_value_currency="USD")

        shown, hidden = (
            made(planned(departments, query="columns=value")),
            made(planned(departments, "Vera", query="columns=value")),
        )
        assert "411000.00" in content(shown).decode() and shown.money_paths == list(departments.actor("Paula").paths("money"))
        assert "411000" not in content(hidden).decode() and hidden.money_paths == []

    def test_a_cell_that_a_spreadsheet_could_run_is_neutral(self, departments: Organisation) -> None:
        Initiative.objects.filter(name="Shelf camera").update(name="=1+1")

        assert "'=1+1" in {row["name"] for row in table(made(planned(departments)))}

    def test_its_digest_is_of_its_bytes_and_the_mail_leads_to_it(self, departments: Organisation) -> None:
        file = made(planned(departments))

        assert hashlib.sha256(content(file)).hexdigest() == file.sha256 and file.kept_until == file.due_on + timedelta(days=30)
        mail = Mail.objects.get(key=f"export:{file.pk}:asked")
        assert f"/exports/{file.export_id}/files/{file.pk}/" in mail.text and "2 initiatives" in mail.text
        assert not mail.attachments.exists()

    @pytest.mark.parametrize("format_", [Format.XLSX, Format.JSON])
    def test_other_formats_are_what_they_say(self, departments: Organisation, format_: Format) -> None:
        found = content(made(planned(departments, format_=format_)))

        assert found.startswith(b"PK") if format_ is Format.XLSX else len(json.loads(found)) == 2

    def test_figures_of_the_portfolio_come_as_json(self, departments: Organisation) -> None:
        found = json.loads(content(made(planned(departments, what=What.PORTFOLIO, format_=Format.JSON))))
        assert found["counts"]["total"] == 2

        with pytest.raises(ValidationError):
            planned(departments, name="As a table", what=What.PORTFOLIO, format_=Format.CSV)

    def test_a_job_that_runs_twice_makes_one_file(self, departments: Organisation) -> None:
        export = planned(departments)
        file = made(export)
        assert run_jobs(MAKE) == 0 and export.files.count() == 1 and schedule_exports(noon()) == 0
        assert Mail.objects.filter(key__startswith=f"export:{file.pk}").count() == 1


class TestRights:
    def test_they_are_asked_when_it_is_made(self, departments: Organisation) -> None:
        export = planned(departments)
        RoleAssignment.objects.filter(user=departments.people["Paula"]).update(unit=departments.units["Logistics"])

        assert {row["name"] for row in table(made(export))} == {"Canary of Logistics"}

    def test_and_again_when_it_is_opened(self, departments: Organisation, signed_in: SignIn) -> None:
        file = made(planned(departments, query="columns=value"))
        url, client = f"/exports/{file.export_id}/files/{file.pk}/", signed_in("Paula")
        answer = client.get(url)
        assert answer.headers["X-Content-SHA256"] == file.sha256 and answer.headers["Content-Disposition"].startswith(
            "attachment"
        )

        RoleAssignment.objects.filter(user=departments.people["Paula"]).update(role=Role.VIEWER)
        assert client.get(url).status_code == 403
        assert "do not show any more" in client.get("/exports/").content.decode()

    def test_whoever_lost_every_role_gets_a_reason_and_no_file(self, departments: Organisation) -> None:
        export = planned(departments)
        RoleAssignment.objects.filter(user=departments.people["Paula"]).delete()

        file = made(export)
        assert file.state == FileState.FAILED and "roles" in file.error and not file.sha256
        assert "could not be made" in Mail.objects.get(key__startswith=f"export:{file.pk}").text

    def test_nobody_else_finds_pauses_deletes_or_opens_it(self, departments: Organisation, signed_in: SignIn) -> None:
        file = made(planned(departments))
        for name in ("Ada", "Vera", "Lars"):
            client = signed_in(name)
            assert client.get(f"/exports/{file.export_id}/files/{file.pk}/").status_code == 404
            assert client.post(f"/exports/{file.export_id}/pause/").status_code == 404
            assert client.post(f"/exports/{file.export_id}/delete/").status_code == 404
            assert "Running ones" not in client.get("/exports/").content.decode()
        with pytest.raises(PermissionDenied):
            pause_export(by=departments.actor("Ada"), export=file.export, now=clock.now())

    def test_the_demo_is_not_exported_as_real(self, departments: Organisation) -> None:
        export = planned(departments)
        Export.objects.filter(pk=export.pk).update(demo=True)

        assert made(export).state == FileState.FAILED

    def test_filters_that_are_understood_no_more_are_told(self, departments: Organisation) -> None:
        assert "status" in made(planned(departments, query="status=sleeping")).error


class TestTimes:
    @pytest.mark.parametrize(
        ("every", "after", "expected"),
        [
            (Every.DAY, date(2026, 12, 31), date(2027, 1, 1)), (Every.WEEK, date(2026, 11, 30), date(2026, 12, 7)),
            (Every.WEEK, date(2026, 11, 29), date(2026, 11, 30)), (Every.MONTH, date(2026, 11, 1), date(2026, 12, 1)),
            (Every.MONTH, date(2026, 12, 31), date(2027, 1, 1)), (Every.MONTH, date(2027, 1, 31), date(2027, 2, 1)),
        ],
    )  # fmt: skip
    def test_the_next_day_is_after_this_one(self, every: Every, after: date, expected: date) -> None:
        assert next_on(every, after) == expected

    def test_the_first_may_be_today(self) -> None:
        assert first_on(Every.WEEK, date(2026, 11, 30)) == date(2026, 11, 30)
        assert first_on(Every.MONTH, date(2026, 11, 2)) == date(2026, 12, 1)

    def test_nothing_is_made_at_night_and_one_run_follows_a_standstill(self, departments: Organisation) -> None:
        export = planned(departments)
        assert schedule_exports(noon().replace(hour=2)) == 0

        later = clock.today() + timedelta(days=9)
        assert schedule_exports(noon(later)) == 1 and schedule_exports(noon(later)) == 0
        assert Export.objects.get(pk=export.pk).next_on == later + timedelta(days=1)

    def test_a_pause_leaves_days_out_and_makes_none_of_them_up(self, departments: Organisation) -> None:
        export = planned(departments)
        pause_export(by=departments.actor("Paula"), export=export, now=noon())
        later = noon(clock.today() + timedelta(days=3))
        assert schedule_exports(later) == 0

        resume_export(by=departments.actor("Paula"), export=export, now=later)
        assert schedule_exports(later) == 0 and schedule_exports(later + timedelta(days=1)) == 1

    def test_who_left_has_none_made(self, departments: Organisation) -> None:
        planned(departments)
        User.objects.filter(name="Paula Test").update(is_active=False)
        assert schedule_exports(noon()) == 0

    def test_a_file_goes_when_its_days_are_over(
        self, departments: Organisation, signed_in: SignIn, django_capture_on_commit_callbacks: Any
    ) -> None:
        file = made(planned(departments, keep_days=3))
        assert remove_old(noon(file.due_on + timedelta(days=3))) == 0
        with django_capture_on_commit_callbacks(execute=True):
            assert remove_old(noon(file.due_on + timedelta(days=4))) == 1

        assert not default_storage.exists(file.stored_as)
        assert ExportFile.objects.get(pk=file.pk).state == FileState.REMOVED
        assert "its days are over" in signed_in("Paula").get("/exports/").content.decode()

    def test_what_failed_in_every_attempt_is_told_and_mailed(self, departments: Organisation) -> None:
        export = planned(departments)
        assert schedule_exports(noon()) == 1 and give_up(clock.now()) == 0

        assert give_up(clock.now() + timedelta(hours=7)) == 1
        assert export.files.get().state == FileState.FAILED
        assert "every attempt" in Mail.objects.get(key__startswith="export:").text

    def test_deleting_takes_the_files_along(self, departments: Organisation, django_capture_on_commit_callbacks: Any) -> None:
        file = made(planned(departments))
        with django_capture_on_commit_callbacks(execute=True):
            delete_export(by=departments.actor("Paula"), export=file.export)

        assert not default_storage.exists(file.stored_as) and not ExportFile.objects.exists()


class TestPages:
    def test_it_is_planned_with_the_filters_that_one_came_with(self, departments: Organisation, signed_in: SignIn) -> None:
        client = signed_in("Paula")
        assert "/exports/new/?status=active" in client.get("/portfolio/?status=active").content.decode()
        assert "Status: Active" in client.get("/exports/new/?status=active").content.decode()
        client.post("/exports/new/?status=active", form())

        export = Export.objects.get()
        assert (export.query, export.about, export.next_on.weekday()) == ("status=active", "Status: Active", 0)
        assert "Weekly table" in client.get("/exports/").content.decode()

    def test_or_with_those_of_a_saved_view(self, departments: Organisation, signed_in: SignIn) -> None:
        view = SavedView.objects.create(owner=departments.people["Paula"], page="list", name="Red", query="rag=red")
        theirs = SavedView.objects.create(owner=departments.people["Lars"], page="list", name="Mine", query="rag=amber")
        client = signed_in("Paula")
        assert client.post("/exports/new/", form(view=theirs.pk)).status_code == 422

        client.post("/exports/new/", form(view=view.pk))
        assert Export.objects.get().query == "rag=red"

    def test_what_is_wrong_is_said_beside_what_was_typed(self, departments: Organisation, signed_in: SignIn) -> None:
        client = signed_in("Paula")
        answer = client.post("/exports/new/", form(what="portfolio"))
        assert (
            answer.status_code == 422 and "come as JSON" in answer.content.decode() and "Weekly table" in answer.content.decode()
        )
        client.post("/exports/new/", form())
        assert "You have an export of this name" in client.post("/exports/new/", form()).content.decode()

    def test_deleting_asks_once(self, departments: Organisation, signed_in: SignIn) -> None:
        export, client = planned(departments), signed_in("Paula")
        assert "Delete Running ones?" in client.get(f"/exports/{export.pk}/delete/").content.decode() and Export.objects.exists()
        client.post(f"/exports/{export.pk}/delete/")
        assert not Export.objects.exists()

    def test_the_list_needs_as_many_statements_at_one_as_at_many(self, departments: Organisation, signed_in: SignIn) -> None:
        client, export = signed_in("Paula"), planned(departments)
        ExportFile.objects.create(export=export, due_on=date(2026, 1, 1))
        counts = [statements(client, "/exports/")]
        for number in range(11):
            one = planned(departments, name=f"Export {number}")
            for back in range(5):
                ExportFile.objects.create(export=one, due_on=date(2026, 1, 1 + back))
        assert [*counts, statements(client, "/exports/")] == [COUNTS["/exports/"]] * 2


def form(**changes: Any) -> dict[str, Any]:
    values = {"name": "Weekly table", "what": "initiatives", "format_": "csv", "every": "week", "keep_days": 30, "mail": "on"}
    return values | changes


def statements(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert client.get(url).status_code == 200
    return len(found)
