"""Waivers, gatekeepers and templates on pages."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from portfolio.accounts.choices import Role
from portfolio.accounts.services import assign_role
from portfolio.kit import clock
from readiness.gates.models import Delegation, Gatekeeper, GateTemplate, Review, Seat, Waiver
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import text_of
from tests.readiness.gates.deciding_world import TEMPLATE, a_review, a_template
from tests.readiness.gates.pages import HX, SignIn, page, with_panel

pytestmark = pytest.mark.django_db
PACKS = Path(__file__).resolve().parents[3] / "readiness/gates/packs"
FITTING = (PACKS / "light.yaml").read_text().replace("key: light", "key: small", 1).replace("name: Light", "name: Small", 1)
ASKED = {"reason": "The data come in March.", "measure": "Checked by hand.", "begins_at": "", "expires_at": ""}


@pytest.fixture
def review(organisation: Organisation) -> Review:
    return a_review(with_panel(organisation), judged="")


def _end(days: int = 30) -> str:
    return (clock.now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def _asked(client: object, review: Review) -> Waiver:
    answer = client.post(f"/gates/reviews/{review.pk}/waive/worth-it/", ASKED | {"expires_at": _end()})  # type: ignore[attr-defined]
    assert answer.status_code == 302
    return Waiver.objects.get()


def test_a_waiver_is_asked_for_reviewed_approved_extended_and_revoked(review: Review, signed_in: SignIn) -> None:
    owner, keeper = signed_in("Otto"), signed_in("Bea")
    assert owner.post(f"/gates/reviews/{review.pk}/waive/worth-it/", ASKED).status_code == 422
    row = _asked(owner, review)
    path = f"/gates/waivers/{row.pk}/"
    assert "The data come in March." in page(keeper, path)
    assert keeper.post(f"{path}review/").status_code == 302
    assert keeper.post(f"{path}approve/", {"note": "Fine."}).status_code == 302
    text = page(owner, path)
    assert "in force" in text
    assert "Fine." in text
    shown = page(keeper, f"/gates/reviews/{review.pk}/")
    assert "Waived for a time. It is not met." in shown
    assert "without the waiver:" in shown
    extended = {"reason": "Later.", "measure": "Checked by hand.", "expires_at": _end(60)}
    assert owner.post(f"{path}extend/", extended).status_code == 302
    assert keeper.post(f"{path}reject/", {"note": ""}).status_code == 422
    assert keeper.post(f"{path}reject/", {"note": "Not any longer."}).status_code == 302
    assert owner.post(f"{path}revoke/", {"note": "The data came."}).status_code == 302
    assert "revoked" in page(owner, path)
    assert "No waiver is in force" in page(owner, "/gates/waivers/")
    assert "It is worth finding out." in page(owner, "/gates/waivers/?state=revoked", headers=HX)


def test_whoever_asked_for_a_waiver_cannot_approve_it_and_is_told(
    organisation: Organisation, review: Review, signed_in: SignIn
) -> None:
    assign_role(by=SYSTEM, user=organisation.people["Paula"], role=Role.GATEKEEPER, unit=organisation.units["Retail"])
    client = signed_in("Paula")
    row = _asked(client, review)
    client.post(f"/gates/waivers/{row.pk}/review/")
    text = page(client, f"/gates/waivers/{row.pk}/")
    assert "You asked for it, so you cannot approve it" in text
    assert f"/gates/waivers/{row.pk}/approve/" not in text
    client.post(f"/gates/waivers/{row.pk}/approve/", {"note": ""})
    assert Waiver.objects.get().state == "under_review"


def test_a_viewer_asks_for_no_waiver_and_another_unit_sees_none(review: Review, signed_in: SignIn) -> None:
    assert signed_in("Vera").get(f"/gates/reviews/{review.pk}/waive/worth-it/").status_code == 403
    row = _asked(signed_in("Otto"), review)
    assert signed_in("Vera").post(f"/gates/waivers/{row.pk}/approve/").status_code == 403
    page(signed_in("Lars"), f"/gates/waivers/{row.pk}/", 404)
    assert "No waiver was ever asked for" in page(signed_in("Lars"), "/gates/waivers/")


def test_gatekeepers_are_named_changed_and_taken_off(organisation: Organisation, signed_in: SignIn) -> None:
    with_panel(organisation)
    client, ida = signed_in("Paula"), organisation.people["Ida"]
    assert "Nobody sits at gates yet" in page(client, "/gates/gatekeepers/")
    form = {"person": ida.pk, "unit": organisation.units["Retail"].pk, "functions": ["it_operations"]}
    assert client.post("/gates/gatekeepers/new/", form | {"functions": []}).status_code == 422
    assert client.post("/gates/gatekeepers/new/", form).status_code == 302
    text = page(client, "/gates/gatekeepers/")
    assert "1 person sits at gates; nobody stands for Data science, Business" in text
    row = Gatekeeper.objects.get()
    assert client.post(f"/gates/gatekeepers/{row.pk}/", {"functions": ["security"], "chair": "on"}).status_code == 302
    assert Gatekeeper.objects.get().functions == ["security"]
    assert client.post(f"/gates/gatekeepers/{row.pk}/remove/").status_code == 302
    assert not Gatekeeper.objects.exists()


def test_who_may_not_name_gatekeepers_is_told_so(organisation: Organisation, signed_in: SignIn) -> None:
    with_panel(organisation)
    row = Gatekeeper.objects.create(
        person=organisation.people["Ida"], unit=organisation.units["Retail"], functions=["it_operations"]
    )
    assert signed_in("Vera").get("/gates/gatekeepers/new/").status_code == 403
    client = signed_in("Vera")
    for path in (f"/gates/gatekeepers/{row.pk}/", f"/gates/gatekeepers/{row.pk}/remove/"):
        assert client.post(path, {"functions": ["security"]}).status_code == 403
    page(signed_in("Lars"), f"/gates/gatekeepers/{row.pk}/", 404)
    assert Gatekeeper.objects.get().functions == ["it_operations"]


def test_a_gatekeeper_lets_somebody_stand_for_them_and_takes_it_back(organisation: Organisation, signed_in: SignIn) -> None:
    with_panel(organisation)
    client, dan = signed_in("Ida"), organisation.people["Dan"]
    given = {"taker": dan.pk, "begins_at": _end(1), "ends_at": _end(9), "note": "Holidays"}
    assert client.post("/gates/delegations/new/", given | {"ends_at": _end(0)}).status_code == 422
    assert client.post("/gates/delegations/new/", given).status_code == 302
    row = Delegation.objects.get()
    assert "Dan Test for Ida Test" in page(signed_in("Vera"), "/gates/gatekeepers/")
    assert signed_in("Dan").post(f"/gates/delegations/{row.pk}/revoke/").status_code == 404
    assert client.post(f"/gates/delegations/{row.pk}/revoke/").status_code == 302
    assert "Dan Test for Ida Test" not in page(client, "/gates/gatekeepers/")
    assert signed_in("Vera").get("/gates/delegations/new/").status_code == 403


def test_the_panel_of_a_review_is_changed_by_the_program_manager(organisation: Organisation, signed_in: SignIn) -> None:
    row = a_review(with_panel(organisation), panel=("Ida", "Dan"))
    client, path = signed_in("Paula"), f"/gates/reviews/{row.pk}/seats/"
    assert "2 people sit on the panel" in page(client, path)
    assert client.post(path, {"person": organisation.people["Bea"].pk, "functions": []}).status_code == 422
    assert client.post(path, {"person": organisation.people["Bea"].pk, "functions": ["business"]}).status_code == 302
    assert client.post(f"{path}{organisation.people['Dan'].pk}/remove/").status_code == 302
    assert set(Seat.objects.values_list("person__name", flat=True)) == {"Ida Test", "Bea Test"}
    assert signed_in("Vera").post(f"{path}{organisation.people['Ida'].pk}/remove/").status_code == 403


def test_templates_are_read_by_everybody_in_words(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Vera")
    assert "Infrastructure first" in page(client, "/gates/templates/")
    for row in GateTemplate.objects.all():
        text = page(client, f"/gates/templates/{row.pk}/")
        assert "published, so it never changes" in text
        assert client.get(f"/gates/templates/{row.pk}/yaml/").content.decode() == row.text
        assert "A quorum is" in text
    assert "/edit/" not in text
    assert client.get("/gates/templates/import/").status_code == 403


def test_a_template_comes_in_as_yaml_with_every_fault_named_by_its_line(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Ada")
    broken = TEMPLATE.replace("kind: must_meet", "kind: must_met", 1).replace("pass: 0.8", "pass: 8")
    answer = client.post("/gates/templates/import/", {"text": broken})
    text = text_of(answer)
    assert answer.status_code == 422
    assert "2 things to correct; nothing was taken in" in text
    assert "line 4" in text
    assert "line 18" in text or "line 19" in text
    assert client.post("/gates/templates/import/", {"text": ""}).status_code == 422
    assert client.post("/gates/templates/import/", {"text": TEMPLATE}).status_code == 302
    assert GateTemplate.objects.get(key="panel").state == "draft"
    page(signed_in("Vera"), f"/gates/templates/{GateTemplate.objects.get(key='panel').pk}/", 404)


def test_a_draft_is_edited_published_and_a_new_version_says_what_it_changes(
    organisation: Organisation, signed_in: SignIn
) -> None:
    client = signed_in("Ada")
    client.post("/gates/templates/import/", {"text": FITTING})
    row = GateTemplate.objects.get(key="small")
    path = f"/gates/templates/{row.pk}/"
    assert "The load of production is known." in page(client, f"{path}edit/")
    stale = {"text": FITTING, "row_version": row.row_version + 7}
    assert client.post(f"{path}edit/", stale).status_code == 409
    assert client.post(f"{path}edit/", {"text": "key: [", "row_version": row.row_version}).status_code == 422
    changed = {"text": FITTING.replace("load of production is known", "load is known"), "row_version": row.row_version}
    assert client.post(f"{path}edit/", changed).status_code == 302
    assert client.post(f"{path}publish/", {}).status_code == 302
    answer = client.post(f"{path}version/")
    second = GateTemplate.objects.get(key="small", state="draft")
    assert answer.headers["Location"] == f"/gates/templates/{second.pk}/"
    other = second.text.replace("The capacity is granted.", "All of the capacity is granted.")
    client.post(f"/gates/templates/{second.pk}/edit/", {"text": other, "row_version": second.row_version})
    text = page(client, f"/gates/templates/{second.pk}/")
    assert "What this version changes" in text
    assert "are judged anew: it means something else" in text
    assert client.post(f"/gates/templates/{second.pk}/discard/").status_code == 302
    assert client.post(f"{path}default/").status_code == 302
    assert GateTemplate.objects.get(pk=row.pk).is_default


def test_a_running_review_moves_to_another_version(organisation: Organisation, signed_in: SignIn) -> None:
    with_panel(organisation)
    other = a_template(TEMPLATE.replace("key: panel", "key: panel-two").replace("name: Panel", "name: Panel two"))
    row = a_review(organisation, state="planned")  # type: ignore[arg-type]
    client, path = signed_in("Paula"), f"/gates/reviews/{row.pk}/migrate/"
    assert "Panel two v1" in page(client, path)
    assert client.post(path, {"template": str(other.pk)}).status_code == 302
    assert Review.objects.get(pk=row.pk).template_id == other.pk
