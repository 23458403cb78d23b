"""What risk, links of imports and outlets keep, in a set of the walk: figures, what-ifs, amounts at stake, and files, panels and
letters of one person of the unit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from portfolio.accounts.models import BusinessUnit
from portfolio.finance.choices import Category
from portfolio.finance.services.commitments import add_commitment
from portfolio.finance.services.lines import add_line
from portfolio.initiatives.choices import ClosureKind, ReasonCode
from portfolio.initiatives.models import ImportRun, Initiative, LinkProposal, LinkSearch
from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.initiatives.services.lifecycle_moves import close_initiative
from portfolio.kit import clock
from portfolio.outbox.services import enqueue
from readiness.outlets.choices import Every, Format, PanelKind, Weekday, What
from readiness.outlets.models import Export, ExportFile, Letter, Panel, Sheet
from readiness.outlets.queries.panels import digest_of
from readiness.outlets.services.exports.planning import plan_export
from readiness.outlets.services.letters.wanting import want_letter
from readiness.outlets.services.sheets.asking import ask_sheet
from readiness.risk.choices import Occasion
from readiness.risk.models import Scenario
from readiness.risk.services.scenarios import keep_scenario
from readiness.risk.services.scoring import score_now
from readiness.risk.services.showing import note_shown
from readiness.risk.services.spending import keep_spending
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.importing import publish, row, stage, write_csv
from tests.readiness.outlets.work import run_jobs

# Who has files made of the unit, and panels and letters: of both a person who sees no other one.
OWNERS = {"Stores": "Iris", "Logistics": "Lars"}
OUTLOOK = (ImportRun, LinkProposal, Scenario, Sheet, Panel, Letter, Export, ExportFile)
TODAY = clock.today()


@dataclass(frozen=True)
class Outlook:
    """`crossing` pairs a row of this set's import with an initiative of the other unit; `secret` opens the panel."""

    owner: str
    scenario: Scenario
    sheet: Sheet
    panel: Panel
    secret: str
    letter: Letter
    export: Export
    file: ExportFile
    run: ImportRun
    link: LinkProposal
    crossing: LinkProposal | None = None


def plant_outlook(organisation: Organisation, initiative: Initiative, word: str, amount: Decimal, folder: Path) -> Outlook:
    """What-if, files, panel and letter are of whoever OWNERS names for the unit."""
    where, owner = initiative.unit, OWNERS[initiative.unit.name]
    by, now = organisation.actor(owner), clock.now()
    _spend(initiative, amount)
    _end(where, word)
    note_shown(occasion=Occasion.REVIEW, about=1, on=TODAY, figures={initiative.pk: {"value": 0.4, "note": word}})
    scenario = keep_scenario(
        by=by, initiative=initiative, name=f"{word} supposition", note=f"{word} supposed", changes={"answer.no_reuse": "yes"},
        base="0" * 64, shared=True,
    )  # fmt: skip
    panel = Panel.objects.create(  # as administrators make them
        owner=organisation.people[owner], unit=where, name=f"{word} panel", kind=PanelKind.ALL,
        expires_at=now + timedelta(days=30), origins=[f"https://{word.lower()}.example.org"], digest=digest_of(f"{word}-secret"),
    )  # fmt: skip
    export = plan_export(
        by=by, name=f"{word} table", what=What.INITIATIVES, format_=Format.CSV, every=Every.WEEK, query="", about=f"{word} about",
        keep_days=30, mail=True, today=TODAY,
    )  # fmt: skip
    sheet = ask_sheet(by=by, query="", about=f"{word} filters")[-1]
    letter = want_letter(by=by, weekday=Weekday.MONDAY, unit=None)
    file = ExportFile.objects.create(export=export, due_on=TODAY)
    enqueue("outlets.make_export", {"file_id": file.pk})
    enqueue("outlets.write_letter", {"letter_id": letter.pk, "day": str(TODAY)})
    run = _register(where, word, folder)
    known = Initiative.objects.get(name=f"{word} registered")
    return Outlook(owner, scenario, sheet, panel, f"{word}-secret", letter, export, file, run, _pair(run, known))


def cross(own: Outlook, other: Outlook) -> Outlook:
    """An initiative that went to another unit since: the pair is hidden from those who see the import and not that unit."""
    return replace(own, crossing=_pair(own.run, other.link.initiative))


def work_off() -> None:
    """Figures of a fortnight ago and of today, and everything that jobs make of them."""
    now = clock.now()
    score_now(demo=False, why="test", today=TODAY - timedelta(days=14), now=now - timedelta(days=14))
    score_now(demo=False, why="test", today=TODAY, now=now, refit=True)
    keep_spending(demo=False, today=TODAY, now=now)
    for handler in ("outlets.make_sheet", "outlets.make_export", "outlets.write_letter"):
        assert run_jobs(handler) > 1


def _spend(initiative: Initiative, amount: Decimal) -> None:
    """Spent, planned and promised, in the reporting currency: sums of the unit begin with the same digits."""
    said: dict[str, Any] = {"by": SYSTEM, "initiative": initiative, "category": Category.COMPUTE, "currency": "USD"}
    past, ahead = TODAY - timedelta(days=90), TODAY + timedelta(days=1)
    add_line(period_start=past, period_end=TODAY - timedelta(days=1), planned=amount, actual=amount, label="Past", **said)
    add_line(period_start=ahead, period_end=ahead + timedelta(days=90), planned=amount, actual=None, label="Ahead", **said)
    add_commitment(
        label="Lease", amount=amount + 8, starts_on=past, ends_on=ahead, non_cancellable_until=ahead, **said,
    )  # fmt: skip


def _register(where: BusinessUnit, word: str, folder: Path) -> ImportRun:
    """One that was published, and a newer snapshot in preview with another id."""
    path = folder / f"{word}.csv"
    named = {"Unit": f"{word} office", "Purpose": f"{word} purpose", "Tags": "", "Value": ""}
    publish(write_csv(path, [row(1, Name=f"{word} registered", **named)]), unit=where, register=f"{word}-register")
    return stage(write_csv(path, [row(2, Name=f"{word} newer", **named)]), unit=where, register=f"{word}-register")


def _pair(run: ImportRun, initiative: Initiative) -> LinkProposal:
    LinkSearch.objects.get_or_create(run=run, defaults={"state": "done"})
    line = run.rows.order_by("line")[0]
    return LinkProposal.objects.create(
        run=run, line=line.line, key=line.key, initiative=initiative, score=0.9, parts={"name": 0.9}, best=True
    )


def _end(where: BusinessUnit, word: str) -> None:
    """One that was stopped this week, after a year."""
    began = TODAY - timedelta(days=400)
    row = create_initiative(by=SYSTEM, unit=where, name=f"{word} ended", entered_on=began)
    close_initiative(
        by=SYSTEM, initiative=row, kind=ClosureKind.STOPPED, reason=ReasonCode.COST, lesson=f"{word} lesson", closed_on=TODAY
    )
