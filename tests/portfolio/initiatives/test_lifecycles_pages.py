"""Lifecycle templates: read by all, defined by administrators, immutable once used."""

from __future__ import annotations

from typing import Any

import pytest

from portfolio.initiatives.models import Lifecycle
from tests.people import Organisation
from tests.portfolio.initiatives.pages import SignIn, make, text_of

PAGE = "/initiatives/lifecycles/"
pytestmark = pytest.mark.django_db


def typed(*names: str, **more: Any) -> dict[str, Any]:
    sent = {"name": "Standard", "key": "standard"}
    for number, name in enumerate(names, start=1):
        sent |= {
            f"stage_{number}_name": name,
            f"stage_{number}_kind": "before_production",
            f"stage_{number}_gate": f"{name} gate",
        }
    return sent | more


def test_everybody_reads_them_and_sees_which_are_in_use(organisation: Organisation, signed_in: SignIn) -> None:
    make(organisation)
    answer = text_of(signed_in("Vera").get(PAGE))
    assert "In use, unchangeable" in answer
    assert "Pilot gate" in answer
    assert "New version" not in answer


def test_only_administrators_define_them(organisation: Organisation, signed_in: SignIn) -> None:
    for name in ("Paula", "Vera", "Gita"):
        client = signed_in(name)
        assert client.get(f"{PAGE}new/").status_code == 403
        assert client.post(f"{PAGE}new/", typed("Idea")).status_code == 403
        assert client.post(f"{PAGE}{Lifecycle.objects.get(key='light').pk}/default/").status_code == 403
    assert Lifecycle.objects.count() == 2


def test_a_change_makes_a_new_version_and_running_ones_stay(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation)
    before = row.lifecycle
    client = signed_in("Ada")
    form = client.get(f"{PAGE}new/?from={before.pk}").context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    client.post(f"{PAGE}new/", sent | {"stage_2_name": "Proof"})
    newest = Lifecycle.objects.get(key="standard", version=2)
    assert [(stage.key, stage.name) for stage in newest.stages.order_by("position")][:2] == [("idea", "Idea"), ("poc", "Proof")]
    row.refresh_from_db()
    assert row.lifecycle == before
    assert newest.is_default
    client.post(f"{PAGE}{before.pk}/default/")
    assert Lifecycle.objects.get(is_default=True) == before


def test_a_template_needs_stages_and_distinct_keys(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Ada")
    assert client.post(f"{PAGE}new/", typed()).status_code == 422
    assert client.post(f"{PAGE}new/", typed("Same", "Same", key="twice")).status_code == 422
