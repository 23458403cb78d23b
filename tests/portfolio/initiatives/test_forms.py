"""Writing initiatives down and changing them: what was typed is kept, what somebody else saved is not lost."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from portfolio.initiatives.models import Initiative, Lifecycle
from portfolio.initiatives.services.initiatives import update_initiative
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import SignIn, make, stage_of, text_of

NEW = "/initiatives/new/"
pytestmark = pytest.mark.django_db


def filled(organisation: Organisation, **more: Any) -> dict[str, Any]:
    """What a browser sends for a new initiative."""
    stage = Lifecycle.objects.get(is_default=True).stages.get(key="poc")
    sent = {
        "name": "Shelf gaps", "unit": organisation.units["Stores"].pk, "stage": stage.pk, "venue_storage": "unknown",
        "venue_training": "on_premises", "venue_inference": "edge", "containerised": "yes", "procurement_route": "in_plan",
        "developed_by": "in_house",
    }  # fmt: skip
    return sent | more


def as_sent(client: Client, row: Initiative) -> dict[str, Any]:
    """The edit form as the browser would send it back unchanged."""
    html = text_of(client.get(f"/initiatives/{row.pk}/edit/"))
    form = client.get(f"/initiatives/{row.pk}/edit/").context["form"]
    sent = {name: "" if form[name].value() is None else str(form[name].value()) for name in form.fields}
    sent["version"] = re.findall(r'name="version" value="(\d+)"', html)[0]
    context = client.get(f"/initiatives/{row.pk}/edit/").context
    return sent | {"base": context["base"]}


def test_a_manager_registers_an_initiative_with_all_that_hangs_on_it(organisation: Organisation, signed_in: SignIn) -> None:
    otto = organisation.people["Otto"]
    more = {
        "owner": otto.pk,
        "tags": "vision, Vision, shops",
        "external_ids": "jira: AI-17",
        "links": "https://example.org/a The plan",
        "person_it_operations": otto.pk,
        "name_business": "Berta",
        "date_initiated": "2024-08-17",
        "precision_initiated": "quarter",
        "expected_value": "1200.50",
        "expected_value_currency": "EUR",
        "contract_numbers": "A-1\r\nB-2",
        "entered_on": "2025-01-05",
    }
    answer = signed_in("Paula").post(NEW, filled(organisation, **more))
    row = Initiative.objects.get(name="Shelf gaps")
    assert answer.headers["Location"] == f"/initiatives/{row.pk}/"
    assert (stage_of(row), row.stage_since, row.owner, row.expected_value) == ("poc", date(2025, 1, 5), otto, Decimal("1200.50"))
    assert sorted(row.tags.values_list("name", flat=True)) == ["shops", "vision"]
    assert row.contract_numbers == ["A-1", "B-2"]
    assert row.external_ids.get().value == "AI-17"
    assert (row.links.get().url, row.links.get().label) == ("https://example.org/a", "The plan")
    assert (row.dates.get().value, row.dates.get().precision) == (date(2024, 7, 1), "quarter")
    assert {slot.function: slot.person or slot.name for slot in row.functions.all()} == {
        "it_operations": otto,
        "business": "Berta",
    }


def test_what_was_typed_is_kept_when_something_is_wrong(organisation: Organisation, signed_in: SignIn) -> None:
    sent = filled(organisation, name="", purpose="A long text that took an hour", expected_value="12", links="ftp://x y")
    answer = signed_in("Paula").post(NEW, sent)
    html = text_of(answer)
    assert answer.status_code == 422
    assert "A long text that took an hour" in html
    assert 'href="#id_name"' in html
    assert not Initiative.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("expected_value", "12"),
        ("links", "javascript:alert(1) x"),
        ("external_ids", "no colon"),
        ("expected_value_currency", "eur"),
        ("name", "x" * 501),
        ("name", "a\x00b"),
    ],
)
def test_the_server_checks_what_a_browser_would_let_through(
    organisation: Organisation, signed_in: SignIn, field: str, value: str
) -> None:
    answer = signed_in("Paula").post(NEW, filled(organisation, **{field: value}))
    assert answer.status_code == 422
    assert not Initiative.objects.exists()


def test_only_units_where_one_may_register_are_offered(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Paula")
    html = text_of(client.get(NEW))
    assert "Stores" in html
    assert f'value="{organisation.units["Logistics"].pk}"' not in html.split('name="programme"')[0]
    answer = client.post(NEW, filled(organisation, unit=organisation.units["Logistics"].pk))
    assert answer.status_code == 422


@pytest.mark.parametrize("name", ["Vera", "Otto", "Iris", "Gita"])
def test_who_steers_nothing_registers_nothing(organisation: Organisation, signed_in: SignIn, name: str) -> None:
    client = signed_in(name)
    assert client.get(NEW).status_code == 403
    assert client.post(NEW, filled(organisation)).status_code == 403
    assert not Initiative.objects.exists()


def test_saving_an_unchanged_form_changes_nothing(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation, purpose="Two\nlines", tags=["a", "b"], expected_value=Decimal(5), expected_value_currency="EUR")
    client = signed_in("Paula")
    assert client.post(f"/initiatives/{row.pk}/edit/", as_sent(client, row)).status_code == 302
    assert Initiative.objects.get(pk=row.pk).version == 1


def test_a_change_saves_what_was_changed(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation, topic="Old")
    client = signed_in("Paula")
    client.post(f"/initiatives/{row.pk}/edit/", as_sent(client, row) | {"topic": "New", "name_business": "Berta"})
    row.refresh_from_db()
    assert (row.topic, row.version, row.functions.get().name) == ("New", 2, "Berta")


def test_when_somebody_else_saved_first_both_versions_are_shown_and_one_chooses(
    organisation: Organisation, signed_in: SignIn
) -> None:
    row = make(organisation, topic="Old", approach="Old way")
    client = signed_in("Paula")
    mine = as_sent(client, row) | {"topic": "Mine", "approach": "My way"}
    update_initiative(by=SYSTEM, initiative=row, changes={"topic": "Theirs", "approach": "Their way", "outputs": "Theirs alone"})
    answer = client.post(f"/initiatives/{row.pk}/edit/", mine)
    assert answer.status_code == 409
    html = text_of(answer)
    assert all(text in html for text in ("Mine", "Theirs", "My way", "Their way"))
    merged = dict(answer.context["kept"]) | {"version": "2", "base": answer.context["base"]}
    merged = {name: "" if value is None else value for name, value in merged.items()}
    client.post(f"/initiatives/{row.pk}/edit/", merged | {"take_topic": "theirs", "take_approach": "mine"})
    row.refresh_from_db()
    assert (row.topic, row.approach, row.outputs, row.version) == ("Theirs", "My way", "Theirs alone", 3)


def test_a_form_without_its_version_is_refused(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation, topic="Old")
    client = signed_in("Paula")
    sent = as_sent(client, row) | {"topic": "New"}
    del sent["version"]
    assert client.post(f"/initiatives/{row.pk}/edit/", sent).status_code == 422
    row.refresh_from_db()
    assert row.topic == "Old"


def test_an_architect_changes_infrastructure_and_nothing_else(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation, topic="Old")
    client = signed_in("Iris")
    sent = as_sent(client, row)
    assert "topic" not in sent
    client.post(f"/initiatives/{row.pk}/edit/", sent | {"venue_training": "edge", "topic": "New", "name": "Mine now"})
    row.refresh_from_db()
    assert (row.venue_training, row.topic, row.name) == ("edge", "Old", "Claims triage")


def test_an_owner_edits_her_own_and_a_viewer_edits_none(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation, owner="Otto", unit="Stores")
    otto = signed_in("Otto")
    otto.post(
        f"/initiatives/{row.pk}/edit/",
        as_sent(otto, row) | {"topic": "Mine", "expected_value": "7", "expected_value_currency": "EUR"},
    )
    row.refresh_from_db()
    assert (row.topic, row.expected_value) == ("Mine", Decimal(7))
    assert signed_in("Vera").get(f"/initiatives/{row.pk}/edit/").status_code == 403
    assert signed_in("Lars").get(f"/initiatives/{row.pk}/edit/").status_code == 404
