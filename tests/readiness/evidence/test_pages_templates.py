"""Query templates: the shipped ones are read and copied, one's own are changed and taken away by those who may."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from readiness.connectors.prometheus.templates import packs
from readiness.evidence.forms.shapes import QUERIES
from readiness.evidence.models import QueryTemplate
from readiness.evidence.services.templates import StaleTemplate, change_template, create_template, delete_template
from tests.people import Organisation
from tests.readiness.workloads.pages import html, words

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
QUERY = {"metric": "throughput", "query": "sum(rate(served_total{$matchers}[$window]))", "unit": "1/s", "statistic": "mean"}
URL = "/evidence/templates/"


def make(organisation: Organisation, name: str = "Our gateway", unit: str = "Retail", **more: Any) -> QueryTemplate:
    who = organisation.actor("Ada")
    return create_template(by=who, unit=organisation.units[unit], name=name, **{"queries": [QUERY], **more})


def fields(*queries: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """What a browser sends of these queries."""
    rows = [QUERIES.write(query) for query in queries]
    return {f"queries-{number}-{key}": text for number, row in enumerate(rows) for key, text in row.items()} | more


def test_every_shipped_template_survives_the_form_unchanged() -> None:
    for pack in packs():
        for query in pack.queries:
            assert QUERIES.read(QUERIES.write(query)) == dict(query), pack.key


def test_the_list_shows_the_shipped_ones_and_those_of_ones_units(organisation: Organisation, signed_in: SignIn) -> None:
    make(organisation)
    make(organisation, "Their gateway", "Logistics")
    text = words(signed_in("Iris").get(URL))
    assert f"{len(packs())} templates are shipped, 1 is your own" in text
    assert "Our gateway" in text
    assert "Their gateway" not in text
    assert "vLLM" in text
    viewer = html(signed_in("Vera").get(URL))
    assert "Our gateway" in viewer
    assert "Copy to edit" not in viewer
    assert "Take away" not in viewer


def test_a_shipped_template_is_read_with_all_its_queries(organisation: Organisation, signed_in: SignIn) -> None:
    pack = next(pack for pack in packs() if pack.key == "vllm")
    page = words(signed_in("Vera").get(f"{URL}shipped/vllm/"))
    for query in pack.queries:
        assert " ".join(str(query["query"]).split()) in page
    assert signed_in("Vera").get(f"{URL}shipped/nothing/").status_code == 404


def test_a_copy_keeps_what_the_form_has_no_field_for(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Iris")
    page = html(client.get(f"{URL}new/?from=shipped:dcgm"))
    assert "DCGM" in page
    pack = next(pack for pack in packs() if pack.key == "dcgm")
    sent = fields(*pack.queries, name="DCGM, our own", unit=str(organisation.units["Retail"].pk), about="")
    answer = client.post(f"{URL}new/?from=shipped:dcgm", sent)
    assert answer.status_code == 302, words(answer)[:2000]
    row = QueryTemplate.objects.get()
    assert row.queries == [dict(query) for query in pack.queries]
    assert (row.based_on, row.unit, row.demo) == ("dcgm", organisation.units["Retail"], False)
    assert "DCGM, our own" in words(client.get(URL))


def test_what_cannot_be_asked_is_named_by_its_row_and_all_that_was_typed_is_kept(
    organisation: Organisation, signed_in: SignIn
) -> None:  # fmt: skip
    client, unit = signed_in("Iris"), str(organisation.units["Retail"].pk)
    bad = QUERY | {"unit": "bananas", "query": "up{$matchers}"}
    answer = client.post(f"{URL}new/", fields(QUERY, bad, name="Fresh", unit=unit))
    assert answer.status_code == 422
    page = html(answer)
    assert "bananas" in page
    assert "query 2" in page
    assert "sum(rate(served_total{$matchers}[$window]))" in page
    typed = fields(QUERY, name="Fresh", unit=unit) | {"queries-0-percentile": "lots", "queries-1-query": "up"}
    text = words(client.post(f"{URL}new/", typed))
    assert "Row 1: “lots” is no percentile" in text
    assert "Row 2: choose what it measures." in text
    assert not QueryTemplate.objects.exists()


def test_without_scripts_more_rows_come_by_a_button(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Iris")
    first = html(client.get(f"{URL}new/"))
    assert 'name="queries-0-query"' in first
    assert 'name="queries-1-query"' not in first
    more = client.post(f"{URL}new/", fields(QUERY, name="", more="queries"))
    assert more.status_code == 200
    assert 'name="queries-5-query"' in html(more)
    assert "is-invalid" not in html(more)


def test_changing_asks_for_the_version_that_one_saw(organisation: Organisation, signed_in: SignIn) -> None:
    row, client = make(organisation), signed_in("Iris")
    assert "Our gateway" in html(client.get(f"{URL}{row.pk}/"))
    change_template(by=organisation.actor("Ada"), template=row, changes={"about": "theirs"}, version=1)
    sent = fields(QUERY, name="Renamed", unit=str(row.unit_id), about="mine", version="1")
    answer = client.post(f"{URL}{row.pk}/", sent)
    assert answer.status_code == 422
    assert "Somebody else saved meanwhile" in html(answer)
    assert 'value="2"' in html(answer)
    assert client.post(f"{URL}{row.pk}/", sent | {"version": "2"}).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.about, row.version) == ("Renamed", "mine", 3)


def test_only_who_runs_sources_of_the_unit_writes_templates(organisation: Organisation, signed_in: SignIn) -> None:
    row = make(organisation)
    viewer, stranger = signed_in("Vera"), signed_in("Lars")
    assert "Copy to edit" not in html(viewer.get(f"{URL}{row.pk}/"))
    assert viewer.post(f"{URL}{row.pk}/", {}).status_code == 403
    assert viewer.get(f"{URL}new/").status_code == 403
    assert viewer.post(f"{URL}{row.pk}/delete/").status_code == 403
    assert stranger.get(f"{URL}{row.pk}/").status_code == 404
    for act in (
        lambda who: create_template(by=who, unit=row.unit, name="x", queries=[QUERY]),
        lambda who: change_template(by=who, template=row, changes={"name": "x"}, version=1),
        lambda who: delete_template(by=who, template=row),
    ):
        for name in ("Vera", "Paula", "Lars"):
            with pytest.raises(PermissionDenied):
                act(organisation.actor(name))


def test_the_service_refuses_what_no_feed_could_use(organisation: Organisation) -> None:
    row = make(organisation)
    with pytest.raises(ValidationError) as twice:
        make(organisation)
    assert set(twice.value.message_dict) == {"name"}
    for queries in ([], [{"metric": "nothing", "query": "up", "unit": "1"}], [QUERY | {"colour": "red"}]):
        with pytest.raises(ValidationError) as refused:
            make(organisation, "Other", queries=queries)
        assert set(refused.value.message_dict) == {"queries"}
    with pytest.raises(StaleTemplate):
        change_template(by=organisation.actor("Ada"), template=row, changes={"name": "x"}, version=7)
    with pytest.raises(ValidationError):
        change_template(by=organisation.actor("Ada"), template=row, changes={"kind": "x"}, version=1)


def test_taking_one_away_asks_once(organisation: Organisation, signed_in: SignIn) -> None:
    row, client = make(organisation), signed_in("Iris")
    assert "Take Our gateway away?" in words(client.get(f"{URL}{row.pk}/delete/"))
    assert QueryTemplate.objects.exists()
    assert client.post(f"{URL}{row.pk}/delete/").status_code == 302
    assert not QueryTemplate.objects.exists()
    assert client.get(f"{URL}{row.pk}/").status_code == 404
