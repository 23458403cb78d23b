"""Templates on the database: drafts are rewritten, published versions never change, and a lifecycle has one default."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from portfolio.accounts.choices import Scope
from readiness.gates.choices import TemplateState
from readiness.gates.models import GateTemplate
from readiness.gates.queries.templates import (
    default_template,
    gate_ahead,
    gates_ahead,
    parsed,
    published,
    template_rows,
    version_before,
)
from readiness.gates.rules.templates.reading import digest_of, read_template, write_template
from readiness.gates.services.templates import (
    StaleTemplate,
    change_draft,
    create_draft,
    discard_draft,
    make_default,
    new_version,
    publish,
    retire,
)
from tests.people import Organisation
from tests.readiness.gates.deciding_world import TEMPLATE, an_initiative, person, stage
from tests.readiness.gates.planning_world import a_token

pytestmark = pytest.mark.django_db
FITS = TEMPLATE.replace("    last_before_production: yes\n", "")


@pytest.fixture
def draft(organisation: Organisation) -> GateTemplate:
    return create_draft(by=person(organisation, "Ada"), text=FITS)


def test_yaml_comes_in_as_a_draft_and_goes_out_as_it_was(organisation: Organisation, draft: GateTemplate) -> None:
    assert (draft.key, draft.version, draft.state, draft.lifecycle, draft.created_by) == (
        "panel", 1, "draft", "standard", organisation.people["Ada"],
    )  # fmt: skip
    assert draft.text == FITS and draft.digest == digest_of(read_template(FITS))
    assert read_template(write_template(parsed(draft))) == parsed(draft)


def test_every_fault_of_a_text_is_told_at_its_field(organisation: Organisation) -> None:
    with pytest.raises(ValidationError) as refused:
        create_draft(by=person(organisation, "Ada"), text=FITS.replace("kind: must_meet", "kind: must_win"))
    assert len(refused.value.message_dict["text"]) == 3 and "must_win" in refused.value.message_dict["text"][0]


def test_only_administrators_look_after_templates_and_never_by_token(organisation: Organisation, draft: GateTemplate) -> None:
    for name in ("Paula", "Otto", "Gita"):
        with pytest.raises(PermissionDenied):
            publish(by=person(organisation, name), template=draft)
    with pytest.raises(PermissionDenied):
        create_draft(by=a_token(organisation, *Scope), text=FITS)


def test_a_draft_is_rewritten_by_who_saw_it_as_it_is_and_keeps_its_key(organisation: Organisation, draft: GateTemplate) -> None:
    ada, text = person(organisation, "Ada"), FITS.replace("name: Panel", "name: Panel of four")
    changed = change_draft(by=ada, template=draft, text=text, row_version=draft.row_version)
    assert (changed.name, changed.pk, changed.row_version) == ("Panel of four", draft.pk, 2)
    with pytest.raises(StaleTemplate) as stale:
        change_draft(by=ada, template=draft, text=FITS, row_version=draft.row_version)
    assert stale.value.current.row_version == 2
    with pytest.raises(ValidationError, match="another key"):
        change_draft(by=ada, template=draft, text=FITS.replace("key: panel", "key: board"))
    assert create_draft(by=ada, text=FITS).pk == draft.pk


def test_a_published_version_never_changes_and_the_next_one_starts_from_it(
    organisation: Organisation, draft: GateTemplate
) -> None:
    ada = person(organisation, "Ada")
    first = publish(by=ada, template=draft)
    assert (first.state, first.published_by, first.is_default) == ("published", organisation.people["Ada"], False)
    with pytest.raises(ValidationError, match="never changes"):
        change_draft(by=ada, template=first, text=FITS)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        GateTemplate.objects.filter(pk=first.pk).update(text="other")
    with pytest.raises(ValidationError, match="says exactly this"):
        create_draft(by=ada, text=FITS + "# and a remark\n")
    second = new_version(by=ada, template=first)
    assert (second.version, second.text) == (2, FITS) and new_version(by=ada, template=first).pk == second.pk
    assert version_before(second) == first


def test_publishing_retires_the_version_before_and_takes_over_being_the_default(
    organisation: Organisation, draft: GateTemplate
) -> None:
    ada = person(organisation, "Ada")
    first = publish(by=ada, template=draft, make_default=True)
    assert default_template("standard") == first
    assert not GateTemplate.objects.get(key="infrastructure-first").is_default
    second = publish(by=ada, template=new_version(by=ada, template=first))
    first.refresh_from_db()
    assert (first.state, first.is_default, second.is_default) == (TemplateState.RETIRED, False, True)
    assert published("standard").first() == second and first not in published()
    with pytest.raises(ValidationError, match="default"):
        retire(by=ada, template=second)
    make_default(by=ada, template=GateTemplate.objects.get(key="infrastructure-first"))
    assert retire(by=ada, template=second).state == TemplateState.RETIRED
    with pytest.raises(ValidationError, match="published"):
        make_default(by=ada, template=second)
    with pytest.raises(ValidationError, match="published"):
        retire(by=ada, template=second)


def test_what_its_lifecycle_cannot_use_is_not_published(organisation: Organisation) -> None:
    ada = person(organisation, "Ada")
    misfit = create_draft(by=ada, text=TEMPLATE)
    with pytest.raises(ValidationError, match="last one before production"):
        publish(by=ada, template=misfit)
    with pytest.raises(ValidationError, match="no lifecycle"):
        publish(by=ada, template=create_draft(by=ada, text=FITS.replace("lifecycle: standard", "lifecycle: own")))


def test_a_draft_is_thrown_away_and_a_published_version_is_not(organisation: Organisation, draft: GateTemplate) -> None:
    ada = person(organisation, "Ada")
    discard_draft(by=ada, template=draft)
    assert not GateTemplate.objects.filter(key="panel").exists()
    with pytest.raises(ValidationError, match="never changes"):
        discard_draft(by=ada, template=GateTemplate.objects.get(key="light"))


def test_an_initiative_stands_before_the_gate_of_its_stage(organisation: Organisation) -> None:
    initiative = an_initiative(organisation)
    found = gate_ahead(initiative)
    assert found is not None and (found[0].key, found[1].key) == ("infrastructure-first", "poc")
    assert not found[1].last_before_production
    initiative.stage = stage(initiative, "scale-up")
    initiative.save(update_fields=["stage"])
    ahead = gates_ahead([initiative.pk])[initiative.pk][1]
    assert (ahead.key, ahead.last_before_production) == ("production", True)
    initiative.stage = stage(initiative, "production")
    initiative.save(update_fields=["stage"])
    assert gates_ahead([initiative.pk]) == {} and gate_ahead(initiative) is None


def test_the_three_shipped_templates_are_there_and_drafts_are_for_those_who_work_on_them(draft: GateTemplate) -> None:
    keys = set(template_rows(drafts=False).values_list("key", flat=True))
    assert keys == {"infrastructure-first", "light", "regulated"}
    assert draft in template_rows(drafts=True)
