"""Packs of meetings that are planned as in world.py."""

from __future__ import annotations

from portfolio.outbox import services as outbox
from portfolio.outbox.models import Job
from readiness.meetings.choices import Variant
from readiness.meetings.models import Meeting, Pack
from readiness.meetings.services.packs import printing
from readiness.meetings.services.packs.making import make_pack
from readiness.meetings.services.packs.rendering.parent import Printed
from readiness.meetings.tasks import render_pack
from tests.people import Organisation
from tests.readiness.meetings.world import actor


def made(organisation: Organisation, meeting: Meeting, name: str = "Paula") -> dict[Variant, Pack]:
    """The next version, not printed yet."""
    return {Variant(pack.variant): pack for pack in make_pack(by=actor(organisation, name), meeting=meeting)}


def run_jobs(handler: str = "meetings.render_pack") -> int:
    """As a worker does, one after the other."""
    count = 0
    for job in Job.objects.filter(handler=handler, done_at=None).order_by("pk"):
        held = outbox.claim(job.pk)
        assert held is not None
        outbox.run(held, render_pack)
        count += 1
    return count


def printed(organisation: Organisation, meeting: Meeting) -> dict[Variant, Pack]:
    """The next version, printed."""
    packs = made(organisation, meeting)
    run_jobs()
    found = {variant: Pack.objects.get(pk=pack.pk) for variant, pack in packs.items()}
    assert not any(pack.error for pack in found.values()), [pack.error for pack in found.values()]
    return found


def stamped(organisation: Organisation, meeting: Meeting) -> dict[Variant, Pack]:
    """The next version with files that nobody printed: for what happens around the print, at a hundredth of its time."""
    packs = made(organisation, meeting)
    for variant, pack in packs.items():
        sheet = Printed(f"%PDF-1.7 {variant} {meeting.pk} {pack.number}".encode(), 3)
        printing.put(pack, sheet)
        printing.keep(pack, sheet)
    return {variant: Pack.objects.get(pk=pack.pk) for variant, pack in packs.items()}
