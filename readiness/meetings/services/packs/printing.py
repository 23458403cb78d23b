"""A frozen pack becomes a file: under a name that it has from the beginning, so that a second try leaves nothing beside it."""

from __future__ import annotations

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from portfolio.accounts.rules import system
from portfolio.kit import clock
from portfolio.kit.acting import acting
from readiness.meetings.choices import PRINTED, PackState
from readiness.meetings.models import Pack
from readiness.meetings.services.packs.rendering.parent import Printed


def begin(pack_id: int) -> Pack | None:
    """The pack to print; None where it is printed already."""
    with acting(system("meetings")):
        waiting = Pack.objects.filter(pk=pack_id).exclude(state__in=PRINTED)
        waiting.update(state=PackState.RENDERING, error="")
    return waiting.select_related("meeting").first()


def put(pack: Pack, made: Printed) -> None:
    """The file in its place, before the row says that it is there."""
    default_storage.delete(pack.stored_as)
    default_storage.save(pack.stored_as, ContentFile(made.content))


def keep(pack: Pack, made: Printed) -> None:
    """In the transaction that finishes the job."""
    with acting(system("meetings")):
        Pack.objects.filter(pk=pack.pk).exclude(state__in=PRINTED).update(
            state=PackState.READY, sha256=hashlib.sha256(made.content).hexdigest(), size_bytes=len(made.content),
            pages=made.pages, printed_at=clock.now(),
        )  # fmt: skip


def refuse(pack: Pack, why: str) -> None:
    with acting(system("meetings")):
        Pack.objects.filter(pk=pack.pk).exclude(state__in=PRINTED).update(state=PackState.FAILED, error=why[:1000])
