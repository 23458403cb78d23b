"""Linking the next snapshot of a register whose ids changed: what a person's word does, and what it leaves."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from portfolio.activity.models import AuditEntry
from portfolio.initiatives.choices import LinkState, LinkVerdict
from portfolio.initiatives.models import (
    Closure,
    Initiative,
    LinkDecision,
    LinkProposal,
    RegisterRow,
    StageEntry,
)
from portfolio.initiatives.queries.links import in_state, proposals_of
from portfolio.initiatives.services.imports.link_decisions import confirm_links, decide_link, undo_link
from portfolio.initiatives.services.imports.link_search import request_search
from portfolio.initiatives.services.imports.publishing import publish_rows
from portfolio.initiatives.services.imports.runs import cancel_run
from tests.people import Organisation
from tests.portfolio.initiatives.importing import BY, publish, row, run_jobs, stage, write_csv
from tests.portfolio.initiatives.linking import CALLS, FRAUD, SHELF, counts, first_year, proposed, second_year

pytestmark = pytest.mark.django_db


def test_a_confirmed_link_updates_the_initiative_and_its_history_goes_on(tmp_path: Path) -> None:
    first_year(tmp_path)
    shelf = Initiative.objects.get(external_ids__value="S-1")
    run = second_year(tmp_path)
    decide_link(by=BY, proposal=proposed(run)["S-101", "S-1"], verdict=LinkVerdict.CONFIRMED)
    assert counts(run) == (2, 1, 2, 1)
    assert run.rows.get(key="S-101").initiative_id == shelf.pk

    publish_rows(by=BY, run=run)
    assert counts(run) == (2, 1, 2, 1)
    assert Initiative.objects.count() == 5
    shelf.refresh_from_db()
    assert shelf.name == "Shelf camera for empty places (all stores)"
    stays = StageEntry.objects.filter(initiative=shelf).order_by("id")
    assert [(one.stage and one.stage.key, one.current, one.left_on) for one in stays] == [
        ("idea", False, date(2024, 3, 1)),
        ("production", True, None),
    ]
    assert set(Initiative.objects.filter(missing_since=run).values_list("name", flat=True)) == {CALLS["Name"], FRAUD["Name"]}


def test_a_linked_row_that_stopped_is_a_closure_of_the_kind_that_its_history_says(tmp_path: Path) -> None:
    live = row(4, Name="Warehouse robots", Purpose="Robots bring the boxes of orders to packers", Stage="Live")
    publish(write_csv(tmp_path / "2023.csv", [row(2, **CALLS, Stage="Pilot"), live]))
    stopped = row(104, Name="Warehouse robots", Purpose="Robots bring the boxes of orders to packers", Stage="Stopped")
    run = stage(write_csv(tmp_path / "2024.csv", [row(102, **CALLS, Stage="Stopped", Ended="2024-05-06"), stopped]))
    run_jobs()
    assert confirm_links(by=BY, run=run, at_least=0.95) == 2
    publish_rows(by=BY, run=run)
    kinds = {one.initiative.name: (one.kind, one.closed_on, one.stage and one.stage.key) for one in Closure.objects.all()}
    assert kinds == {
        CALLS["Name"]: ("abandoned_unknown", date(2024, 5, 6), "pilot"),
        "Warehouse robots": ("retired", None, "production"),
    }


def test_the_same_file_again_finds_linked_rows_by_itself(tmp_path: Path) -> None:
    first_year(tmp_path)
    run = second_year(tmp_path)
    confirm_links(by=BY, run=run, at_least=0.9)
    publish_rows(by=BY, run=run)
    assert sorted(RegisterRow.objects.values_list("key", flat=True)) == ["S-101", "S-102", "S-103", "S-3"]
    again = second_year(tmp_path, name="again.csv")
    assert again.counts["unchanged"] == 3
    assert not LinkProposal.objects.filter(run=again).exists()
    publish_rows(by=BY, run=again)
    assert Initiative.objects.count() == 4


def test_a_decision_can_be_taken_back_and_the_preview_says_so(tmp_path: Path) -> None:
    first_year(tmp_path)
    run = second_year(tmp_path)
    reserved = run.rows.get(key="S-101").initiative_id
    link = decide_link(by=BY, proposal=proposed(run)["S-101", "S-1"], verdict=LinkVerdict.CONFIRMED)
    link = undo_link(by=BY, proposal=link)
    assert link.decision is None
    assert counts(run) == (3, 0, 3, 0)
    again = run.rows.get(key="S-101").initiative_id
    assert again is not None
    assert not Initiative.objects.filter(pk=again).exists(), f"{reserved} or another free number, none of an initiative"
    assert [entry.action for entry in AuditEntry.objects.filter(object_type="initiatives_linkdecision").order_by("id")] == [
        "create",
        "delete",
    ]
    publish_rows(by=BY, run=run)
    assert Initiative.objects.count() == 6


def test_saying_the_same_twice_is_once_and_the_other_word_replaces_it(tmp_path: Path) -> None:
    first_year(tmp_path)
    run = second_year(tmp_path)
    link = proposed(run)["S-101", "S-1"]
    for _time in range(2):
        decide_link(by=BY, proposal=link, verdict=LinkVerdict.CONFIRMED)
    assert LinkDecision.objects.count() == 1
    decide_link(by=BY, proposal=link, verdict=LinkVerdict.REFUSED)
    assert counts(run) == (3, 0, 3, 0)
    decision = LinkDecision.objects.get()
    assert (decision.verdict, decision.by_label) == ("refused", BY.label)
    change = AuditEntry.objects.filter(object_type="initiatives_linkdecision", action="change").get()
    assert (change.before, change.after) == ({"verdict": "confirmed"}, {"verdict": "refused"})
    assert "2024.csv" in change.note


def test_one_row_is_one_initiative_and_no_initiative_is_two_rows(tmp_path: Path) -> None:
    publish(write_csv(tmp_path / "2023.csv", [row(1, **SHELF), row(2, **SHELF | {"Name": "Shelf camera for empty spaces"})]))
    run = stage(write_csv(tmp_path / "2024.csv", [row(101, **SHELF), row(102, **SHELF | {"Name": "Shelf camera, empty spaces"})]))
    run_jobs()
    found = proposed(run)
    assert len(found) == 4
    decide_link(by=BY, proposal=found["S-101", "S-1"], verdict=LinkVerdict.CONFIRMED)
    for pair in (("S-101", "S-2"), ("S-102", "S-1")):
        with pytest.raises(ValidationError, match="linked already"):
            decide_link(by=BY, proposal=found[pair], verdict=LinkVerdict.CONFIRMED)
    waiting = in_state(proposals_of(BY, run), run, LinkState.OPEN)
    assert [one.key for one in waiting] == ["S-102"], "pairs that the confirmed one rules out wait for nobody"


def test_of_equals_a_person_chooses(tmp_path: Path) -> None:
    publish(write_csv(tmp_path / "2023.csv", [row(1, **SHELF), row(2, **SHELF)]))
    run = stage(write_csv(tmp_path / "2024.csv", [row(101, **SHELF)]))
    run_jobs()
    assert {(one.score > 0.95, one.best) for one in proposed(run).values()} == {(True, False)}
    assert confirm_links(by=BY, run=run, at_least=0.95) == 0


def test_a_refused_pair_is_not_proposed_by_the_next_import(tmp_path: Path) -> None:
    first_year(tmp_path)
    run = second_year(tmp_path)
    decide_link(by=BY, proposal=proposed(run)["S-101", "S-1"], verdict=LinkVerdict.REFUSED)
    request_search(by=BY, run=run)
    run_jobs()
    again = proposed(run)["S-101", "S-1"]
    assert again.decision is not None, "in its own run the refusal is shown and can be undone"
    cancel_run(by=BY, run=run)
    later = second_year(tmp_path, name="later.csv")
    assert set(proposed(later)) == {("S-102", "S-2")}


def test_only_a_preview_can_be_linked_and_a_bulk_has_a_floor(tmp_path: Path) -> None:
    first_year(tmp_path)
    run = second_year(tmp_path)
    link = proposed(run)["S-101", "S-1"]
    with pytest.raises(ValidationError, match=r"Between 0\.8 and 1"):
        confirm_links(by=BY, run=run, at_least=0.5)
    publish_rows(by=BY, run=run)
    with pytest.raises(ValidationError, match="published"):
        decide_link(by=BY, proposal=link, verdict=LinkVerdict.CONFIRMED)
    with pytest.raises(ValidationError):
        request_search(by=BY, run=run)


def test_nobody_links_what_they_may_not_import(tmp_path: Path, organisation: Organisation) -> None:
    first_year(tmp_path, unit=organisation.units["Retail"])
    run = second_year(tmp_path, unit=organisation.units["Retail"])
    link = proposed(run)["S-101", "S-1"]
    for name in ("Vera", "Lars"):
        who = organisation.actor(name)
        with pytest.raises(PermissionDenied):
            decide_link(by=who, proposal=link, verdict=LinkVerdict.CONFIRMED)
        with pytest.raises(PermissionDenied):
            confirm_links(by=who, run=run, at_least=0.95)
        with pytest.raises(PermissionDenied):
            request_search(by=who, run=run)
    Initiative.objects.filter(pk=link.initiative_id).update(unit=organisation.units["Logistics"])
    paula = organisation.actor("Paula")
    with pytest.raises(ValidationError, match="not proposed any more"):
        decide_link(by=paula, proposal=link, verdict=LinkVerdict.CONFIRMED)
    assert confirm_links(by=paula, run=run, at_least=0.8) == 1, "only the pair that is hers"


def test_a_key_that_came_back_wins_over_a_link(tmp_path: Path) -> None:
    """Between preview and publishing another import may bring the very key: the link then says nothing any more."""
    first_year(tmp_path)
    run = second_year(tmp_path)
    decide_link(by=BY, proposal=proposed(run)["S-102", "S-2"], verdict=LinkVerdict.CONFIRMED)
    publish(write_csv(tmp_path / "between.csv", [row(102, **CALLS)]))
    publish_rows(by=BY, run=run)
    assert counts(run)[3] == 0
    assert RegisterRow.objects.filter(key__in=("S-2", "S-102")).count() == 2
