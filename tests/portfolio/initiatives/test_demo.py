"""The demo: the same for the same seed, marked in every row, believable in its proportions, removed without a trace of itself."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from datetime import date
from itertools import islice
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import TestCase

from portfolio.accounts.models import BusinessUnit, RoleAssignment, User
from portfolio.accounts.rules import system
from portfolio.activity.models import AuditEntry, Comment
from portfolio.initiatives.choices import RequestState
from portfolio.initiatives.models import (
    Closure,
    Dependency,
    Initiative,
    InitiativeDate,
    Lifecycle,
    Milestone,
    Programme,
    Request,
    StageEntry,
    Tag,
)
from portfolio.initiatives.services.demo import DemoPresent, load_demo, remove_demo
from portfolio.initiatives.services.demo.plan import initiatives
from portfolio.initiatives.services.demo.words import theme, words
from portfolio.initiatives.services.initiatives import create_initiative
from tests.people import Organisation

TODAY = date(2026, 6, 30)
SYSTEM = system("test suite")


def fingerprint(count: int, seed: int) -> str:
    return hashlib.sha256(repr(list(initiatives(count, seed, TODAY))).encode()).hexdigest()


def test_the_same_seed_and_day_give_the_same_portfolio() -> None:
    assert fingerprint(80, 1) == fingerprint(80, 1)
    assert fingerprint(80, 1) != fingerprint(80, 2)


def test_a_larger_demo_begins_with_the_smaller_one() -> None:
    assert list(islice(initiatives(500, 1, TODAY), 60)) == list(initiatives(60, 1, TODAY))


def test_names_are_distinct_up_to_the_largest_demo() -> None:
    assert len({theme(index).name for index in range(144_000)}) == 144_000


def test_stays_follow_each_other_and_never_end_before_they_begin() -> None:
    for made in initiatives(600, 5, TODAY):
        known = [entry.entered.value for entry in made.entries if entry.entered.value]
        assert known == sorted(known)
        assert all(entry.left >= entry.entered.value for entry in made.entries if entry.left and entry.entered.value)
        assert all(day <= TODAY for day in known)
        assert sum(entry.current for entry in made.entries) == (made.history.closure is None)


class TestLoaded(TestCase):
    """Loaded once for all of these."""

    @classmethod
    def setUpTestData(cls) -> None:
        load_demo(by=SYSTEM, today=TODAY)

    def test_every_row_is_marked_and_nobody_can_sign_in(self) -> None:
        assert Initiative.objects.filter(demo=True).count() == 60
        everything: tuple[Any, ...] = (Initiative, Request, Programme, User, BusinessUnit, Comment)
        for model in everything:
            assert not model.objects.filter(demo=False).exists()
        assert not any(person.has_usable_password() for person in User.objects.all())
        assert all(person.email.endswith("demo.invalid") for person in User.objects.all())

    def test_it_shows_a_bit_of_everything(self) -> None:
        kinds = Counter(Closure.objects.values_list("kind", flat=True))
        assert {"stopped_by_decision", "drifted", "abandoned_unknown", "retired", "merged", "replaced"} <= set(kinds)
        assert set(Request.objects.values_list("state", flat=True)) == set(RequestState)
        assert set(Initiative.objects.values_list("lifecycle__key", flat=True)) == {"standard", "light"}
        assert BusinessUnit.objects.filter(depth=2).count() > 10
        assert StageEntry.objects.filter(entered_on=None).exists()
        assert Milestone.objects.filter(moved__gt=0).exists()
        assert Dependency.objects.filter(on__isnull=False).exists()
        assert InitiativeDate.objects.exclude(precision="day").exists()
        assert Initiative.objects.filter(stage=None).exists()
        assert Closure.objects.exclude(lesson="").exists()

    def test_owners_may_see_what_they_own(self) -> None:
        reach = {(user, path) for user, path in RoleAssignment.objects.values_list("user_id", "unit__path")}
        for owner, path in Initiative.objects.exclude(owner=None).values_list("owner_id", "unit__path"):
            assert any(user == owner and path.startswith(held) for user, held in reach)

    def test_loading_is_in_the_audit_trail_as_the_commands_own(self) -> None:
        entries = AuditEntry.objects.filter(object_type="initiatives_initiative", action="create")
        assert entries.count() == 60
        assert set(entries.values_list("note", flat=True)) == {"demo"}


@pytest.mark.django_db
class TestLoading:
    def test_the_proportions_are_those_of_the_published_record(self) -> None:
        load_demo(by=SYSTEM, count=600, today=TODAY)
        abandoned = Closure.objects.filter(kind__in=("stopped_by_decision", "drifted", "abandoned_unknown")).count()
        started = 600 - Initiative.objects.filter(stage__key="idea").count()
        assert 0.38 < abandoned / started < 0.5
        assert 0.2 < Initiative.objects.filter(stage__kind="production").count() / started < 0.4

    def test_a_second_demo_is_refused_and_an_existing_portfolio_is_left_alone(self, organisation: Organisation) -> None:
        create_initiative(by=SYSTEM, unit=organisation.units["Retail"], name="Real", lifecycle=Lifecycle.objects.get(key="light"))
        call_command("load_demo", "--if-empty")
        assert not Initiative.objects.filter(demo=True).exists()
        load_demo(by=SYSTEM, count=3, today=TODAY)
        with pytest.raises(DemoPresent):
            load_demo(by=SYSTEM, count=3, today=TODAY)
        with pytest.raises(CommandError, match="remove_demo"):
            call_command("load_demo")


@pytest.mark.django_db
class TestRemoved:
    def test_nothing_marked_is_left_and_real_rows_are_untouched(self, organisation: Organisation) -> None:
        real = create_initiative(
            by=SYSTEM, unit=organisation.units["Retail"], name="Real", lifecycle=Lifecycle.objects.get(key="light"), tags=["edge"]
        )
        before = _everything_real()
        load_demo(by=SYSTEM, today=TODAY)
        entries = AuditEntry.objects.count()
        removed = remove_demo(by=SYSTEM)
        assert (removed["initiatives_initiative"], removed["kept"]) == (60, 0)
        assert _everything_real() == before
        assert _marked_rows() == {}
        assert [tag.name for tag in real.tags.all()] == ["edge"]
        assert set(Tag.objects.values_list("name", flat=True)) == {"edge"}
        assert AuditEntry.objects.count() == entries + 1
        last = AuditEntry.objects.latest("id")
        assert last.before is not None
        assert (last.object_type, last.actor, last.before["initiatives_initiative"]) == ("demo", SYSTEM.label, 60)

    def test_what_real_rows_stand_on_is_kept_and_becomes_real(self, organisation: Organisation) -> None:
        load_demo(by=SYSTEM, today=TODAY)
        unit, person = BusinessUnit.objects.get(name="Signalling"), User.objects.get(name="Yuki Tanabe")
        real = _real(unit, person)
        remove_demo(by=SYSTEM)
        real.refresh_from_db()
        assert real.owner is not None
        assert (real.unit.name, real.owner.name, real.unit.demo, real.owner.demo) == ("Signalling", "Yuki Tanabe", False, False)
        assert set(
            BusinessUnit.objects.filter(name__in=("Signalling", "Rail Systems", "Aldermoor Group")).values_list("demo", flat=True)
        ) == {False}
        assert _marked_rows() == {}

    def test_changes_are_audited_again_afterwards(self, organisation: Organisation) -> None:
        load_demo(by=SYSTEM, today=TODAY)
        remove_demo(by=SYSTEM)
        create_initiative(
            by=SYSTEM, unit=organisation.units["Retail"], name="After", lifecycle=Lifecycle.objects.get(key="light")
        )
        assert AuditEntry.objects.filter(object_type="initiatives_initiative", after__name="After").count() == 1

    def test_it_can_be_loaded_again(self) -> None:
        load_demo(by=SYSTEM, count=5, today=TODAY)
        remove_demo(by=SYSTEM)
        assert load_demo(by=SYSTEM, count=5, today=TODAY) == 5

    def test_the_functions_know_every_table_that_hangs_on_what_they_remove(self) -> None:
        """A new table with a foreign key to one of these must join a function, or removal would fail one day."""
        definitions = "\n".join(_removers())
        deleted = set(re.findall(r"DELETE FROM (\w+)", definitions))
        kept = {table for table in deleted if re.search(rf"UPDATE {table} SET demo = false", definitions)}
        gone = sorted(table for table in deleted - kept if not table.startswith("account"))
        assert len(gone) > 30
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"
                " AND confrelid::regclass::text = ANY (%s)",
                [gone],
            )
            hanging = {table for (table,) in cursor.fetchall()}
        assert hanging - deleted == set()

    def test_only_the_owner_may_run_a_step(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT proname FROM pg_proc WHERE proname LIKE 'pilotage_demo_step_%'")
            steps = [name for (name,) in cursor.fetchall()]
            cursor.execute(
                "SELECT count(*) FROM unnest(%s::text[]) s WHERE has_function_privilege(s || '()', 'EXECUTE')", [steps]
            )
            (allowed,) = cursor.fetchone()
        assert len(steps) >= 3
        assert allowed == 0


def _real(unit: BusinessUnit, owner: User) -> Initiative:
    return Initiative.objects.create(unit=unit, owner=owner, name="Real", lifecycle=Lifecycle.objects.get(key="light"))


def _everything_real() -> dict[str, Any]:
    models: tuple[Any, ...] = (Initiative, User, BusinessUnit, Request, Programme)
    return {model.__name__: list(model.objects.filter(demo=False).order_by("pk").values()) for model in models}


def _removers() -> list[str]:
    """The texts of the function that removes the demo and of its steps."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname ~ '^pilotage_(remove_demo|demo_step_)'")
        return [text for (text,) in cursor.fetchall()]


def _marked_rows() -> dict[str, int]:
    """Rows marked as demo, by table, over every table that has the mark."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.columns WHERE column_name = 'demo' AND table_schema = 'public'")
        tables = [table for (table,) in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table} WHERE demo")
            found[table] = cursor.fetchone()[0]
    assert len(tables) > 6
    return {table: count for table, count in found.items() if count}


def test_the_vocabulary_names_only_units_and_programmes_that_exist() -> None:
    vocabulary = words()
    assert {subject.unit for subject in vocabulary.themes} <= set(vocabulary.units)
    assert {request.unit for request in vocabulary.requests} <= set(vocabulary.units)
    assert {subject.programme for subject in vocabulary.themes} - {""} <= set(vocabulary.lists["programmes"])
