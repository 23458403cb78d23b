"""Rows for the pages of risk and of what leaves the cockpit, of which the demo has none: the walker's own."""

from __future__ import annotations

from typing import Any

from django.utils.module_loading import import_string

from portfolio.accounts.models import User
from portfolio.accounts.queries import actor_for
from portfolio.initiatives.models import ImportRun, Initiative, LinkProposal, LinkSearch
from portfolio.kit import clock
from portfolio.outbox import services as outbox
from portfolio.outbox.choices import HANDLERS
from portfolio.outbox.models import Job
from readiness.outlets.choices import Every, Format, PanelKind, Weekday, What
from readiness.outlets.models import Export, ExportFile, Letter, Panel, Sheet
from readiness.outlets.services.exports.planning import plan_export
from readiness.outlets.services.letters.wanting import stop_mark, want_letter
from readiness.outlets.services.panels.making import make_panel
from readiness.outlets.services.sheets.asking import ask_sheet
from readiness.risk.models import ReferenceStatistic, Scenario
from readiness.risk.services.computing import compute

Arguments = dict[str, Any]
# Addresses of the same pages with something chosen on them, which shows more of the page than the bare address.
CHOSEN: dict[str, tuple[str, ...]] = {
    "risk:initiative": ("replay=1", "job={job}"), "risk:what_if": ("answer.no_reuse=partly", "scenario={scenario}"),
    "risk:what_if_compare": ("scenario={scenario}&scenario={other}",), "risk:spending": ("threshold=100000", "q=no-such-word"),
    "risk:funding": ("by=value_per_risk&top=5&threshold=100000",), "risk:cohorts": ("q=no-such-word",),
    "portfolio": ("q=no-such-word", "stage=pilot"), "outlets:export_plan": ("stage=pilot",), "outlets:sheets": ("stage=pilot",),
    "outlets:embedded": ("scheme=dark",), "initiatives:import_links": ("show=confirmed",),
}  # fmt: skip


def prepare(person: User) -> None:
    """What a page of outlets lists: two sheets, a panel, a letter, an export with its file; pairs that an import may link."""
    by, now = actor_for(person), clock.now()
    ask_sheet(by=by, query="stage=pilot", about="Stage: Pilot")
    want_letter(by=by, weekday=Weekday.MONDAY, unit=None)
    make_panel(by=by, name="For the wiki", kind=PanelKind.ALL, unit=None, money=True, origins=(), days=30, now=now)
    export = plan_export(
        by=by, name="Weekly table", what=What.INITIATIVES, format_=Format.CSV, every=Every.WEEK, query="", about="",
        keep_days=30, mail=False, today=clock.today(),
    )  # fmt: skip
    outbox.enqueue("outlets.make_export", {"file_id": ExportFile.objects.create(export=export, due_on=clock.today()).pk})
    for handler in ("outlets.make_sheet", "outlets.make_export"):
        _work_off(handler)
    compute(by=by, initiative=_scored())
    _pairs(ImportRun.objects.get(state="preview"))


def _work_off(handler: str) -> None:
    for job in Job.objects.filter(handler=handler, done_at=None, dead_at=None).order_by("pk"):
        held = outbox.claim(job.pk)
        assert held is not None
        outbox.run(held, import_string(HANDLERS[handler].path))


def _pairs(run: ImportRun) -> None:
    """Rows of the file beside initiatives: alike, less alike, and against one another in a field."""
    LinkSearch.objects.create(run=run, state="done", rows_done=2, rows_total=2, known=2)
    known = Initiative.objects.filter(status="active").order_by("id")
    parts = {"name": 0.93, "text": 0.4, "office": -1, "date": 1, "link": None}
    for place, (row, initiative) in enumerate(zip(run.rows.order_by("line"), known, strict=False)):
        LinkProposal.objects.create(
            run=run, line=row.line, key=row.key, initiative=initiative, score=0.95 - place / 5, parts=parts, best=place == 0
        )


def _scored() -> Initiative:
    """One in flight, which has a figure."""
    row: Initiative = Initiative.objects.filter(status="active", risk_standing__isnull=False).order_by("id")[0]
    return row


def risk(page: str, wanted: tuple[str, ...]) -> Arguments:
    rows: Arguments = {
        "pk": _scored().pk, "key": ReferenceStatistic.objects.order_by("key")[0].key, "fmt": "csv", "name": "learn",
        "job": _job(),
    }  # fmt: skip
    if page == "model_job":
        rows["name"] = "backtest"
    return rows | ({"pk": _scenarios()[0].pk} if page.startswith("scenario") else {})


def _job() -> int:
    return int(Job.objects.filter(handler="risk.score").latest("pk").pk)


def _scenarios() -> list[Scenario]:
    values = {"changes": {"answer.no_reuse": "partly"}, "base": "0" * 64, "created_by": User.objects.order_by("id")[0]}
    names = ("More reuse", "Yet more reuse, under a name that takes two lines where there is little room")
    of: dict[str, Any] = {"initiative": _scored(), "shared": True, "defaults": values}
    return [Scenario.objects.get_or_create(name=name, **of)[0] for name in names]


def outlets(page: str, wanted: tuple[str, ...]) -> Arguments:
    """What the walker has. The secret of a panel is told once, so that one is made for it."""
    if page == "embedded":
        by = actor_for(Panel.objects.order_by("pk")[0].owner)
        made = make_panel(
            by=by, name="Wall", kind=PanelKind.ALL, unit=None, money=True, origins=["https://wiki.example.org"], days=7,
            now=clock.now(),
        )  # fmt: skip
        return {"secret": made[1]}
    rows: dict[str, Any] = {"sheet": Sheet, "panel": Panel, "export": Export}
    model = rows.get(page.partition("_")[0])
    found = {"mark": stop_mark(Letter.objects.order_by("pk")[0]), "file": ExportFile.objects.order_by("pk")[0].pk}
    return found | ({"pk": model.objects.order_by("pk")[0].pk} if model else {})


def chosen(name: str) -> list[str]:
    """Queries for a page."""
    values = {"job": _job()} | dict(zip(("scenario", "other"), (one.pk for one in _scenarios()), strict=True))
    return [query.format(**values) for query in CHOSEN.get(name, ())]
