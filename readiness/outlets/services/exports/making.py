"""Files of exports whose day has come: asked for by the clock, made by a job under today's rights, removed after their days."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portfolio.accounts.choices import Action
from portfolio.accounts.queries import actor_for
from portfolio.accounts.rules import system
from portfolio.activity.services.letters import address
from portfolio.activity.services.mails import queue_mail
from portfolio.kit.acting import acting
from portfolio.kit.templatetags.ui_text import grouped
from portfolio.outbox.services import enqueue
from readiness.meetings.services.packs.contents.words import day
from readiness.outlets.choices import Every, FileState, Format, What
from readiness.outlets.models import Export, ExportFile
from readiness.outlets.rules.exports import next_on
from readiness.outlets.services.exports.writing import Written, written

HANDLER = "outlets.make_export"
FROM_HOUR = 5
PATIENCE = timedelta(hours=6)  # longer than all attempts of a job together


class NotMade(Exception):
    """There will be no file; the text says why. Trying again gives the same answer."""


def schedule_exports(now: datetime) -> int:
    """One file and job for each export that is due, from five in the morning on; returns how many."""
    local = timezone.localtime(now)
    today = local.date()
    if local.hour < FROM_HOUR:
        return 0
    with acting(system("outlets")):
        due = Export.objects.filter(paused_at=None, next_on__lte=today, owner__is_active=True)
        rows = list(due.select_for_update(skip_locked=True, of=("self",)).order_by("pk"))
        for row in rows:
            file, made = ExportFile.objects.get_or_create(export=row, due_on=today)
            if made:
                enqueue(HANDLER, {"file_id": file.pk})
            Export.objects.filter(pk=row.pk).update(next_on=next_on(Every(row.every), today))
    return len(rows)


def begin(file_id: int) -> ExportFile | None:
    """The file to make; None where it is made, or its export is gone."""
    return ExportFile.objects.filter(pk=file_id, state=FileState.ASKED).select_related("export__owner").first()


def produce(file: ExportFile) -> tuple[Written, dict[str, Any]]:
    """Its bytes under the rights that its owner has now, and those rights as the row keeps them. Raises NotMade."""
    export = file.export
    actor = actor_for(export.owner)
    if not export.owner.is_active or not actor.may_somewhere(Action.VIEW):
        raise NotMade(_("Your roles show nothing of it any more."))
    if actor.showing_demo != export.demo:
        raise NotMade(_("Another portfolio is shown by now: the demo goes where a real one begins. Plan it anew."))
    try:
        made = written(actor, What(export.what), Format(export.format), export.query)
    except ValueError as problem:
        raise NotMade(_("Its filters are understood no more: %s") % problem) from problem
    money = list(actor.paths(Action.MONEY)) if made.money else []
    return made, {"view_paths": list(actor.paths(Action.VIEW)), "money_paths": money}


def put(file: ExportFile, made: Written) -> None:
    """The bytes in their place, before the row says that they are there."""
    default_storage.delete(file.stored_as)
    default_storage.save(file.stored_as, ContentFile(made.content))


def keep(file: ExportFile, made: Written, paths: dict[str, Any], now: datetime) -> None:
    """In the transaction that finishes the job, with the mail that tells of it."""
    export, until = file.export, file.due_on + timedelta(days=file.export.keep_days)
    _told(
        file, state=FileState.READY, sha256=hashlib.sha256(made.content).hexdigest(), size_bytes=len(made.content),
        rows=made.rows, made_at=now, kept_until=until, error="", **paths,
    )  # fmt: skip
    if export.mail:
        rows = ngettext("%s initiative", "%s initiatives", made.rows) % grouped(made.rows)
        text = _("%(name)s of %(day)s is there: %(rows)s, kept until %(until)s.") % {
            "name": export.name, "day": day(file.due_on), "rows": rows, "until": day(until),
        }  # fmt: skip
        _mail(file, _("Export: %s") % export.name, text, reverse("outlets:export_file", args=[export.pk, file.pk]))


def refuse(file: ExportFile, why: str) -> None:
    _told(file, state=FileState.FAILED, error=why[:1000])
    if file.export.mail:
        subject = _("Export not made: %s") % file.export.name
        _mail(file, subject, _("It could not be made: %s") % why, reverse("outlets:exports"))


def remove_old(now: datetime) -> int:
    """Files whose days are over lose their bytes; their rows tell that they were there."""
    today = timezone.localdate(now)
    with acting(system("outlets")):
        over = list(ExportFile.objects.filter(state=FileState.READY, kept_until__lt=today).select_for_update(skip_locked=True))
        ExportFile.objects.filter(pk__in=[one.pk for one in over]).update(state=FileState.REMOVED)
        transaction.on_commit(lambda: forget(one.stored_as for one in over))
    return len(over)


def give_up(now: datetime) -> int:
    """As of pages: what failed in every attempt is told, and its mail says so."""
    late = ExportFile.objects.filter(state=FileState.ASKED, asked_at__lt=now - PATIENCE).select_related("export__owner")
    rows = list(late.select_for_update(skip_locked=True, of=("self",)))
    for row in rows:
        refuse(row, _("It failed in every attempt; administrators find why under Background work."))
    return len(rows)


def forget(stored: Iterable[str]) -> None:
    """Delete these files."""
    for name in stored:
        default_storage.delete(name)


def _mail(file: ExportFile, subject: str, text: str, path: str) -> None:
    """Where it is, never the file: who opens it is asked for their rights then."""
    stop = _("Pause or delete it: ") + address(reverse("outlets:exports"))
    queue_mail(
        key=f"export:{file.pk}:{file.state}", to=file.export.owner.email, subject=subject,
        text=f"{text}\n\n{address(path)}\n\n-- \n{stop}\n", demo=file.export.demo,
    )  # fmt: skip


def _told(file: ExportFile, **values: Any) -> None:
    with acting(system("outlets")):
        ExportFile.objects.filter(pk=file.pk, state=FileState.ASKED).update(**values)
