"""Who may read which part of the trail, and that no amount reaches those who may not see it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from portfolio.accounts.choices import Role, Scope
from portfolio.accounts.services import assign_role
from portfolio.activity.models import AuditEntry
from portfolio.initiatives.models import Dependency, Initiative
from portfolio.kit.acting import acting
from tests.people import SYSTEM, Organisation
from tests.portfolio.activity.conftest import Register

SignIn = Callable[[str], Client]
Api = Callable[..., Client]
AMOUNT = "48210"


def audit(client: Client, query: str = "") -> str:
    answer = client.get(f"/audit/{query}")
    assert answer.status_code == 200
    return answer.content.decode().split('id="results"')[1]


@pytest.mark.parametrize("name", ["Paula", "Vera", "Iris", "Nora", "Finn"])
@pytest.mark.parametrize("path", ["/audit/", "/audit/export/?format=csv", "/api/v1/audit/"])
def test_only_auditors_and_administrators_read_the_trail(signed_in: SignIn, name: str, path: str) -> None:
    assert signed_in(name).get(path).status_code == 403
    assert signed_in("Gita").get(path).status_code == 200


def test_the_page_tells_who_did_what_in_words(organisation: Organisation, register: Register, signed_in: SignIn) -> None:
    made = register("Shelf camera", owner=organisation.people["Otto"])
    with acting(organisation.actor("Paula")):
        Initiative.objects.filter(pk=made.pk).update(stage=made.lifecycle.stages.get(key="pilot"), owner=None)
    page = audit(signed_in("Gita"), f"?initiative={made.key}&action=change")
    for words in ("Changed: Initiative", "Shelf camera", "Paula Test", "Page", "Stores"):
        assert words in page
    assert "<del>Idea</del>" in page and "<ins>Pilot</ins>" in page and "<del>Otto Test</del>" in page
    assert "stage_id" not in page and "Stage" in page and "Owner" in page


@pytest.fixture
def unit_auditor(organisation: Organisation) -> str:
    """Vera, viewer in Retail, now also audits Logistics."""
    assign_role(by=SYSTEM, user=organisation.people["Vera"], role=Role.AUDITOR, unit=organisation.units["Logistics"])
    return "Vera"


def test_an_auditor_of_a_unit_reads_its_entries_alone(
    register: Register, signed_in: SignIn, unit_auditor: str, organisation: Organisation
) -> None:
    register("Shelf camera", "Stores")
    theirs = register("Route planner", "Logistics", by="Lars")
    page = audit(signed_in(unit_auditor))
    assert "Route planner" in page and "Route planner in one store" in page
    assert "Shelf camera" not in page  # she may view Retail, not audit it
    assert "Ada Test" not in page and "Lean" not in page.replace("Lean v1", "")  # people and templates have no unit
    rows = signed_in(unit_auditor).get("/api/v1/audit/?page_size=1000").json()["results"]
    assert {row["initiative_id"] for row in rows} <= {theirs.pk, None}
    assert {row["unit_id"] for row in rows} <= {organisation.units["Logistics"].pk, None}


def test_an_entry_follows_its_initiative_to_another_unit(
    register: Register, signed_in: SignIn, unit_auditor: str, organisation: Organisation
) -> None:
    made = register("Shelf camera", "Stores")
    assert "Shelf camera" not in audit(signed_in(unit_auditor))
    with acting(organisation.actor("Ada")):
        Initiative.objects.filter(pk=made.pk).update(unit=organisation.units["Logistics"])
    assert "Shelf camera in one store" in audit(signed_in(unit_auditor))


def test_amounts_are_hidden_on_every_way_out_from_a_token_without_the_money_scope(register: Register, api: Api) -> None:
    made = register("Shelf camera")
    Initiative.objects.filter(pk=made.pk).update(expected_value=Decimal("99999.00"))
    blind = api(Scope.AUDIT_READ).get("/api/v1/audit/?page_size=1000")
    assert AMOUNT not in blind.content.decode() and "99999" not in blind.content.decode()
    assert ["expected_value"] in [row["hidden"] for row in blind.json()["results"]]
    seeing = api(Scope.AUDIT_READ, Scope.MONEY).get("/api/v1/audit/?page_size=1000").content.decode()
    assert AMOUNT in seeing and "99999" in seeing


def test_a_search_does_not_tell_hidden_amounts(register: Register, api: Api) -> None:
    register("Shelf camera")
    blind, seeing = api(Scope.AUDIT_READ), api(Scope.AUDIT_READ, Scope.MONEY)
    found = {client: client.get(f"/api/v1/audit/?q={AMOUNT}").json()["results"] for client in (blind, seeing)}
    assert found[blind] == [] and len(found[seeing]) == 1
    assert blind.get("/api/v1/audit/?q=SHELF").json()["results"]


def test_the_history_panel_hides_amounts_and_shows_them_to_owner_and_money_roles(
    organisation: Organisation, register: Register, signed_in: SignIn
) -> None:
    made = register("Shelf camera", owner=organisation.people["Otto"])
    address = f"/activity/history/initiatives_initiative/{made.pk}/"
    for name in ("Vera", "Iris"):
        page = signed_in(name).get(address).content.decode()
        assert "amount hidden" in page and AMOUNT not in page and "EUR" not in page
    for name in ("Otto", "Finn", "Paula"):
        assert AMOUNT in signed_in(name).get(address).content.decode()


def test_history_exists_only_for_who_may_view_the_initiative(register: Register, signed_in: SignIn) -> None:
    made = register("Shelf camera")
    for path in (f"/activity/history/{made.pk}/", f"/activity/history/initiative/{made.pk}/"):
        assert signed_in("Vera").get(path).status_code == 200
        for name in ("Lars", "Nora"):
            assert signed_in(name).get(path).status_code == 404
    assert signed_in("Vera").get("/activity/history/accounts_user/1/").status_code == 404


def test_names_of_what_a_reader_may_not_view_stay_hidden(
    organisation: Organisation, register: Register, signed_in: SignIn
) -> None:
    ours, secret = register("Shelf camera"), register("Merger planning", "Logistics", by="Lars")
    with acting(organisation.actor("Ada")):
        Dependency.objects.create(initiative=ours, on=secret)
    page = signed_in("Vera").get(f"/activity/history/{ours.pk}/").content.decode()
    assert "Dependency" in page and "not yours to see" in page and "Merger planning" not in page


def test_filters_narrow_by_who_kind_time_request_and_text(register: Register, signed_in: SignIn) -> None:
    register("Shelf camera")
    register("Route planner", "Logistics", by="Lars")
    gita = signed_in("Gita")
    assert "Route planner" in audit(gita, "?who=lars") and "Shelf camera" not in audit(gita, "?who=lars")
    milestones = audit(gita, "?kind=initiatives_milestone")
    assert "Milestone" in milestones and "Created: Initiative" not in milestones
    assert "Nothing matches" in audit(gita, "?since=2100-01-01") and "Nothing matches" in audit(gita, "?until=2000-01-01")
    assert "Nothing matches" in audit(gita, "?request_id=none-such") and "Nothing matches" in audit(gita, "?initiative=AI-9999")
    assert "Nothing matches" in audit(gita, "?through=token") and "Shelf" in audit(gita, "?q=shelf%20CAM&through=page")
    assert "Nothing matches" in audit(gita, "?q=100%25") and "left out" in audit(gita, "?since=yesterday")
    assert gita.get("/api/v1/audit/?since=yesterday").status_code == 400
    assert gita.get("/api/v1/audit/?whom=lars").status_code == 400


def test_a_unit_filter_takes_its_sub_units_and_offers_only_audited_ones(
    organisation: Organisation, register: Register, signed_in: SignIn, unit_auditor: str
) -> None:
    register("Shelf camera", "Stores")
    register("Route planner", "Logistics", by="Lars")
    page = audit(signed_in("Gita"), f"?unit={organisation.units['Retail'].pk}")
    assert "Shelf camera" in page and "Route planner" not in page
    assert signed_in(unit_auditor).get(f"/api/v1/audit/?unit={organisation.units['Retail'].pk}").status_code == 400


def test_one_walks_to_the_end_and_back_without_loss(register: Register, signed_in: SignIn) -> None:
    for number in range(40):
        register(f"Initiative {number}")
    gita, seen, query = signed_in("Gita"), [], ""
    while True:
        shown = gita.get(f"/audit/{query}")
        seen += [line.entry.pk for line, _url in shown.context["lines"]]
        if not shown.context["next_url"]:
            break
        query = shown.context["next_url"]
    assert seen == sorted(AuditEntry.objects.values_list("pk", flat=True), reverse=True)
    back = gita.get(f"/audit/{shown.context['previous_url']}")
    assert back.context["lines"][-1][0].entry.pk > shown.context["lines"][0][0].entry.pk
    assert seen[seen.index(back.context["lines"][0][0].entry.pk) :][:50] == [line.entry.pk for line, _ in back.context["lines"]]


def test_the_trail_exports_whole_with_typed_and_harmless_cells(
    organisation: Organisation, register: Register, signed_in: SignIn
) -> None:
    made = register("=HYPERLINK(0)")
    answer = signed_in("Gita").get(f"/audit/export/?format=csv&initiative={made.key}")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    named = next(row for row in rows if row["field"] == "name" and row["kind"] == "Initiative")
    assert named["after"] == "'=HYPERLINK(0)" and named["actor"] == "Paula Test"
    assert "attachment" in answer["Content-Disposition"]
    answer = signed_in("Gita").get(f"/audit/export/?format=json&initiative={made.key}")
    entries = json.loads(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    assert len(entries) == AuditEntry.objects.filter(initiative_id=made.pk).count()
    assert {entry["after"]["name"] for entry in entries} >= {"=HYPERLINK(0)"}


def test_the_trail_of_the_demo_goes_once_a_real_portfolio_exists(
    organisation: Organisation, register: Register, signed_in: SignIn
) -> None:
    demo = register("Demo camera", demo=True)
    assert "Demo camera" in audit(signed_in("Gita"))
    real = register("Real camera")
    page = audit(signed_in("Gita"))
    assert "Real camera" in page and "Demo camera" not in page
    demo.milestones.all().delete()
    demo.delete()
    assert "Demo camera" not in audit(signed_in("Gita"))  # also after it was removed
    assert signed_in("Vera").get(f"/activity/history/{real.pk}/").status_code == 200


def test_a_removed_comment_is_not_read_in_the_history(organisation: Organisation, register: Register, signed_in: SignIn) -> None:
    made = register("Shelf camera")
    client = signed_in("Paula")
    client.post(f"/activity/comments/initiative/{made.pk}/", {"text": "said in anger"})
    assert "said in anger" not in client.get(f"/activity/history/{made.pk}/").content.decode()
    assert "said in anger" in audit(signed_in("Gita"))
