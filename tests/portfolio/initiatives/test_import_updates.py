"""A newer file of the same register: what it changes, what a person's edits survive, what it no longer lists."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from portfolio.activity.models import AuditEntry
from portfolio.initiatives.choices import ClosureKind
from portfolio.initiatives.models import Closure, Initiative, InitiativeDate, RegisterRow, Stage, StageEntry
from portfolio.initiatives.services.imports.indexing import index_register
from portfolio.initiatives.services.initiatives import update_initiative
from portfolio.initiatives.services.lifecycle_moves import close_initiative, move_stage
from tests.people import SYSTEM
from tests.portfolio.initiatives.importing import publish, row, stage, write_csv

pytestmark = pytest.mark.django_db


def named(number: int) -> Initiative:
    return Initiative.objects.get(external_ids__value=f"S-{number}")


def test_a_first_import_writes_every_field(tmp_path: Path) -> None:
    file = write_csv(
        tmp_path / "a.csv",
        [row(1, Stage="Live", Live="7/2024", Link="see https://example.org/code", Owner="nobody@example.org")],
    )
    publish(file)
    it = named(1)
    assert (it.name, it.unit.name, it.stage and it.stage.key, it.status) == ("Initiative 1", "Sales", "production", "active")
    assert it.unit.parent is not None
    assert it.unit.parent.name == "small"
    assert (it.expected_value, it.expected_value_currency) == (Decimal("1000.00"), "EUR")
    assert it.owner_name == "nobody@example.org"
    assert it.answers == {"infra_provisioned": {"value": "yes", "raw": "Yes"}}
    assert sorted(it.tags.values_list("name", flat=True)) == ["edge", "vision"]
    assert [link.url for link in it.links.all()] == ["https://example.org/code"]
    dates = {fact.kind: (fact.value, fact.precision, fact.raw) for fact in it.dates.all()}
    assert dates == {
        "initiated": (date(2023, 5, 4), "day", "2023-05-04"),
        "implemented": (date(2024, 7, 1), "month", "7/2024"),
    }
    entry = it.stage_entries.get()
    assert (entry.entered_on, entry.entered_precision, entry.current, entry.raw) == (date(2024, 7, 1), "month", True, "Live")
    for word in ("vision", "S-1", "small", "nobody"):
        assert Initiative.objects.filter(search=word, pk=it.pk).exists() or word in it.search_extra


def test_what_a_person_changed_stays_unless_the_register_changed_that_field_itself(tmp_path: Path) -> None:
    publish(write_csv(tmp_path / "a.csv", [row(1), row(2)]))
    for number in (1, 2):
        update_initiative(by=SYSTEM, initiative=named(number), changes={"purpose": "By hand", "name": "Named by hand"})
    run = publish(write_csv(tmp_path / "b.csv", [row(1, Purpose="New words"), row(2, Value="5")]))
    assert run.counts["updated"] == 2
    assert (named(1).name, named(1).purpose) == ("Named by hand", "New words")
    assert (named(2).name, named(2).purpose, named(2).expected_value) == ("Named by hand", "By hand", Decimal(5))


def test_only_rows_that_differ_are_written_and_recorded(tmp_path: Path) -> None:
    publish(write_csv(tmp_path / "a.csv", [row(n) for n in range(20)]))
    seen = AuditEntry.objects.latest("id").pk
    run = publish(write_csv(tmp_path / "b.csv", [row(n, Purpose="Other" if n == 7 else f"Purpose {n}") for n in range(20)]))
    assert (run.counts["updated"], run.counts["unchanged"]) == (1, 19)
    entries = AuditEntry.objects.filter(pk__gt=seen, object_type="initiatives_initiative")
    assert [(e.action, e.initiative_id, e.through) for e in entries] == [("change", named(7).pk, "import")]
    after = entries.get().after
    assert after is not None
    assert set(after) == {"purpose", "version"}
    assert "b.csv into small" in entries.get().note


def test_a_new_stage_ends_the_old_stay_and_dates_come_from_the_file_alone(tmp_path: Path) -> None:
    publish(write_csv(tmp_path / "a.csv", [row(1), row(2)]))
    publish(write_csv(tmp_path / "b.csv", [row(1, Stage="Pilot"), row(2, Stage="Live", Live="2024-02-03")]))
    one = list(named(1).stage_entries.order_by("id"))
    assert [(e.stage and e.stage.key, e.current, e.entered_on, e.left_on) for e in one] == [
        ("idea", False, date(2023, 5, 4), None),
        ("pilot", True, None, None),
    ]
    two = list(named(2).stage_entries.order_by("id"))
    assert [(e.stage and e.stage.key, e.current, e.entered_on, e.left_on) for e in two] == [
        ("idea", False, date(2023, 5, 4), date(2024, 2, 3)),
        ("production", True, date(2024, 2, 3), None),
    ]
    assert (named(1).stage_since, named(2).stage_since) == (None, date(2024, 2, 3))


def test_a_stage_that_nobody_knows_becomes_unknown_with_its_own_words(tmp_path: Path) -> None:
    publish(write_csv(tmp_path / "a.csv", [row(1)]))
    run = publish(write_csv(tmp_path / "b.csv", [row(1, Stage="Somewhere in between")]))
    assert run.counts["unread"] == 1
    assert named(1).stage is None
    current = named(1).stage_entries.get(current=True)
    assert (current.stage, current.raw, current.entered_on) == (None, "Somewhere in between", None)


def test_moving_by_hand_to_where_the_register_says_later_makes_no_second_entry(tmp_path: Path) -> None:
    publish(write_csv(tmp_path / "a.csv", [row(1)]))
    it = named(1)
    move_stage(by=SYSTEM, initiative=it, stage=Stage.objects.get(lifecycle=it.lifecycle, key="pilot"))
    publish(write_csv(tmp_path / "b.csv", [row(1, Stage="Pilot")]))
    assert StageEntry.objects.filter(initiative=it).count() == 2


def test_a_row_that_stops_closes_with_the_stage_it_was_in_and_opens_again_when_it_returns(tmp_path: Path) -> None:
    publish(write_csv(tmp_path / "a.csv", [row(1, Stage="Live", Live="2023-06-01"), row(2, Stage="Pilot")]))
    stopped = [row(1, Stage="Stopped", Live="2023-06-01", Ended="2024"), row(2, Stage="Stopped", Ended="2024-05-06")]
    publish(write_csv(tmp_path / "b.csv", stopped))
    one, two = (Closure.objects.get(initiative=named(number)) for number in (1, 2))
    assert (one.kind, one.closed_on, one.precision, one.stage and one.stage.key) == (
        "retired", date(2024, 1, 1), "year", "production",
    )  # fmt: skip
    assert (two.kind, two.closed_on, two.precision, two.stage and two.stage.key) == (
        "abandoned_unknown", date(2024, 5, 6), "day", "pilot",
    )  # fmt: skip
    assert {named(1).status, named(2).status} == {"closed"}
    assert dict(Initiative.objects.values_list("name", "stage__key")) == {"Initiative 1": "production", "Initiative 2": "pilot"}
    left = {e.initiative_id: e.left_on for e in StageEntry.objects.filter(current=False)}
    assert left == {named(1).pk: None, named(2).pk: date(2024, 5, 6)}, "a year is no day to have left on"

    publish(write_csv(tmp_path / "c.csv", [row(1, Stage="Live", Live="2023-06-01"), row(2, Stage="Pilot")]))
    assert {named(1).status, named(2).status} == {"active"}
    assert Closure.objects.filter(reopened_at__isnull=False).count() == 2
    assert StageEntry.objects.filter(current=True).count() == 2


def test_a_closure_that_a_person_recorded_is_not_rewritten(tmp_path: Path) -> None:
    publish(write_csv(tmp_path / "a.csv", [row(1)]))
    close_initiative(by=SYSTEM, initiative=named(1), kind=ClosureKind.STOPPED, lesson="Nobody asked for it.")
    publish(write_csv(tmp_path / "b.csv", [row(1, Stage="Stopped", Ended="2024-01-02")]))
    closure = Closure.objects.get(initiative=named(1))
    assert (closure.kind, closure.lesson) == ("stopped_by_decision", "Nobody asked for it.")


def test_what_a_newer_file_leaves_out_is_marked_and_comes_back(tmp_path: Path) -> None:
    publish(write_csv(tmp_path / "a.csv", [row(1), row(2), row(3)]))
    run = publish(write_csv(tmp_path / "b.csv", [row(1), row(3)]))
    assert (run.counts["missing"], run.counts["newly_missing"]) == (1, 1)
    assert named(2).missing_since_id == run.pk
    assert named(2).status == "active"
    again = publish(write_csv(tmp_path / "c.csv", [row(1), row(3, Purpose="x")]))
    assert (again.counts["missing"], again.counts["newly_missing"]) == (1, 0)
    assert named(2).missing_since_id == run.pk
    back = publish(write_csv(tmp_path / "d.csv", [row(1), row(2), row(3)]))
    assert (back.counts["missing"], back.counts["returned"]) == (0, 1)
    assert named(2).missing_since is None


def test_a_row_that_is_rejected_is_in_the_file_so_its_initiative_is_not_missing(tmp_path: Path) -> None:
    publish(write_csv(tmp_path / "a.csv", [row(1), row(2)]))
    run = publish(write_csv(tmp_path / "b.csv", [row(1), row(2, Name="n" * 501)]))
    assert (run.counts["rejected"], run.counts["missing"]) == (1, 0)
    assert named(2).name == "Initiative 2"


def test_lists_follow_the_register_and_leave_what_a_person_added(tmp_path: Path) -> None:
    publish(write_csv(tmp_path / "a.csv", [row(1, Link="https://a.example https://b.example")]))
    it = named(1)
    tags = [*it.tags.values_list("name", flat=True), "by hand"]
    links = [*({"label": link.label, "url": link.url} for link in it.links.all()), {"label": "Wiki", "url": "https://w.example"}]
    update_initiative(by=SYSTEM, initiative=it, changes={"tags": tags, "links": links})
    publish(write_csv(tmp_path / "b.csv", [row(1, Tags="['edge', 'speech']", Link="https://b.example https://c.example")]))
    assert sorted(it.tags.values_list("name", flat=True)) == ["by hand", "edge", "speech"]
    assert sorted(it.links.values_list("url", flat=True)) == ["https://b.example", "https://c.example", "https://w.example"]


def test_a_date_that_the_register_takes_back_goes_and_one_that_it_corrects_changes(tmp_path: Path) -> None:
    publish(write_csv(tmp_path / "a.csv", [row(1), row(2)]))
    publish(write_csv(tmp_path / "b.csv", [row(1, Started=""), row(2, Started="2022")]))
    assert not InitiativeDate.objects.filter(initiative=named(1)).exists()
    fact = InitiativeDate.objects.get(initiative=named(2))
    assert (fact.value, fact.precision, fact.raw) == (date(2022, 1, 1), "year", "2022")


def test_only_the_answers_that_differ_are_replaced(tmp_path: Path) -> None:
    publish(write_csv(tmp_path / "a.csv", [row(1)]))
    Initiative.objects.filter(pk=named(1).pk).update(answers={"mine": {"value": "yes", "raw": ""}})
    publish(write_csv(tmp_path / "b.csv", [row(1, Ready="No")]))
    assert named(1).answers == {"mine": {"value": "yes", "raw": ""}, "infra_provisioned": {"value": "no", "raw": "No"}}


def test_another_unit_moves_the_initiative_and_units_differ_by_more_than_case(tmp_path: Path) -> None:
    publish(write_csv(tmp_path / "a.csv", [row(1), row(2, Unit="sales")]))
    assert named(1).unit == named(2).unit
    publish(write_csv(tmp_path / "b.csv", [row(1, Unit="Service"), row(2, Unit="sales")]))
    assert named(1).unit.name == "Service"


def test_edits_between_preview_and_publishing_are_seen(tmp_path: Path) -> None:
    from portfolio.initiatives.services.imports.publishing import publish_rows
    from tests.portfolio.initiatives.importing import BY

    publish(write_csv(tmp_path / "a.csv", [row(1)]))
    slow = stage(write_csv(tmp_path / "b.csv", [row(1, Purpose="b"), row(2)]))
    publish(write_csv(tmp_path / "c.csv", [row(1, Purpose="c"), row(2)]))
    assert slow.counts["created"] == 1
    run = publish_rows(by=BY, run=slow)
    assert (run.counts["created"], run.counts["updated"], run.counts["unchanged"]) == (0, 1, 1)
    assert Initiative.objects.count() == 2
    assert named(1).purpose == "b"


def test_the_index_job_finds_nothing_to_do_after_an_update_once_it_ran(tmp_path: Path) -> None:
    publish(write_csv(tmp_path / "a.csv", [row(1)]))
    run = publish(write_csv(tmp_path / "b.csv", [row(1, Tags="['audio']")]))
    assert run.register_id is not None
    assert index_register(run.register_id) == 1
    assert index_register(run.register_id) == 0
    assert "audio" in named(1).search_extra


def test_the_register_keeps_the_newest_raw_row_with_the_run_that_brought_it(tmp_path: Path) -> None:
    publish(write_csv(tmp_path / "a.csv", [row(1), row(2)]))
    run = publish(write_csv(tmp_path / "b.csv", [row(2), row(1, Purpose="New")]))
    kept = RegisterRow.objects.get(initiative=named(1))
    assert (kept.line, kept.run_id, kept.raw["Purpose"]) == (3, run.pk, "New")
    assert RegisterRow.objects.get(initiative=named(2)).run_id != run.pk
