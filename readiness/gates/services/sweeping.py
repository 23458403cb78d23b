"""What time alone does to waivers and conditions: told once each, written down, and judged again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone

from portfolio.accounts.rules import system
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.gates.choices import ConditionState, WaiverState
from readiness.gates.models import Condition, ConditionEvent, Waiver
from readiness.gates.queries.conditions import condition_of
from readiness.gates.rules.conditions import STANDING
from readiness.gates.services.waivers import lock_gate_of, stand

TELL_BEFORE = timedelta(days=14)
DUE_BEFORE = timedelta(days=7)


def sweep_waivers(now: datetime) -> int:
    """Write down those that began or ended, tell of those that end within TELL_BEFORE; how many of both.

    Nobody's verdict waits for this: whoever judges folds the events at their own time. Emits `waiver.expired` for those that
    ended, so that their reviews are judged again, and `waiver.expiring` once for each end.
    """
    began = Q(state=WaiverState.APPROVED) & (Q(begins_at=None) | Q(begins_at__lte=now))
    turned = began | Q(state__in=(WaiverState.APPROVED, WaiverState.ACTIVE), expires_at__lte=now)
    soon = Q(state=WaiverState.ACTIVE, expires_at__lte=now + TELL_BEFORE) & ~Q(told_expiry=F("expires_at"))
    return sum(_sweep(pk, now) for pk in Waiver.objects.filter(turned | soon).order_by("id").values_list("id", flat=True))


def _sweep(pk: int, now: datetime) -> bool:
    """One waiver in one transaction, under the lock of its gate like any other step of it."""
    with acting(system("gates")):
        reviews = lock_gate_of(Waiver.objects.get(pk=pk))
        row = Waiver.objects.select_for_update(no_key=True).get(pk=pk)
        named = {"initiative_id": row.initiative_id, "waiver_id": row.pk} | ({"review_id": reviews[0].pk} if reviews else {})
        was = row.state
        turned = stand(row, now)
        if turned and row.state != was:
            emit("waiver.began" if row.state == WaiverState.ACTIVE else "waiver.expired", named)
        tell = row.state == WaiverState.ACTIVE and row.expires_at <= now + TELL_BEFORE and row.told_expiry != row.expires_at
        if tell:
            row.told_expiry = row.expires_at
            row.save(update_fields=["told_expiry"])
            emit("waiver.expiring", named)
        return turned or tell


def sweep_conditions(now: datetime) -> int:
    """Tell once that a condition falls due within DUE_BEFORE, and once that it is overdue; how many were told of."""
    today = timezone.localdate(now)
    told = ConditionEvent.objects.filter(kind="overdue").values("condition_id")
    rows = Condition.objects.filter(due__lte=today + DUE_BEFORE).exclude(pk__in=told).select_related("decision")
    ended = ConditionEvent.objects.filter(kind__in=("proven", "lapsed")).values("condition_id")
    return sum(_tell(row, now) for row in rows.exclude(pk__in=ended).prefetch_related("events").order_by("due", "id"))


def _tell(row: Condition, now: datetime) -> bool:
    """The unique constraint of the events is what makes it once."""
    standing = condition_of(row, row.events.all())
    state = standing.state(timezone.localdate(now))
    kind = "overdue" if state is ConditionState.OVERDUE else "due"
    if state not in STANDING or any(event.kind == kind for event in row.events.all()):
        return False
    with acting(system("gates")):
        _event, made = ConditionEvent.objects.get_or_create(condition=row, kind=kind, defaults={"at": now})
        if made:
            named = {"initiative_id": row.initiative_id, "review_id": row.decision.review_id}
            emit(f"condition.{kind}", {**named, "condition_id": row.pk, "owner_id": row.owner_id})
    return made
