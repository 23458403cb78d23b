"""What is free for a workload counts in what is its own, on the page and in the list alike, and nothing that is another's."""

from __future__ import annotations

import pytest

from readiness.sizing.models import SizingOption
from readiness.sizing.queries.live import live_of
from readiness.sizing.queries.overview import chosen_workloads, overview
from readiness.sizing.queries.setting import setting
from readiness.sizing.services.options import choose_option
from readiness.workloads.models import CapacityPool, Workload
from readiness.workloads.services.capacity import grant
from readiness.workloads.services.profiles import change_workload
from tests.people import SYSTEM, Organisation
from tests.readiness.sizing.making import accelerator, known_workload, make_measurement, make_option, make_pool, say
from tests.readiness.workloads.pools import TODAY, ask, later, make_workload

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool(organisation: Organisation) -> CapacityPool:
    return make_pool(organisation, size=8)


@pytest.fixture
def workload(organisation: Organisation, pool: CapacityPool) -> Workload:
    row = known_workload(organisation)
    choose_option(by=SYSTEM, option=make_option(row, pool=pool))
    return row


def free(organisation: Organisation, workload: Workload) -> float | None:
    """By the page and by the list, which must agree."""
    actor = organisation.actor("Iris")
    seen = setting(actor, workload.pk, TODAY)
    assert seen is not None
    listed = next(row for row in overview(actor, chosen_workloads(actor), TODAY) if row["id"] == workload.pk)
    found = live_of(seen, {}).main
    assert (listed["free"], listed["verdict"], listed["option_id"]) == (
        found.standing.free, found.standing.verdict.value, found.draft.pk,
    )  # fmt: skip
    return found.standing.free


def test_a_grant_that_is_its_own_and_begins_later_is_not_counted_against_it(
    organisation: Organisation, pool: CapacityPool, workload: Workload
) -> None:
    grant(by=SYSTEM, allocation=ask(pool, workload, 8, 30))
    assert free(organisation, workload) == 8


def test_what_another_holds_after_its_own_grant_has_ended_is_not_free(
    organisation: Organisation, pool: CapacityPool, workload: Workload
) -> None:
    grant(by=SYSTEM, allocation=ask(pool, workload, 8, 0, 29))
    grant(by=SYSTEM, allocation=ask(pool, make_workload(organisation, "Next"), 6, 30))
    assert free(organisation, workload) == 2


def test_its_own_grant_of_today_counts_in_and_anothers_does_not(
    organisation: Organisation, pool: CapacityPool, workload: Workload
) -> None:
    grant(by=SYSTEM, allocation=ask(pool, workload, 3))
    grant(by=SYSTEM, allocation=ask(pool, make_workload(organisation, "Next"), 4))
    assert free(organisation, workload) == 4
    change_workload(by=SYSTEM, workload=workload, changes={"needed_on": later(400)})
    assert free(organisation, workload) == 4


def test_without_a_choice_list_and_page_speak_of_the_option_that_stands_best(
    organisation: Organisation, pool: CapacityPool
) -> None:
    row = known_workload(organisation)
    say(row, peak_factor=3.0)
    make_option(row, accelerator=accelerator("l4"), label="too small for it")
    make_option(row, label="nobody knows how many are free")
    best = make_option(row, pool=make_pool(organisation, size=500, name="Large"), measurement=make_measurement(organisation))
    free(organisation, row)
    iris = organisation.actor("Iris")
    (listed,) = overview(iris, chosen_workloads(iris), TODAY)
    assert listed["option_id"] == best.pk
    assert SizingOption.objects.filter(workload=row, chosen=True).count() == 0
