"""Changing many initiatives: what is ticked or all that match, confirmed first, refused ones named, audited."""

from __future__ import annotations

import pytest

from portfolio.activity.models import AuditEntry
from portfolio.initiatives.models import Initiative
from tests.people import Organisation
from tests.portfolio.initiatives.pages import SignIn, make, make_many, text_of

BULK = "/initiatives/bulk/"
pytestmark = pytest.mark.django_db


def test_three_plain_steps_change_the_ticked_rows(organisation: Organisation, signed_in: SignIn) -> None:
    a, b, c = (make(organisation, name) for name in "abc")
    client = signed_in("Paula")
    sent = {"pk": [a.pk, b.pk], "scope": "selected", "query": "q=x"}
    choose = text_of(client.post(BULK, sent | {"step": "choose"}))
    assert "2 initiatives are chosen" in choose
    values = {"venue_training": "on_premises", "owner": organisation.people["Otto"].pk}
    confirm = text_of(client.post(BULK, sent | values | {"step": "confirm"}))
    assert "Change 2 initiatives" in confirm
    assert "On-premises" in confirm
    assert Initiative.objects.filter(venue_training="on_premises").count() == 0
    answer = client.post(BULK, sent | values | {"step": "apply"}, follow=True)
    assert "2 initiatives changed." in text_of(answer)
    assert set(Initiative.objects.filter(venue_training="on_premises", owner__name="Otto Test")) == {a, b}
    entry = AuditEntry.objects.filter(initiative_id=a.pk, action="change").latest("id")
    assert (entry.actor, entry.through, (entry.after or {})["venue_training"]) == ("Paula Test", "page", "on_premises")
    c.refresh_from_db()
    assert c.venue_training == "unknown"


def test_all_that_match_the_filter_are_changed_and_no_others(organisation: Organisation, signed_in: SignIn) -> None:
    make_many(organisation, 60)
    other = make(organisation, "Route plans")
    hidden = make(organisation, "Vision abroad", unit="Logistics")
    sent = {"scope": "all", "query": "q=vision", "step": "apply", "containerised": "yes", "add_tags": "gpu, Vision"}
    signed_in("Paula").post(BULK, sent)
    assert Initiative.objects.filter(containerised="yes").count() == 60
    assert Initiative.objects.filter(tags__name="gpu").count() == 60
    assert not Initiative.objects.filter(pk__in=[other.pk, hidden.pk], containerised="yes").exists()
    signed_in("Paula").post(BULK, sent | {"remove_tags": "GPU", "add_tags": ""})
    assert not Initiative.objects.filter(tags__name="gpu").exists()


def test_clearing_is_a_value_of_its_own(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation, owner="Otto")
    signed_in("Paula").post(BULK, {"pk": [row.pk], "scope": "selected", "step": "apply", "owner": "none"})
    row.refresh_from_db()
    assert row.owner is None


def test_an_architect_sets_infrastructure_alone_and_refused_rows_are_named(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation)
    client = signed_in("Iris")
    form = client.post(BULK, {"pk": [row.pk], "scope": "selected", "step": "choose"}).context["form"]
    assert set(form.fields) == {"venue_storage", "venue_training", "venue_inference", "containerised"}
    client.post(BULK, {"pk": [row.pk], "scope": "selected", "step": "apply", "containerised": "no", "owner": "none"})
    row.refresh_from_db()
    assert row.containerised == "no"


@pytest.mark.parametrize("name", ["Vera", "Otto", "Gita", "Nora"])
def test_who_steers_nothing_changes_nothing(organisation: Organisation, signed_in: SignIn, name: str) -> None:
    row = make(organisation)
    assert signed_in(name).post(BULK, {"pk": [row.pk], "step": "apply", "containerised": "yes"}).status_code == 403
    row.refresh_from_db()
    assert row.containerised == "unknown"


def test_rows_of_others_are_passed_over_like_missing_ones(organisation: Organisation, signed_in: SignIn) -> None:
    mine, other = make(organisation), make(organisation, "Route plans", unit="Logistics")
    sent = {"pk": [mine.pk, other.pk, 999999], "scope": "selected", "step": "apply", "containerised": "yes"}
    answer = signed_in("Paula").post(BULK, sent, follow=True)
    assert "1 initiative changed." in text_of(answer)
    other.refresh_from_db()
    assert other.containerised == "unknown"


def test_nothing_ticked_or_nothing_chosen_is_said(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation)
    client = signed_in("Paula")
    assert "Tick at least one" in text_of(client.post(BULK, {"scope": "selected"}, follow=True))
    answer = client.post(BULK, {"pk": [row.pk], "scope": "selected", "step": "confirm"})
    assert answer.status_code == 422
    assert "Choose at least one change" in text_of(answer)
    assert client.get(BULK).status_code == 405
