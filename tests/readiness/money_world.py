"""An organisation in which every column of money holds canaries: amounts by which an answer tells whose money it told.

Amounts of a unit begin with four digits of its own (LEADS) and have seven in all, so that they stand out however they are
written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from portfolio.accounts.choices import Role
from portfolio.accounts.models import BusinessUnit, RoleAssignment, User
from portfolio.activity.services.digests import write_digest
from portfolio.finance.services.lines import add_line
from portfolio.initiatives.choices import ReasonCode
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.procurement.models import Capability
from readiness.evidence.services.attestations import attest
from readiness.gates.choices import Outcome
from readiness.gates.models import Decision
from readiness.meetings.choices import Variant
from readiness.meetings.models import Meeting
from readiness.meetings.services.agenda import add_items
from readiness.meetings.services.inviting import invite, open_meeting
from readiness.meetings.services.packs.sending import send_pack
from readiness.risk.models import Spending, Stake
from readiness.risk.services.scoring import score_now
from readiness.risk.services.spending import keep_spending
from readiness.silos.choices import FindingKind, FindingState, Proposal
from readiness.silos.models import Detection, Finding, FindingRow, PoolPurchase
from readiness.silos.services.judging import judge
from readiness.sizing.models import SizingOption
from readiness.workloads.models import CapacityPool, VenueOption
from tests.people import SYSTEM, Organisation, make_organisation
from tests.portfolio.finance.world import work_off
from tests.readiness import money_rows
from tests.readiness.gates import deciding_world as deciding
from tests.readiness.leak_world import Planted, plant
from tests.readiness.meetings.packs_world import printed
from tests.readiness.meetings.world import a_meeting, fresh
from tests.readiness.money_rows import TODAY, canary

READERS: dict[str, tuple[tuple[Role, str], ...]] = {
    "Vic": ((Role.VIEWER, "Group"),),
    "Arno": ((Role.ARCHITECT, "Group"),),
    "Gus": ((Role.GATEKEEPER, "Group"),),
    "Olga": ((Role.SPONSOR, "Stores"),),
    "Mona": ((Role.PROGRAM_MANAGER, "Logistics"),),
    "Mia": ((Role.VIEWER, "Group"), (Role.FINANCE, "Logistics")),
    "Pete": ((Role.VIEWER, "Group"), (Role.PROCUREMENT, "Logistics")),
    "Audra": ((Role.VIEWER, "Group"), (Role.AUDITOR, "Logistics")),
    "Fay": ((Role.FINANCE, "Stores"),),
    "Fred": ((Role.FINANCE, "Group"),),
    "Prue": ((Role.PROCUREMENT, "Group"),),
}


@dataclass
class World:
    """`units`: the rows of a unit by what an address calls them; `shared` are everybody's."""

    organisation: Organisation
    planted: dict[str, Planted]
    units: dict[str, dict[str, Any]]
    shared: dict[str, Any]


def make_world(folder: Path) -> World:
    """By the product's own services, as far as an amount comes out of them as it went in."""
    organisation = make_organisation()
    _add_readers(organisation)
    planted = {"Stores": plant(organisation, "Stores", "Heron", Decimal("1.26"))}
    _price(planted["Stores"])
    world = World(organisation, planted, {}, money_rows.sell())
    for unit in ("Stores", "Logistics", "Retail", "Group"):
        world.units[unit] = _of_unit(world, organisation.units[unit], folder)
    create_initiative(by=SYSTEM, unit=organisation.units["Stores"], name="Own", purpose="None", owner=organisation.people["Olga"])
    _findings(world)
    world.shared["meeting"] = _meeting(world)
    world.shared["decision"] = _killed(world)
    _score(world)
    _tell(world)
    return world


def _score(world: World) -> None:
    """Figures of all in flight, and what hangs on them: sums are of several amounts, so canaries are put in their place."""
    score_now(demo=False, why="test", today=TODAY, now=clock.now())
    keep_spending(demo=False, today=TODAY, now=clock.now())
    for name, rows in world.units.items():
        Stake.objects.filter(initiative=rows["initiative"]).update(
            spent=canary(name, 91), bound=canary(name, 92), ahead=canary(name, 93), unknown=0, unbounded=0, no_rate=0
        )
        for row in Spending.objects.filter(unit=rows["unit"]):
            amounts = {field: float(canary(name, 94)) for field in ("spent", "bound", "expected", "p10", "p50", "p90", "apart")}
            row.figures |= amounts | {"quantiles": [float(canary(name, 94))] * len(row.figures["quantiles"])}
            row.save(update_fields=["figures"])
    Spending.objects.filter(unit=None).delete()


def _price(planted: Planted) -> None:
    """Prices of what workloads take, some of them larger than a form would let through."""
    prices = [float(canary("Stores", number)) for number in (81, 82, 83)]
    with acting(SYSTEM):
        Initiative.objects.filter(pk=planted.initiative.pk).update(expected_value=canary("Stores", 0))
        CapacityPool.objects.update(cost_per_month=canary("Stores", 84))
        VenueOption.objects.update(cost_per_month=canary("Stores", 85), one_off_cost=canary("Stores", 86))
        SizingOption.objects.update(price_per_accelerator_hour=prices[0], price_input=prices[1], price_output=prices[2])
    attest(
        by=SYSTEM, workload=planted.workload, now=clock.now(), metric="cost_per_hour", value=float(canary("Stores", 87)),
        unit="money/h", currency="XTS", note="Price", file=SimpleUploadedFile("price.txt", b"price"), observed_on=TODAY,
    )  # fmt: skip
    planted.initiative.refresh_from_db()


