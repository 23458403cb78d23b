"""A bill becomes part of the totals, or leaves them: as a whole, in one transaction."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from portfolio.procurement.choices import BillingState
from portfolio.procurement.models import BillingImport
from portfolio.procurement.services.billing.assigning import assign
from portfolio.procurement.services.writing import locked, require

_SUMS = """
SELECT r.billing_import_id, r.item_id, r.period AS starts_on, max(r.period_end) AS ends_on, count(*) AS rows,
       sum(r.billed) AS billed, sum(r.effective) AS effective, sum(r.list) AS list, sum(r.contracted) AS contracted,
       sum(r.pricing_effective) AS pricing_effective, sum(r.quantity) AS quantity,
       count(*) - count(r.effective) AS effective_unknown, count(*) - count(r.list) AS list_unknown,
       count(*) - count(r.contracted) AS contracted_unknown
FROM procurement_billingrow r WHERE r.billing_import_id = ANY(%s) GROUP BY r.billing_import_id, r.item_id, r.period
"""
_SUM_UP = f"CREATE TEMPORARY TABLE billing_sums ON COMMIT DROP AS {_SUMS}"
_PERIODS = """
INSERT INTO procurement_billingperiod
    (billing_import_id, unit_id, demo, provider, billing_account_id, starts_on, ends_on, rows, live)
SELECT s.billing_import_id, i.unit_id, i.demo, i.provider, i.billing_account_id, s.starts_on, max(s.ends_on), sum(s.rows), true
FROM billing_sums s JOIN procurement_billingitem i ON i.id = s.item_id
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 4, 5, 6
"""
# What is live for the same account and the same start of a billing period, from whatever file.
_SUPERSEDED = """
UPDATE procurement_billingperiod older SET live = false, superseded_by_id = newer.billing_import_id
FROM procurement_billingperiod newer
WHERE newer.billing_import_id = %s AND older.billing_import_id <> newer.billing_import_id AND older.live
  AND older.unit_id = newer.unit_id AND older.demo = newer.demo AND older.provider = newer.provider
  AND older.billing_account_id = newer.billing_account_id AND older.starts_on = newer.starts_on
RETURNING older.id
"""
_FORGET = "DELETE FROM procurement_billingmonth WHERE period_id = ANY(%s)"
_MONTHS = """
INSERT INTO procurement_billingmonth
    (period_id, item_id, month, charge_category, charge_class, currency, pricing_currency, billed, effective, list, contracted,
     pricing_effective, quantity, rows, effective_unknown, list_unknown, contracted_unknown)
SELECT p.id, s.item_id, date_trunc('month', s.starts_on)::date, i.charge_category, i.charge_class, i.currency,
       left(i.pricing_currency, 64), s.billed, s.effective, s.list, s.contracted, s.pricing_effective, s.quantity, s.rows,
       s.effective_unknown, s.list_unknown, s.contracted_unknown
FROM billing_sums s JOIN procurement_billingitem i ON i.id = s.item_id
JOIN procurement_billingperiod p ON p.billing_import_id = s.billing_import_id AND p.provider = i.provider
  AND p.billing_account_id = i.billing_account_id AND p.starts_on = s.starts_on
WHERE p.live
ON CONFLICT (period_id, item_id) DO NOTHING
"""
_ASSIGNABLE = "SELECT DISTINCT item_id FROM billing_sums"
_ENDED = "UPDATE procurement_billingperiod SET live = false WHERE billing_import_id = %s AND live RETURNING id"
# Of those that gave way to the import that goes: where that one had given way itself, they gave way to its successor.
_HANDED_ON = """
UPDATE procurement_billingperiod older SET superseded_by_id = gone.superseded_by_id, live = gone.superseded_by_id IS NULL
FROM procurement_billingperiod gone, procurement_billingimport i
WHERE older.superseded_by_id = gone.billing_import_id AND gone.billing_import_id = %s AND i.id = older.billing_import_id
  AND i.state = 'published' AND older.unit_id = gone.unit_id AND older.demo = gone.demo AND older.provider = gone.provider
  AND older.billing_account_id = gone.billing_account_id AND older.starts_on = gone.starts_on
RETURNING older.billing_import_id, older.live
"""
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('procurement.billing.publish', 0))"


def publish(*, by: Actor, billing_import: BillingImport, now: datetime) -> BillingImport:
    """Make a staged import count; older files of its billing periods give way unless it adds to them.

    Raises PermissionDenied; ValidationError where it is not staged.
    """
    with acting(by):
        row = locked(BillingImport, billing_import.pk, "unit")
        require(by, Action.BILLING, row.unit.path)
        if row.state != BillingState.STAGED:
            raise ValidationError(_("This import is %s.") % row.get_state_display().lower())
        with connection.cursor() as cursor:
            cursor.execute(_ONE_AT_A_TIME)
            cursor.execute(_SUM_UP, [[row.pk]])
            cursor.execute("ANALYZE billing_sums")
            cursor.execute(_PERIODS)
            if not row.adds:
                cursor.execute(_SUPERSEDED, [row.pk])
                cursor.execute(_FORGET, [[number for (number,) in cursor.fetchall()]])
            cursor.execute(_MONTHS)
        assign(items=_ASSIGNABLE)
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE billing_sums")
        row.state, row.published_at, row.version = BillingState.PUBLISHED, now, row.version + 1
        row.save(update_fields=["state", "published_at", "version"])
        emit("billing.published", {"billing_import_id": row.pk, "unit_id": row.unit_id})
    return row


def withdraw(
    *, by: Actor, billing_import: BillingImport, reason: str, now: datetime, version: int | None = None
) -> BillingImport:
    """Take a published import out of the totals; what had given way to it counts again.

    Raises PermissionDenied, ValidationError, StaleRow.
    """
    with acting(by, note=reason.strip()):
        row = locked(BillingImport, billing_import.pk, "unit", version=version)
        require(by, Action.BILLING, row.unit.path)
        if row.state not in (BillingState.PUBLISHED, BillingState.STAGED):
            raise ValidationError(_("This import is %s.") % row.get_state_display().lower())
        if not reason.strip():
            raise ValidationError({"reason": _("Say why it goes.")})
        if row.state == BillingState.PUBLISHED:
            _take_back(row.pk)
            emit("billing.published", {"billing_import_id": row.pk, "unit_id": row.unit_id, "withdrawn": True})
        row.state, row.ended_at, row.version = BillingState.WITHDRAWN, now, row.version + 1
        row.save(update_fields=["state", "ended_at", "version"])
    return row


def _take_back(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME)
        cursor.execute(_HANDED_ON, [number])
        again = sorted({older for older, live in cursor.fetchall() if live})
        cursor.execute(_ENDED, [number])
        cursor.execute(_FORGET, [[period for (period,) in cursor.fetchall()]])
        if again:
            cursor.execute(_SUM_UP, [again])
            cursor.execute(_MONTHS)
            cursor.execute("DROP TABLE billing_sums")
