"""Files that were delivered before, by their digests."""

from __future__ import annotations

from collections.abc import Iterable

from portfolio.accounts.rules import Actor
from readiness.evidence.choices import DeliveryState, Way
from readiness.evidence.models import Delivery

READ = (DeliveryState.QUEUED, DeliveryState.RUNNING, DeliveryState.DONE, DeliveryState.PARTLY)


def delivered_before(actor: Actor, digests: Iterable[str]) -> dict[str, Delivery]:
    """The newest visible delivery of each file that was taken or still waits, by SHA-256."""
    wanted = [one for one in digests if one]
    rows = Delivery.objects.visible_to(actor).filter(sha256__in=wanted, way__in=(Way.UPLOAD, Way.PUSH), state__in=READ)
    return {row.sha256: row for row in rows.order_by("id")} if wanted else {}
