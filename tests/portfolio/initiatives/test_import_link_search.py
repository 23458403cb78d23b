"""The search for rows that look like initiatives of the register: what is proposed, and that it may be cut off anywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from portfolio.formats.registers.mapping_data import mapping_from_data
from portfolio.initiatives.choices import LinkSearchState, LinkVerdict
from portfolio.initiatives.models import (
    Closure,
    ImportRun,
    Initiative,
    LinkDecision,
    LinkProposal,
    LinkSearch,
)
from portfolio.initiatives.services.imports import link_search
from portfolio.initiatives.services.imports.housekeeping import clean_up
from portfolio.initiatives.services.imports.link_decisions import confirm_links, decide_link
from portfolio.initiatives.services.imports.link_search import SearchOvertaken, finish_search, request_search, search_links
from portfolio.initiatives.services.imports.plans import plan_from_data
from portfolio.initiatives.services.imports.publishing import publish_rows
from portfolio.initiatives.services.imports.runs import begin_staging, change_plan, finish_staging
from portfolio.initiatives.services.imports.staging import stage_rows
from portfolio.kit import clock
from portfolio.outbox.services import LeaseLost
from tests.people import SYSTEM
from tests.portfolio.initiatives.importing import BY, FEDERAL, publish, row, run_jobs, stage, write_csv
from tests.portfolio.initiatives.linking import SHELF, counts, first_year, proposed, second_year

pytestmark = pytest.mark.django_db


def test_rows_without_a_match_are_proposed_with_what_agrees_and_nothing_is_linked(tmp_path: Path) -> None:
    first_year(tmp_path)
    run = second_year(tmp_path)
    search = LinkSearch.objects.get(run=run)
    assert (search.state, search.rows_done, search.rows_total, search.known) == (LinkSearchState.DONE, 3, 3, 3)
    found = proposed(run)
    assert set(found) == {("S-101", "S-1"), ("S-102", "S-2")}
    shelf, calls = found["S-101", "S-1"], found["S-102", "S-2"]
    assert calls.score > shelf.score > 0.9
    assert (calls.parts["name"], calls.parts["text"], calls.parts["office"]) == (1.0, 1.0, None)
    assert calls.parts["date"] == 1.0, "both were initiated in the same month"
    assert counts(run) == (3, 0, 3, 0)
    assert not LinkDecision.objects.exists()


def test_rows_of_another_top_unit_are_never_proposed(tmp_path: Path) -> None:
    first_year(tmp_path)
    run = stage(write_csv(tmp_path / "2024.csv", [row(101, **SHELF, Unit="Logistics")]))
    run_jobs()
    assert not LinkProposal.objects.filter(run=run).exists()
    assert LinkSearch.objects.get(run=run).state == LinkSearchState.DONE


def test_looking_again_keeps_what_was_decided(tmp_path: Path) -> None:
    first_year(tmp_path)
    run = second_year(tmp_path)
    decide_link(by=BY, proposal=proposed(run)["S-101", "S-1"], verdict=LinkVerdict.CONFIRMED)
    request_search(by=BY, run=run)
    with pytest.raises(ValidationError, match="not finished"):
        confirm_links(by=BY, run=run, at_least=0.95)
    run_jobs()
    found = proposed(run)
    assert set(found) == {("S-101", "S-1"), ("S-102", "S-2")}
    assert found["S-101", "S-1"].decision is not None
    assert counts(run) == (2, 1, 2, 1)


def shape(run: ImportRun) -> list[tuple[Any, ...]]:
    return sorted(LinkProposal.objects.filter(run=run).values_list("key", "initiative_id", "line", "score", "best"))


def test_a_comparison_that_was_cut_off_anywhere_ends_like_one_that_nobody_disturbed(tmp_path: Path) -> None:
    units = ("Sales", "Logistics", "Finance")
    known = [row(n, Name=f"{SHELF['Name']} {unit}", Unit=unit) for n, unit in enumerate(units)]
    publish(write_csv(tmp_path / "2023.csv", known))
    again = [row(100 + n, Name=f"{SHELF['Name']} {unit}", Unit=unit) for n, unit in enumerate(units)]
    run = stage(write_csv(tmp_path / "2024.csv", again))
    run_jobs()
    undisturbed = shape(run)
    assert len(undisturbed) == 3
    request_search(by=BY, run=run)
    generation = LinkSearch.objects.get(run=run).generation
    seen = set()
    for allowed in range(8):
        with pytest.raises(LeaseLost):
            search_links(run=run, generation=generation, fence=dying_after(allowed))
        seen.add(len(shape(run)))
        assert LinkSearch.objects.get(run=run).state != LinkSearchState.DONE
    assert seen >= {0, 1, 2, 3}, "it was cut off before, between and after the units"
    run_jobs()
    assert shape(run) == undisturbed
    assert LinkSearch.objects.get(run=run).state == LinkSearchState.DONE


def dying_after(steps: int) -> Callable[[], None]:
    left = iter(range(steps))

    def fence() -> None:
        if next(left, None) is None:
            raise LeaseLost("killed")

    return fence


def test_an_older_search_of_the_same_run_stops_and_leaves_nothing(tmp_path: Path) -> None:
    first_year(tmp_path)
    run = second_year(tmp_path)
    old = LinkSearch.objects.get(run=run).generation
    request_search(by=BY, run=run)
    with pytest.raises(SearchOvertaken):
        search_links(run=run, generation=old)
    assert not LinkProposal.objects.filter(run=run).exists()
    finish_search(run=run, generation=old)
    assert LinkSearch.objects.get(run=run).state == LinkSearchState.WAITING
    run_jobs()
    assert len(proposed(run)) == 2


def test_another_mapping_begins_the_comparison_anew(tmp_path: Path) -> None:
    first_year(tmp_path)
    run = second_year(tmp_path)
    mapping = mapping_from_data(run.mapping)
    change_plan(by=BY, run=run, plan=plan_from_data(run.plan), mapping=mapping, unit=run.unit)
    assert not LinkProposal.objects.filter(run=run).exists()
    run.refresh_from_db()
    begin_staging(run)
    finish_staging(by=BY, run=run, staged=stage_rows(run=run, path=tmp_path / "2024.csv"))
    run_jobs()
    assert len(proposed(run)) == 2


def test_too_many_rows_without_a_match_are_not_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_search, "MOST", 2)
    first_year(tmp_path)
    run = second_year(tmp_path)
    assert LinkSearch.objects.get(run=run).state == LinkSearchState.TOO_MANY
    assert not proposed(run)


def test_old_proposals_are_forgotten_and_what_people_said_is_not(tmp_path: Path) -> None:
    first_year(tmp_path)
    run = second_year(tmp_path)
    decide_link(by=BY, proposal=proposed(run)["S-101", "S-1"], verdict=LinkVerdict.REFUSED)
    publish_rows(by=BY, run=run)
    clean_up(by=SYSTEM, now=clock.now() + timedelta(days=20))
    assert len(proposed(run)) == 2
    clean_up(by=SYSTEM, now=clock.now() + timedelta(days=31))
    assert not proposed(run)
    assert LinkDecision.objects.get().verdict == "refused"


def test_the_federal_years_are_one_register_with_a_history(sample_data: Path) -> None:
    first, second = FEDERAL["us-federal-2023"], FEDERAL["us-federal-2024"]
    publish(sample_data / first, profile="us-federal-2023")
    run = stage(sample_data / second, profile="us-federal-2024", register="us-federal-2023")
    run_jobs()
    run.refresh_from_db()
    linked = confirm_links(by=BY, run=run, at_least=0.95)
    publish_rows(by=BY, run=run)
    run.refresh_from_db()
    told = {name: run.counts[name] for name in ("rows", "created", "updated", "rejected", "missing", "linked")}
    assert told == {
        "rows": 2133, "created": 2133 - linked, "updated": linked, "rejected": 0, "missing": 710 - linked, "linked": linked,
    }  # fmt: skip
    assert linked > 200
    assert Initiative.objects.count() == 710 + 2133 - linked
    closed = Closure.objects.filter(initiative__external_ids__value__endswith="-2023")
    assert {one.kind for one in closed} == {"retired", "abandoned_unknown"}
    assert not closed.filter(kind="abandoned_unknown", stage__kind="production").exists()


def test_a_run_that_was_published_meanwhile_needs_no_search(tmp_path: Path) -> None:
    first_year(tmp_path)
    run = publish(write_csv(tmp_path / "2024.csv", [row(101, **SHELF)]))
    run_jobs()
    assert LinkSearch.objects.get(run=run).state == LinkSearchState.DONE
    assert not LinkProposal.objects.filter(run=run).exists()
