"""Telling of waivers: to those who may approve one, and to those who asked for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from portfolio.activity.choices import NoticeKind
from portfolio.activity.services.notices import notify
from readiness.gates.choices import WaiverStep
from readiness.gates.models import Waiver, WaiverEvent
from readiness.gates.queries import recipients
from readiness.gates.services.notices.telling import Told, called, moment

_ASKING = (WaiverStep.PROPOSE, WaiverStep.EXTEND)
_DECIDED: Mapping[str, str] = {
    WaiverStep.APPROVE: "A waiver is approved (%(initiative)s): %(criterion)s",
    WaiverStep.REJECT: "A waiver is rejected (%(initiative)s): %(criterion)s",
    WaiverStep.REVOKE: "A waiver is revoked (%(initiative)s): %(criterion)s",
}


def _waiver(told: Told) -> Waiver | None:
    return Waiver.objects.select_related("initiative__unit").filter(pk=told.payload.get("waiver_id", 0)).first()


def _says(row: Waiver, people: Iterable[int | None], kind: NoticeKind, key: str, text: str, **more: Any) -> int:
    said = {"criterion": row.criterion_text.rstrip("."), "initiative": called(row.initiative)}
    return notify(
        people=people, kind=kind, key=key, text=text % said, url=reverse("gates:waiver", args=[row.pk]),
        initiative_id=row.initiative_id, **more,
    )  # fmt: skip


def asked(told: Told) -> int:
    row = _waiver(told)
    if row is None:
        return 0
    last = WaiverEvent.objects.filter(waiver=row, step__in=_ASKING).order_by("-id")[0]
    text = _("A waiver is asked for (%(initiative)s): %(criterion)s")
    people = recipients.approving(row, told.now)
    return _says(row, people, NoticeKind.WAIVER_ASKED, f"waiver-asked-{last.pk}", text, quote=last.reason)


def decided(told: Told) -> int:
    row = _waiver(told)
    if row is None:
        return 0
    steps = list(WaiverEvent.objects.filter(waiver=row).order_by("id"))
    last, text = steps[-1], _DECIDED.get(steps[-1].step)
    if text is None:  # it went on meanwhile; that tells by itself
        return 0
    people = {one.by_id for one in steps if one.step in _ASKING} | {row.initiative.owner_id}
    key = f"waiver-decided-{last.pk}"
    return _says(row, people, NoticeKind.WAIVER_DECIDED, key, _(text), quote=last.note, but=last.by_id)


def _ends(told: Told, text: str, key: str) -> int:
    row = _waiver(told)
    if row is None:
        return 0
    asked = WaiverEvent.objects.filter(waiver=row, step__in=_ASKING)
    people = {row.initiative.owner_id, *asked.values_list("by_id", flat=True)}
    key = f"waiver-{key}-{row.pk}-{row.expires_at:%Y%m%d%H%M}"
    return _says(row, people, NoticeKind.WAIVER_EXPIRING, key, text.replace("%(when)s", moment(row.expires_at)))


def expiring(told: Told) -> int:
    return _ends(told, _("A waiver expires on %(when)s (%(initiative)s): %(criterion)s"), "expiring")


def expired(told: Told) -> int:
    return _ends(told, _("A waiver has expired (%(initiative)s): %(criterion)s"), "expired")
