"""The demo of the whole product: valid in every rule, the same by seed, telling its sentence, and gone without a rest."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.test import Client, TestCase

from portfolio.accounts.choices import Role
from portfolio.accounts.models import RoleAssignment
from portfolio.accounts.queries import actor_for
from portfolio.activity.models import AuditEntry
from portfolio.initiatives.models import Initiative, InitiativeDate, Lifecycle
from portfolio.initiatives.services.demo import remove_demo
from portfolio.initiatives.services.demo.subjects import cast, subjects
from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.outbox.models import Job
from portfolio.procurement.models.billing import BillingItem
from portfolio.procurement.queries.billing.items import unmapped
from readiness.assessments.models import Assessment, AssessmentAnswer, ComponentCheck
from readiness.core.sizing.inputs import Grade, Task, WorkloadClass
from readiness.dashboards.services.demo import load_everything
from readiness.evidence.models import Delivery
from readiness.silos.models import Detection, Finding
from readiness.sizing.models import Measurement, SizingOption, SizingResult
from readiness.workloads.choices import AllocationState, Knowledge
from readiness.workloads.models import (
    Accelerator,
    Allocation,
    CapacityPool,
    ProfileValue,
    ProfileVersion,
    VenueComparison,
    VenueOption,
    Workload,
)
from readiness.workloads.rules.capacity import tightest
from readiness.workloads.rules.sequence import KINDS, Dated, Rule, Verdict, sequences
from readiness.workloads.rules.values import faults
from readiness.workloads.services.demo.plan import HERO_NAME, workloads
from readiness.workloads.services.profiles import ValueInput
from tests.people import SYSTEM, Organisation, make_organisation
from tests.sampling import of

TODAY = date(2026, 6, 30)
pytestmark = pytest.mark.django_db


class TestLoaded(TestCase):
    """Loaded once for all of these, because sizing it takes seconds."""

    @classmethod
    def setUpTestData(cls) -> None:
        load_everything(by=SYSTEM, count=60, seed=1, today=TODAY)

    def test_evidence_came_in_the_order_of_its_rows(self) -> None:
        moments = list(Delivery.objects.order_by("id").values_list("asked_at", flat=True))
        assert len(moments) > 20
        assert moments == sorted(moments)

    def test_every_value_is_one_that_a_person_could_have_said(self) -> None:
        for row in Workload.objects.filter(initiative__demo=True).prefetch_related("values"):
            said = {
                value.name: ValueInput(Knowledge(value.knowledge), value.value, value.low, value.high)
                for value in row.values.all()
            }
            assert faults(Task(row.task), WorkloadClass(row.workload_class), said) == {}, row
            row.full_clean()

    def test_known_assumed_and_unknown_values_are_mixed_and_some_are_overdue(self) -> None:
        kinds = Counter(ProfileValue.objects.values_list("knowledge", flat=True))
        assert min(kinds["known"], kinds["unknown"]) > 150
        unknown = ProfileValue.objects.filter(knowledge="unknown")
        assert unknown.filter(value=None).count() > 40
        assert unknown.filter(value__isnull=False, origin="template").count() > 100
        assert unknown.filter(due__lt=TODAY).count() > 10
        assert unknown.filter(due__gte=TODAY).count() > 30
        assert not unknown.filter(due__isnull=False, owner=None).exists()

    def test_who_finds_something_out_may_see_it(self) -> None:
        reach = set(RoleAssignment.objects.values_list("user_id", "unit__path"))
        for model in (ProfileValue, AssessmentAnswer, ComponentCheck):
            rows: Any = model.objects.exclude(owner=None)
            for owner, path in rows.values_list("owner_id", "initiative__unit__path"):
                assert any(user == owner and path.startswith(held) for user, held in reach)

    def test_no_capacity_is_promised_twice(self) -> None:
        pools = {pool.name: pool for pool in CapacityPool.objects.all()}
        assert all(pool.demo for pool in pools.values())
        granted = Allocation.objects.filter(state=AllocationState.GRANTED)
        for pool in pools.values():
            free = tightest(pool, list(granted.filter(pool=pool)), TODAY - timedelta(days=500)).free
            assert (free is None) == (pool.size is None)
            assert free is None or free >= 0, pool
        queued = Allocation.objects.filter(state=AllocationState.REQUESTED, pool=pools["Inference nodes of the plants"])
        assert queued.count() >= 2
        assert not Allocation.objects.filter(pool=pools["Engineering cluster"]).exists()

    def test_it_tells_the_sentence_of_the_product(self) -> None:
        """You need 5 to 9 of it, you have 4, you do not know your peak."""
        story = Workload.objects.get(name=HERO_NAME)
        option = SizingOption.objects.select_related("result", "pool").get(workload=story, chosen=True)
        result, pool = option.result, option.pool
        assert result is not None
        assert pool is not None
        granted = list(Allocation.objects.filter(pool=pool, state=AllocationState.GRANTED))
        assert tightest(pool, granted, TODAY).free == 4
        assert result.accelerators_low is not None
        assert result.accelerators_high is not None
        assert 4 < result.accelerators_low < result.accelerators_high < 12
        assert result.grade == Grade.SWEEP
        unknown = ProfileValue.objects.filter(workload=story, knowledge="unknown").values_list("name", flat=True)
        assert list(unknown) == ["peak_factor"]

    def test_it_shows_a_bit_of_everything(self) -> None:
        assert {row.name for row in Workload.objects.all()} >= {HERO_NAME, "Retraining"}
        assert Workload.objects.filter(serves__isnull=False).exists()
        assert ProfileVersion.objects.filter(number=2).exists()
        assert set(SizingResult.objects.values_list("grade", flat=True)) == {grade.value for grade in Grade}
        assert SizingOption.objects.filter(result=None).exists()
        assert Measurement.objects.filter(replaces__isnull=False).exists()
        assert SizingOption.objects.values("workload").distinct().count() >= 12
        options = Counter(VenueOption.objects.values_list("initiative_id", "function"))
        assert {1, 2, 3} <= set(options.values())
        assert VenueOption.objects.filter(state="chosen").exists()
        assert VenueComparison.objects.exclude(reason="").exists()
        assert Assessment.objects.filter(number=2, closed_at=None).exists()
        assert AssessmentAnswer.objects.filter(carried_from=1).exists()
        assert {"yes", "partly", "no", "unknown", "not_applicable"} == set(
            AssessmentAnswer.objects.values_list("reply", flat=True)
        )
        assert {"present", "planned", "missing", "unknown"} == set(ComponentCheck.objects.values_list("presence", flat=True))

    def test_some_spend_is_mapped_to_nothing_and_pages_say_so(self) -> None:
        officer = RoleAssignment.objects.select_related("user").get(role=Role.PROCUREMENT, unit__parent=None).user
        services = Counter(row["item__service_name"] for row in unmapped(actor_for(officer)))
        assert services == {"Image labelling": 1, "Visual inspection API": 1, "Speech to text": 1}
        spent = Finding.objects.filter(kind="shadow_spend").values_list("rows__row_id", flat=True)
        names = set(BillingItem.objects.filter(pk__in=spent).values_list("service_name", flat=True))
        assert names
        assert not names & set(services)
        client = Client()
        client.force_login(officer, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert "Image labelling" in client.get("/procurement/billing/unmapped/").content.decode()
        assert "silos/today" in client.get("/today/").content.decode()
        for path in ("/silos/today/", "/silos/findings/?kind=shadow_spend"):
            assert "3 billed services are mapped to nothing" in client.get(path, headers={"HX-Request": "true"}).content.decode()
        count = Detection.objects.get(demo=True).unknown["bills_unmapped"]
        assert count > 3
        assert f"what {count} billed items are for unknown" in client.get("/silos/rules/").content.decode()

    def test_both_sequence_rules_are_kept_by_some_and_inverted_by_others(self) -> None:
        dates: dict[int, dict[str, Dated]] = defaultdict(dict)
        for row in InitiativeDate.objects.filter(kind__in=KINDS):
            dates[row.initiative_id][row.kind] = Dated(row.value, row.precision)
        found = {(one.rule, one.verdict) for known in dates.values() for one in sequences(known)}
        assert {(rule, verdict) for rule in Rule for verdict in (Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN)} == found

    def test_the_further_an_initiative_came_the_more_is_known(self) -> None:
        def known(stage: str) -> float:
            rows = ProfileValue.objects.filter(initiative__stage__key=stage, initiative__status="active").exclude(
                workload__name=HERO_NAME
            )
            return rows.filter(knowledge="known").count() / rows.count()

        assert known("poc") < known("production")

    def test_the_same_seed_gives_the_same_profiles(self) -> None:
        everyone, crew = subjects(), cast()
        first, again, other = (list(workloads(everyone, crew, seed, TODAY)) for seed in (1, 1, 2))
        assert first == again
        assert first != other

    def test_results_stand_on_the_versions_and_inputs_they_were_computed_from(self) -> None:
        assert not SizingResult.objects.exclude(workload_id=F("option__workload_id")).exists()
        assert not SizingOption.objects.filter(result__isnull=False).exclude(result__option=F("pk")).exists()

    def test_loading_leaves_no_storm_of_jobs_behind(self) -> None:
        """About as many as the cast has sizings and bills, whatever the number of initiatives."""
        assert Job.objects.count() < 100

    def test_pools_and_measurements_that_real_rows_stand_on_are_kept_and_become_real(self) -> None:
        real = _real(make_organisation())
        workload = Workload.objects.create(initiative=real, name="Real", task="generate", workload_class="online")
        pool = CapacityPool.objects.get(name="Engineering cluster")
        measured = Measurement.objects.get(replaces__isnull=False)
        Allocation.objects.create(pool=pool, workload=workload, initiative=real, quantity=1, starts_on=TODAY)
        SizingOption.objects.create(
            workload=workload, initiative=real, label="Ours", approach="self_hosted", measurement=measured,
            accelerator=Accelerator.objects.get(key="h100-sxm"),
        )  # fmt: skip
        platform = Workload.objects.filter(initiative__demo=True).first()
        assert platform is not None
        platform.serves.add(real)
        workload.serves.add(platform.initiative)
        removed = remove_demo(by=SYSTEM)
        pool.refresh_from_db()
        measured.refresh_from_db()
        # the measurement that it corrects stays with it, and so do the units that pool and measurements belong to
        assert (pool.demo, measured.demo, Measurement.objects.filter(demo=False).count()) == (False, False, 2)
        assert (pool.unit.demo, measured.unit.demo) == (False, False)
        assert removed["kept"] >= 5
        assert list(Workload.objects.all()) == [workload]
        assert list(workload.serves.all()) == []
        assert _marked() == {}

    def test_changes_of_workloads_are_audited_again_afterwards(self) -> None:
        remove_demo(by=SYSTEM)
        Workload.objects.create(initiative=_real(make_organisation()), name="After", task="generate", workload_class="online")
        assert AuditEntry.objects.filter(object_type="workloads_workload", after__name="After").count() == 1


def test_a_small_and_a_large_demo_load_as_well() -> None:
    for count in (1, 3, of(150, suite=62)):
        load_everything(by=SYSTEM, count=count, seed=5, today=TODAY)
        remove_demo(by=SYSTEM)
    assert not Workload.objects.exists()


class TestRemoved:
    def test_nothing_of_the_demo_is_left_in_any_table(self, organisation: Organisation) -> None:
        real = _real(organisation)
        before = _rows_by_table()
        load_everything(by=SYSTEM, count=60, seed=1, today=TODAY)
        loaded = _rows_by_table()
        grown = {table for table, count in loaded.items() if count > before[table]}
        assert len(grown) > 28
        entries = AuditEntry.objects.count()
        removed = remove_demo(by=SYSTEM)
        assert removed["kept"] == 0
        after = _rows_by_table()
        assert {table: after[table] - before[table] for table in grown if after[table] != before[table]} == {}
        assert AuditEntry.objects.count() == entries + 1
        last = AuditEntry.objects.latest("id").before
        assert last is not None
        assert (last["workloads_workload"], last["sizing_sizingoption"] > 30) == (loaded["workloads_workload"], True)
        assert not Workload.objects.filter(initiative=real).exists()


def test_the_commands_load_and_remove_it(capsys: Any) -> None:
    call_command("load_demo", "--initiatives", "5")
    assert "Loaded 5 demo initiatives (seed 1)." in capsys.readouterr().out
    assert Workload.objects.exists()
    call_command("remove_demo")
    assert "Removed 5 demo initiatives" in capsys.readouterr().out
    assert not CapacityPool.objects.exists()


def _real(organisation: Organisation) -> Initiative:
    return create_initiative(
        by=SYSTEM, unit=organisation.units["Retail"], name="Real", lifecycle=Lifecycle.objects.get(key="light")
    )


# what the product keeps of any deed: the trail, news and jobs
_KEPT = ("activity_auditentry", "outbox_event", "outbox_job")


def _rows_by_table() -> dict[str, int]:
    """Rows of every table there is, so that a slice which joins later is covered too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND NOT relispartition"  # whose rows are those of the whole
        )
        tables = [table for (table,) in cursor.fetchall() if table not in _KEPT]
        counts = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
    return counts


def _marked() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.columns WHERE column_name = 'demo' AND table_schema = 'public'")
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT count(*) FROM {table} WHERE demo")
            found[table] = cursor.fetchone()[0]
    return {table: count for table, count in found.items() if count}
