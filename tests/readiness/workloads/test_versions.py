"""A kept version never changes, is told by its digest, and is compared in words and numbers."""

from __future__ import annotations

import hashlib
import json

import pytest
from django.core.exceptions import ValidationError
from django.db import InternalError, ProgrammingError, transaction

from portfolio.initiatives.services.initiatives import create_initiative
from readiness.workloads.choices import Knowledge, Metric
from readiness.workloads.models import ProfileVersion, Workload
from readiness.workloads.queries.states import kept_state, state_of
from readiness.workloads.rules.diff import Kind, compare
from readiness.workloads.services.profiles import ValueInput, change_workload, create_workload, keep_version, set_values
from readiness.workloads.services.requirements import add_requirement
from tests.people import SYSTEM, Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def chat(organisation: Organisation) -> Workload:
    initiative = create_initiative(by=SYSTEM, unit=organisation.units["Stores"], name="Shelf camera")
    return create_workload(by=SYSTEM, initiative=initiative, name="Chat", template="chat-assistant")


def test_a_version_is_the_digest_of_its_canonical_json(chat: Workload) -> None:
    kept = ProfileVersion.objects.get(pk=keep_version(by=SYSTEM, workload=chat, label="start").pk)
    body = {"values": kept.values, "requirements": kept.requirements}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert kept.digest == hashlib.sha256(text.encode()).hexdigest()
    assert (kept.number, kept.label, kept.initiative_id) == (1, "start", chat.initiative_id)
    assert kept_state(kept) == state_of(chat)


def test_nothing_new_makes_no_version(chat: Workload) -> None:
    keep_version(by=SYSTEM, workload=chat)
    with pytest.raises(ValidationError, match="since version 1"):
        keep_version(by=SYSTEM, workload=chat)
    add_requirement(by=SYSTEM, workload=chat, metric=Metric.ERROR_RATIO, target=0.01)
    assert keep_version(by=SYSTEM, workload=chat).number == 2


def test_nobody_changes_a_kept_version(chat: Workload) -> None:
    kept = keep_version(by=SYSTEM, workload=chat)
    with pytest.raises((ProgrammingError, InternalError)), transaction.atomic():
        ProfileVersion.objects.filter(pk=kept.pk).update(label="other")


def test_a_comparison_says_what_was_learnt_and_by_how_much(organisation: Organisation, chat: Workload) -> None:
    paula = organisation.actor("Paula")
    set_values(by=paula, workload=chat, values={"peak_factor": ValueInput(Knowledge.KNOWN, 4)})
    old = kept_state(keep_version(by=paula, workload=chat))
    given = {"peak_factor": ValueInput(Knowledge.KNOWN, 6), "availability": ValueInput(Knowledge.KNOWN, 0.999)}
    set_values(by=paula, workload=chat, values=given)
    renamed = change_workload(by=paula, workload=chat, changes={"name": "Chat for shops"})
    changes = {(one.kind, one.name): one for one in compare(old, state_of(renamed))}
    peak, availability = changes[Kind.VALUE, "peak_factor"], changes[Kind.VALUE, "availability"]
    assert (peak.before, peak.after, peak.factor) == ("4 x", "6 x", 1.5)
    assert availability.before == "unknown, assumed 0.995 share (0.99 to 0.999); template"
    assert (availability.after, availability.learnt) == ("0.999 share", True)
    wanted = changes[Kind.REQUIREMENT, "availability"]
    assert wanted.before.startswith("at least unknown share")
    assert wanted.after.startswith("at least 0.999 share")
    name = changes[Kind.WORKLOAD, "name"]
    assert (name.before, name.after) == ("Chat", "Chat for shops")
    assert len(changes) == 4


def test_the_same_state_has_no_changes(chat: Workload) -> None:
    assert compare(state_of(chat), kept_state(keep_version(by=SYSTEM, workload=chat))) == []
