"""Moving, noting, holding, closing, reopening; milestones and dependencies. Plain forms, no scripts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from portfolio.initiatives.models import Dependency, Initiative, Lifecycle, Milestone
from portfolio.initiatives.services.dependencies import add_dependency
from portfolio.kit import clock
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import SignIn, make, stage_of, text_of

pytestmark = pytest.mark.django_db
WRITES = ("stage", "note", "status", "close", "reopen", "template", "milestones/new", "dependencies/new")


def post(client: Client, row: Initiative, action: str, **sent: Any) -> Any:
    return client.post(f"/initiatives/{row.pk}/{action}/", sent)


@pytest.mark.parametrize(("name", "status"), [("Vera", 403), ("Iris", 403), ("Gita", 403), ("Lars", 404), ("Nora", 404)])
def test_who_may_not_change_it_changes_nothing(organisation: Organisation, signed_in: SignIn, name: str, status: int) -> None:
    row = make(organisation)
    client = signed_in(name)
    sent = {
        "stage": "poc",
        "rag": "red",
        "status_note": "x",
        "status": "on_hold",
        "kind": "drifted",
        "reason": "cost",
        "name": "M",
        "platform": "P",
        "lesson": "L",
    }
    for action in WRITES:
        assert (
            post(client, row, action, **sent, **({"kind": "needs"} if "dep" in action else {})).status_code == status
            if "dep" not in action
            else True
        )
    row.refresh_from_db()
    assert (stage_of(row), row.status, row.rag, row.version) == ("idea", "active", "", 1)
    assert not row.milestones.exists()
    assert post(client, row, "dependencies/new", platform="P", kind="needs").status_code == status


def test_the_owner_moves_her_own(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation, owner="Otto", unit="Stores", entered_on=date(2025, 1, 1))
    answer = post(signed_in("Otto"), row, "stage", stage="pilot", on="2025-03-01", next=f"/initiatives/{row.pk}/")
    assert answer.headers["Location"] == f"/initiatives/{row.pk}/"
    row.refresh_from_db()
    assert (stage_of(row), row.stage_since) == ("pilot", date(2025, 3, 1))
    assert row.stage_entries.get(current=False).left_on == date(2025, 3, 1)


def test_a_stage_can_become_unknown_and_a_wrong_day_is_refused_with_what_was_typed(
    organisation: Organisation, signed_in: SignIn
) -> None:
    row = make(organisation, entered_on=date(2025, 1, 1))
    client = signed_in("Paula")
    answer = post(client, row, "stage", stage="poc", on="2024-01-01")
    assert answer.status_code == 422
    assert "2024-01-01" in text_of(answer)
    post(client, row, "stage", stage="unknown")
    row.refresh_from_db()
    assert row.stage is None


def test_a_move_from_an_old_page_is_refused(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation)
    client = signed_in("Paula")
    post(client, row, "stage", stage="poc", version="1")
    answer = post(client, row, "stage", stage="pilot", version="1")
    assert answer.status_code == 422
    assert "Somebody else" in text_of(answer)


def test_an_address_of_another_site_is_never_followed(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation)
    answer = post(signed_in("Paula"), row, "stage", stage="poc", next="https://evil.example/")
    assert answer.headers["Location"] == f"/initiatives/{row.pk}/"


def test_a_status_note_needs_its_sentence(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation)
    client = signed_in("Paula")
    assert post(client, row, "note", rag="red", status_note="").status_code == 422
    post(client, row, "note", rag="amber", status_note="Waiting for quota")
    assert "Waiting for quota" in text_of(client.get(f"/initiatives/{row.pk}/"))


def test_hold_and_resume(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation)
    for status in ("on_hold", "active"):
        post(signed_in("Paula"), row, "status", status=status)
        row.refresh_from_db()
        assert row.status == status


def test_closing_asks_for_kind_and_lesson_and_can_be_reopened(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation)
    client = signed_in("Paula")
    assert post(client, row, "close", kind="stopped_by_decision", reason="cost").status_code == 422
    assert post(client, row, "close", kind="abandoned_unknown", reason="cost", lesson="x").status_code == 422
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    assert post(client, row, "close", kind="drifted", reason="cost", closed_on=tomorrow).status_code == 422
    post(client, row, "close", kind="stopped_by_decision", reason="cost", lesson="Ask finance first")
    page = text_of(client.get(f"/initiatives/{row.pk}/history/"))
    assert "Ask finance first" in page
    assert "Stopped by decision" in page
    assert client.get(f"/initiatives/{row.pk}/reopen/").status_code == 200
    post(client, row, "reopen")
    row.refresh_from_db()
    assert row.status == "active"
    assert "reopened since" in text_of(client.get(f"/initiatives/{row.pk}/history/"))


def test_a_merger_names_an_initiative_that_one_may_see(organisation: Organisation, signed_in: SignIn) -> None:
    row, into = make(organisation), make(organisation, "Bigger")
    hidden = make(organisation, "Hidden", unit="Logistics")
    client = signed_in("Paula")
    for key in ("", hidden.key, row.key, "AI-9999"):
        assert post(client, row, "close", kind="merged", reason="duplicate", merged_into=key).status_code == 422
    post(client, row, "close", kind="merged", reason="duplicate", merged_into=into.key.lower())
    assert row.closures.get().merged_into == into


def test_another_template_keeps_the_history(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation)
    light = Lifecycle.objects.get(key="light")
    client = signed_in("Paula")
    assert "Light v1" in text_of(client.get(f"/initiatives/{row.pk}/template/"))
    post(client, row, "template", stage=str(light.stages.get(key="pilot").pk))
    row.refresh_from_db()
    assert (row.lifecycle, stage_of(row), row.stage_entries.count()) == (light, "pilot", 2)
    post(client, row, "template", stage=f"unknown-{light.pk}")
    row.refresh_from_db()
    assert row.stage is None


def test_a_milestone_that_moves_is_counted_and_keeps_its_first_date(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation)
    client = signed_in("Paula")
    post(client, row, "milestones/new", name="Pilot review", due="2026-02-01")
    found = row.milestones.get()
    for due in ("2026-03-01", "2026-03-01", "2026-04-01"):
        post(client, row, f"milestones/{found.pk}", name="Pilot review", due=due)
    found.refresh_from_db()
    assert (found.moved, found.first_due, found.due) == (2, date(2026, 2, 1), date(2026, 4, 1))
    post(client, row, f"milestones/{found.pk}/done")
    found.refresh_from_db()
    assert found.done_on == clock.today()
    other = make(organisation, "Other")
    assert post(client, other, f"milestones/{found.pk}/done").status_code == 404
    post(client, row, f"milestones/{found.pk}", remove="1")
    assert not Milestone.objects.exists()


def test_needs_never_run_in_a_circle(organisation: Organisation, signed_in: SignIn) -> None:
    a, b, c = (make(organisation, name) for name in "abc")
    add_dependency(by=SYSTEM, initiative=a, on=b)
    add_dependency(by=SYSTEM, initiative=b, on=c)
    client = signed_in("Paula")
    answer = post(client, c, "dependencies/new", on=a.key, kind="needs")
    assert answer.status_code == 422
    assert "directly or through others" in text_of(answer)
    assert post(client, c, "dependencies/new", on=c.key, kind="needs").status_code == 422
    assert post(client, c, "dependencies/new", on=a.key, kind="shares_platform").status_code == 302
    shared = Dependency.objects.get(initiative=c)
    assert post(client, c, f"dependencies/{shared.pk}", kind="needs").status_code == 422


def test_a_dependency_on_what_one_may_not_see_is_like_one_on_nothing(organisation: Organisation, signed_in: SignIn) -> None:
    row, hidden = make(organisation), make(organisation, "Hidden", unit="Logistics")
    client = signed_in("Paula")
    seen = text_of(post(client, row, "dependencies/new", on=hidden.key, kind="needs")).replace(hidden.key, "KEY")
    none = text_of(post(client, row, "dependencies/new", on="AI-7777", kind="needs")).replace("AI-7777", "KEY")
    assert "There is no initiative KEY" in seen
    assert "There is no initiative KEY" in none
    post(client, row, "dependencies/new", platform="GPU cluster", kind="needs", ready="no", note="quota")
    assert "GPU cluster" in text_of(client.get(f"/initiatives/{row.pk}/"))
    assert Initiative.objects.get(pk=row.pk).dependencies.get().ready is False
