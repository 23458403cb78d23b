"""Imports of bills: the list, the chain of a billing period, refused rows."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.outbox.models import Job
from portfolio.procurement.models import BillingImport, BillingPeriod, BillingReject

COLUMNS = (
    "id", "file_name", "state", "layout", "layout_version", "container", "size_bytes", "rows", "kept", "refused", "progress",
    "unit__name", "started_label", "created_at", "published_at", "ended_at",
)  # fmt: skip


def visible_imports(actor: Actor) -> QuerySet[BillingImport]:
    """Demo and real ones while the demo is shown: the first real bill is prepared then."""
    rows: QuerySet[BillingImport] = BillingImport.objects.visible_to(actor)
    return rows if actor.showing_demo else rows.filter(demo=False)


def import_rows(actor: Actor) -> QuerySet[BillingImport, dict[str, Any]]:
    """The newest first, with how many of its billing periods count still."""
    rows = visible_imports(actor).annotate(
        live=Count("periods", filter=Q(periods__live=True)), superseded=Count("periods", filter=Q(periods__live=False))
    )
    return rows.order_by("-id").values(*COLUMNS, "live", "superseded")


def periods_of(row: BillingImport) -> QuerySet[BillingPeriod]:
    return row.periods.select_related("superseded_by").order_by("-starts_on", "provider", "billing_account_id")


def replaced_by(row: BillingImport) -> QuerySet[BillingPeriod]:
    """Billing periods of older imports that gave way to this one."""
    return BillingPeriod.objects.filter(superseded_by=row).select_related("billing_import").order_by("-starts_on")


def rejects_of(actor: Actor, row: BillingImport, most: int = 50) -> list[dict[str, Any]]:
    """The first refused rows; what stood in them only for those who see the unit's money."""
    money = actor.may(Action.MONEY, row.unit.path)
    rows = BillingReject.objects.filter(billing_import=row)
    found: list[dict[str, Any]] = [dict(one) for one in rows.values("line", "row", "field", "column", "fault", "value")[:most]]
    return found if money else [one | {"value": None} for one in found]


def stopped(row: BillingImport) -> str:
    """Why its job died, "" while it lives: an administrator may revive it."""
    handlers = ("procurement.read_bill", "procurement.publish_bill")
    jobs = Job.objects.filter(handler__in=handlers, payload__billing_import_id=row.pk, dead_at__isnull=False)
    return str(jobs.order_by("-pk").values_list("last_error", flat=True).first() or "")
