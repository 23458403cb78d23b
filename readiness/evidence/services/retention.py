"""What is no longer kept: observations thinned and dropped by their kind's policy, stored files past their age.

The application asks the owner's functions for a day or a month; what may go they read from evidence_retention themselves, and
they leave an entry in the audit trail. Each day is a transaction of its own, so that nothing waits for long.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import structlog
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.kit.acting import acting
from readiness.evidence.choices import EvidenceKind
from readiness.evidence.models import Delivery, Payload, Retention
from readiness.evidence.services.keeping import forget

AHEAD = timedelta(days=62)  # partitions that are there before anybody needs them
LEAST_DAYS, MOST_DAYS = 7, 36_500
LEAST_S, MOST_S = 60, 86_400
FILES_AT_ONCE = 500
log = structlog.get_logger(__name__)

_MONTHS = """
SELECT to_date(right(c.relname, 6), 'YYYYMM') FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'evidence_observation'::regclass ORDER BY 1
"""
_FILES = """
SELECT p.id, p.stored_as FROM evidence_payload p JOIN evidence_delivery d ON d.id = p.delivery_id
WHERE p.stored_as <> '' AND d.asked_at < %s - make_interval(days => coalesce(
    (SELECT max(t.keep_days) FROM evidence_run r JOIN evidence_retention t ON t.kind = r.kind WHERE r.payload_id = p.id),
    (SELECT keep_days FROM evidence_retention WHERE kind = 'telemetry')))
ORDER BY p.id LIMIT %s
"""


class StaleVersion(Exception):
    """Somebody else changed the policy first; `current` is the row as it is now."""

    def __init__(self, current: Retention) -> None:
        super().__init__(f"retention of {current.kind} is at version {current.version}")
        self.current = current


def change_retention(
    *, by: Actor, kind: EvidenceKind, keep_days: int, thin_to_s: int | None, drop_days: int | None, version: int
) -> Retention:  # fmt: skip
    """How long observations of a kind are kept; what is gone does not come back. Administrators of the whole organisation.

    Raises PermissionDenied, StaleVersion, ValidationError by field.
    """
    if not by.may(Action.CONFIGURE, EVERYTHING):
        raise PermissionDenied(_("Only an administrator of the whole organisation decides what is kept."))
    _check(keep_days, thin_to_s, drop_days)
    with acting(by):
        row = Retention.objects.select_for_update().get(kind=kind)
        if row.version != version:
            raise StaleVersion(row)
        if (row.keep_days, row.thin_to_s, row.drop_days) != (keep_days, thin_to_s, drop_days):
            row.keep_days, row.thin_to_s, row.drop_days = keep_days, thin_to_s, drop_days
            row.version, row.thinned_to = version + 1, None  # what was thinned is looked at again by the new policy
            row.save(update_fields=["keep_days", "thin_to_s", "drop_days", "version", "thinned_to"])
    return row


def tidy(*, by: Actor, now: datetime, budget_s: float, resumed: bool = False) -> bool:
    """Months ahead made, old ones dropped, files forgotten, days thinned; False if there is more than the time allows.

    Each day goes on where the last one ended; on the first of a month from the beginning, for what came late.
    """
    ends = time.monotonic() + budget_s
    if now.day == 1 and not resumed:
        Retention.objects.update(thinned_to=None)
    _make_months(now)
    for job in (_drop(by, now), _forget_files(now), _thin(by, now)):
        for _step in job:
            if time.monotonic() > ends:
                return False
    return True


def _check(keep_days: int, thin_to_s: int | None, drop_days: int | None) -> None:
    wrong = {}
    if not LEAST_DAYS <= keep_days <= MOST_DAYS:
        wrong["keep_days"] = _("From %(least)d to %(most)d days.") % {"least": LEAST_DAYS, "most": MOST_DAYS}
    if thin_to_s is not None and not LEAST_S <= thin_to_s <= MOST_S:
        wrong["thin_to_s"] = _("From %(least)d to %(most)d seconds.") % {"least": LEAST_S, "most": MOST_S}
    if drop_days is not None and not keep_days <= drop_days <= MOST_DAYS:
        wrong["drop_days"] = _("Not before the days in which all are kept, and at most %d days.") % MOST_DAYS
    if wrong:
        raise ValidationError(wrong)


def _make_months(now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pilotage_evidence_partitions(%s, %s)", [now, now + AHEAD])


def _drop(by: Actor, now: datetime) -> Iterator[None]:
    """Month by month, the oldest first; one that somebody reads for long waits for the next day."""
    for policy in Retention.objects.filter(drop_days__isnull=False).order_by("drop_days")[:1]:
        old = now.date() - timedelta(days=policy.drop_days or MOST_DAYS)
        for month in _months():
            if _next(month) <= old:
                _ask(by, "SELECT pilotage_evidence_drop(%s)", month)
                yield


def _thin(by: Actor, now: datetime) -> Iterator[None]:
    for policy in Retention.objects.filter(thin_to_s__isnull=False).order_by("kind"):
        last = now.astimezone(UTC).date() - timedelta(days=policy.keep_days)
        done = policy.thinned_to.astimezone(UTC).date() if policy.thinned_to else None
        for day in _days(done, last):
            _ask(by, "SELECT pilotage_evidence_thin(%s, %s)", policy.kind, day)
            yield


def _days(done: date | None, last: date) -> Iterator[date]:
    """Days of months that are there, before `last`, from `done` on."""
    for month in _months():
        day = month if done is None else max(month, done)
        while day < min(_next(month), last):
            yield day
            day += timedelta(days=1)


def _months() -> list[date]:
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS)
        return [month for (month,) in cursor.fetchall()]


def _next(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _ask(by: Actor, statement: str, *params: str | date) -> None:
    """One transaction; what is locked by somebody else is left for the next time."""
    try:
        with acting(by), connection.cursor() as cursor:
            cursor.execute(statement, params)
    except OperationalError as error:
        log.warning("evidence_not_tidied", asked=[str(one) for one in params], error=str(error).strip())


def _forget_files(now: datetime) -> Iterator[None]:
    """Clear the names in the rows, then take the files away; a file without a row is found by the sweep of orphans."""
    while names := _unnamed(now):
        for name in names:
            forget(name)
        yield


def _unnamed(now: datetime) -> list[str]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_FILES, [now, FILES_AT_ONCE])
            found = dict(cursor.fetchall())
        Payload.objects.filter(pk__in=found).update(stored_as="")
        Delivery.objects.filter(stored_as__in=found.values()).update(stored_as="")
    return list(found.values())
