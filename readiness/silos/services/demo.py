"""The demo's silos: found by the rules in what the demo bought; some of them judged by its people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from portfolio.accounts.choices import Role, Through
from portfolio.accounts.models import RoleAssignment, User
from portfolio.accounts.rules import Actor, system
from portfolio.kit import clock
from portfolio.procurement.models import Purchase
from readiness.silos.choices import FindingKind, FindingState
from readiness.silos.models import Finding, PoolPurchase
from readiness.silos.services.detecting import detect_now
from readiness.silos.services.judging import assign, judge
from readiness.workloads.models import CapacityPool

COLUMNS = (
    "silos_detection", "silos_finding", "silos_finding_units", "silos_findingrow", "silos_findingstep", "silos_poolpurchase",
)  # fmt: skip
# pool -> the purchase that pays for it, by the names in the packs of workloads and procurement
PAID = {
    "Accelerators Norrhaven": "Racks Norrhaven",
    "Engineering cluster": "Reserved accelerators for simulation",
    "Flash storage Norrhaven": "Flash shelves Norrhaven",
}
JUDGED = (
    (FindingKind.PRICE_TIER, FindingState.ACCEPTED, "One frame contract from the next renewal on; the platform team leads."),
    (FindingKind.OUTSIDE_PLAN, FindingState.DISMISSED, "A one-off for a trade fair; it ends with the year."),
    (FindingKind.RENEWAL_DUE, FindingState.DONE, "Notice was given by letter."),
)


def load_demo(*, by: Actor, seed: int, today: date) -> None:
    """Say what pays for pools, look, and judge one finding of each kind in JUDGED, the smallest of it."""
    _pay()
    detect_now(demo=True, why="demo", today=today, now=clock.now())
    officer = _officer(by)
    for kind, state, reason in JUDGED:
        finding = Finding.objects.filter(demo=True, kind=kind).order_by("amount", "id").first()
        if finding is not None:
            judge(by=officer, finding=finding, state=state, reason=reason)
    accepted = Finding.objects.filter(demo=True, state=FindingState.ACCEPTED).first()
    if accepted is not None and officer.user_id is not None:
        assign(by=officer, finding=accepted, owner=User.objects.get(pk=officer.user_id))


def _pay() -> None:
    pools = dict(CapacityPool.objects.filter(demo=True, name__in=PAID).values_list("name", "id"))
    purchases = dict(Purchase.objects.filter(demo=True, title__in=PAID.values()).values_list("title", "id"))
    PoolPurchase.objects.bulk_create(
        PoolPurchase(pool_id=pools[name], purchase_id=purchases[title])
        for name, title in PAID.items()
        if name in pools and title in purchases
    )


def _officer(by: Actor) -> Actor:
    """The procurement officer of the demo, acting through the loader; the loader itself where there is none."""
    held = RoleAssignment.objects.select_related("user").filter(user__demo=True, role=Role.PROCUREMENT, unit__parent=None).first()
    return by if held is None else replace(system(held.user.name, Through.COMMAND), user_id=held.user_id)
