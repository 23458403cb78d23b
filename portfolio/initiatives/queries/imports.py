"""Reads over registers and imports: the report of a run, its rows, what waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, F, Max, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.formats.registers.mapping_export import mapping_to_data
from portfolio.formats.registers.profiles import load_profile
from portfolio.initiatives.choices import RowOutcome, RunState
from portfolio.initiatives.models import ImportRow, ImportRun, Register, RegisterRow
from portfolio.initiatives.rules import MONEY_FIELDS
from portfolio.outbox.models import Job

COUNTED = ("created", "updated", "unchanged", "rejected")


def report(run: ImportRun) -> dict[str, Any]:
    """The whole account of a run as data: counts, what is missing, every rejected row and every unread cell.

    rows = created + updated + unchanged + rejected.
    """
    counts = run.counts
    rejected, unread, repeats = _issues(run)
    return {
        "file": run.file_name,
        "sha256": run.sha256,
        "register": run.plan.get("register", ""),
        "state": run.state,
        "as_of": run.as_of.isoformat() if run.as_of else None,
        **{name: counts.get(name, 0) for name in ("rows", *COUNTED, "missing", "newly_missing", "returned")},
        "rejected_rows": rejected,
        "unread_cells": unread,
        "repeats": repeats,
        "notes": run.notes,
    }


def told_until(register: Register) -> date | None:
    """The newest day that a published import of the register tells of; one that names none tells of its day of publishing."""
    days = ImportRun.objects.filter(register=register, state=RunState.PUBLISHED)
    newest: date | None = days.aggregate(newest=Max(Coalesce("as_of", TruncDate("finished_at"))))["newest"]
    return newest


def rows_of(run: ImportRun, outcome: str = "") -> QuerySet[ImportRow]:
    """Staged rows in file order; of one outcome, or with `issues` those that say something."""
    rows = ImportRow.objects.filter(run=run).order_by("line", "id")
    if outcome == "issues":
        return rows.exclude(issues=[])
    return rows.filter(outcome=outcome) if outcome else rows


def issue_lines(run: ImportRun) -> Iterator[dict[str, Any]]:
    """`{line, kind, field, column, value, reason}` of every issue of the run's file, in file order.

    After publishing, rows that the file left unchanged are gone from staging: what they say stands in the register.
    """
    for row in rows_of(run).exclude(issues=[]).values("line", "issues").iterator(chunk_size=2_000):
        for issue in row["issues"]:
            yield {
                "line": row["line"],
                "kind": issue["kind"],
                "field": issue["target"],
                "column": issue["column"],
                "value": issue["value"],
                "reason": issue["reason"],
            }


def _issues(run: ImportRun) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {"rejected": [], "unread": [], "repeat": []}
    for issue in issue_lines(run):
        found[issue.pop("kind")].append(issue)
    return found["rejected"], found["unread"], found["repeat"]


def given_up_on(run: ImportRun) -> bool:
    """Whether a job of the run used up its attempts, so that only an administrator gets it going again."""
    jobs = Job.objects.filter(handler__in=("initiatives.stage_import", "initiatives.publish_import"), payload__import_id=run.pk)
    return jobs.filter(dead_at__isnull=False).exists()


def register_rows_of(initiative_id: int) -> QuerySet[RegisterRow]:
    """What registers say of an initiative: raw values beside their interpretation."""
    return RegisterRow.objects.filter(initiative_id=initiative_id).select_related("register", "run")


def first_rows(run: ImportRun, count: int = 20) -> list[ImportRow]:
    """The first staged rows that land, for raw beside interpreted."""
    return list(rows_of(run).exclude(outcome=RowOutcome.REJECTED)[:count])


class MoneyMask(NamedTuple):
    """Columns and fields of a run's rows that the reader may not see; empty for those who hold money there."""

    columns: frozenset[str]
    targets: frozenset[str]


def money_mask(actor: Actor, run: ImportRun) -> MoneyMask:
    """What to leave out of rows shown to `actor`: the columns that the mapping reads amounts from."""
    if actor.may(Action.MONEY, run.unit.path if run.unit else EVERYTHING):
        return MoneyMask(frozenset(), frozenset())
    fields = run.mapping.get("fields", {})
    columns = {column for target in MONEY_FIELDS for column in fields.get(target, {}).get("columns", ())}
    return MoneyMask(frozenset(columns), frozenset(MONEY_FIELDS))


def row_shape(row: ImportRow, mask: MoneyMask) -> dict[str, Any]:
    """A staged row as data; masked cells and fields are None."""
    return {
        "line": row.line,
        "outcome": row.outcome,
        "key": row.key,
        "raw": {name: None if name in mask.columns else cell for name, cell in row.raw.items()},
        "fields": {name: None if name in mask.targets else value for name, value in row.fields.items()},
        "issues": [issue | ({"value": ""} if issue["target"] in mask.targets else {}) for issue in row.issues],
        "changed": row.changed,
        "initiative_id": None if row.outcome in (RowOutcome.REJECTED, RowOutcome.PENDING) else row.initiative_id,
    }


def profile_shape(name: str) -> dict[str, Any]:
    """A built-in profile as data: title, mapping with its value maps, lifecycle."""
    profile = load_profile(name)
    stages = [{"key": stage.key, "name": stage.name, "kind": stage.kind} for stage in profile.lifecycle.stages]
    return {
        "name": profile.name,
        "title": profile.title,
        "as_of": profile.as_of,
        "mapping": mapping_to_data(profile.mapping),
        "lifecycle": {"key": profile.lifecycle.key, "name": profile.lifecycle.name, "stages": stages},
    }


def register_rows(actor: Actor) -> QuerySet[Register, dict[str, Any]]:
    """Visible registers as plain rows; `count` initiatives, of which `missing` are not in the latest import."""
    annotated = Register.objects.visible_to(actor).annotate(
        unit_name=F("unit__name"),
        lifecycle_key=F("lifecycle__key"),
        count=Count("initiatives"),
        missing=Count("initiatives", filter=Q(initiatives__missing_since__isnull=False)),
    )
    return annotated.values(
        "id", "name", "unit_id", "unit_name", "profile", "key_rule", "lifecycle_key", "count", "missing", "mapping",
        "created_at",
    )  # fmt: skip
