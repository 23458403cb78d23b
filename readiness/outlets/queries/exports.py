"""A person's own exports with their last file, and who may open one."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from readiness.outlets.choices import FileState
from readiness.outlets.models import Export, ExportFile
from readiness.outlets.rules.rights import covered

MOST = 12  # files that are listed of one export


@dataclass(frozen=True)
class Listed:
    """An export with its newest files, each with whether its owner may open it."""

    export: Export
    files: list[tuple[ExportFile, bool]]


def exports(actor: Actor) -> QuerySet[Export]:
    found: QuerySet[Export] = Export.objects.own(actor)
    return found


def listed(actor: Actor) -> list[Listed]:
    """Two statements."""
    rows = {row.pk: Listed(row, []) for row in exports(actor).order_by("name", "pk")}
    for one in ExportFile.objects.filter(export__in=rows).order_by("-due_on", "-pk"):
        files = rows[one.export_id].files
        if len(files) < MOST:
            files.append((one, opens(actor, one)))
    return list(rows.values())


def opens(actor: Actor, file: ExportFile) -> bool:
    """Whether it is there, and its owner still holds the rights that it was made under."""
    seen = covered(file.view_paths, actor.paths(Action.VIEW)) and covered(file.money_paths, actor.paths(Action.MONEY))
    return file.state == FileState.READY and seen