def _tell(world: World) -> None:
    """Notices of what happened, and a digest to everybody who has some."""
    for handler in ("gates.notify", "silos.notify", "activity.notify_mention"):
        work_off(handler)
    for person in world.organisation.people.values():
        write_digest(user_id=person.pk, day=TODAY.isoformat())


def _add_readers(organisation: Organisation) -> None:
    for name, roles in READERS.items():
        person = User.objects.create_user(f"{name.lower()}@example.org", None, name=f"{name} Test")
        organisation.people[name] = person
        RoleAssignment.objects.bulk_create(
            RoleAssignment(user=person, role=role, unit=organisation.units[unit]) for role, unit in roles
        )


def _of_unit(world: World, unit: BusinessUnit, folder: Path) -> dict[str, Any]:
    name, set_ = unit.name, world.planted.get(unit.name)
    initiative = set_.initiative if set_ else create_initiative(
        by=SYSTEM, unit=unit, name=f"Initiative of {name}", purpose="Purpose", expected_value=canary(name, 0),
        expected_value_currency="USD",
    )  # fmt: skip
    found = {"unit": unit, "initiative": initiative, "request": money_rows.request(world.organisation, unit)}
    found |= money_rows.budget(unit, initiative)
    found |= money_rows.purchases(unit, initiative, world.shared)
    found |= money_rows.bills(unit, found["purchase"])
    return found | money_rows.imports(world.organisation, unit, initiative, folder)


def _findings(world: World) -> None:
    """One within each unit, and one that Stores and Logistics share and that only the organisation holds whole."""
    run = Detection.objects.create(on=TODAY, why="test", seconds=0.1, currency="USD")
    for name, found in world.units.items():
        found["finding"] = _finding(world, run, name, [name], FindingKind.OUTSIDE_PLAN)
        judge(by=SYSTEM, finding=found["finding"], state=FindingState.ACCEPTED, reason="Seen.")
    world.shared["finding"] = _finding(world, run, "Group", ["Stores", "Logistics"], FindingKind.DUPLICATE_CAPABILITY)
    pool = world.planted["Stores"].pool
    PoolPurchase.objects.create(pool=pool, purchase=world.units["Stores"]["purchase"])


def _finding(world: World, run: Detection, whose: str, names: Iterable[str], kind: FindingKind) -> Finding:
    units = [world.organisation.units[name] for name in names]
    amount, low, high = canary(whose, 61), canary(whose, 62), canary(whose, 63)
    made = Finding.objects.create(
        kind=kind, identity=[kind, "accelerator_compute", *names, "/"], digest=f"{kind} {whose}", vendor=world.shared["vendor"],
        capability=Capability.objects.get(key="accelerator_compute"), ancestor_path=world.organisation.units[whose].path,
        amount=amount, saving_low=low, saving_high=high, currency="USD", proposal=Proposal.MERGE,
        assumptions=[f"The tier from {canary(whose, 64)} USD holds."], due_on=TODAY + timedelta(days=30), rows_count=len(units),
        units_count=len(units), rows_digest="x", seen_on=TODAY,
    )  # fmt: skip
    made.units.set(units)
    for unit in units:
        FindingRow.objects.create(
            finding=made, table="purchase", row_id=world.units[unit.name]["purchase"].pk, unit=unit, amount=canary(unit.name, 65)
        )
    made.steps.create(step="opened", amount=amount, detection=run)
    return made


def _meeting(world: World) -> Meeting:
    """About the initiative of Stores; its packs are printed and sent to who may and who may not see amounts."""
    organisation, by = world.organisation, world.organisation.actor("Paula")
    meeting = a_meeting(organisation)
    add_items(by=by, meeting=meeting, reviews=[world.planted["Stores"].gates.planned])
    invite(by=by, meeting=fresh(meeting), people=[organisation.people[name] for name in ("Vic", "Gus", "Fay")])
    open_meeting(by=by, meeting=fresh(meeting))
    packs = printed(organisation, meeting)
    assert set(packs) == set(Variant)
    send_pack(by=by, meeting=fresh(meeting), number=1)
    return meeting


def _killed(world: World) -> Decision:
    """A Kill of an initiative of Stores seals what it spares."""
    organisation = world.organisation
    review = deciding.a_review(organisation, initiative=deciding.an_initiative(organisation, "Ended", owner=None))
    add_line(
        by=SYSTEM, initiative=review.initiative, category="compute", label="Later", planned=canary("Stores", 71), actual=None,
        currency="USD", period_start=TODAY + timedelta(days=10), period_end=TODAY + timedelta(days=90),
    )  # fmt: skip
    review = deciding.all_vote(organisation, review)
    return deciding.decided(organisation, review, Outcome.KILL, reason_code=ReasonCode.NO_VALUE, lesson="Ask first.")
