"""One import as a page: progress while it works, the preview before publishing, the report afterwards."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import EVERYTHING
from portfolio.initiatives.choices import LinkSearchState, RowOutcome, RunState
from portfolio.initiatives.forms.import_mapping import target_label
from portfolio.initiatives.models import ImportRun, LinkSearch
from portfolio.initiatives.queries import imports as reads
from portfolio.initiatives.queries.lists import page_number
from portfolio.initiatives.views.access import PageRequest
from portfolio.initiatives.views.imports import get_run
from portfolio.kit.cells import csv_lines

WORKING = (RunState.STAGING, RunState.PUBLISHING)
ISSUE_COLUMNS = ("line", "kind", "field", "column", "value", "reason")
_ROWS = 25
_KINDS = {"": "", "rejected": "rejected", "unread": "unread", "repeat": "repeat"}


@require_safe
def import_run(request: PageRequest, pk: int) -> HttpResponse:
    """Where the import stands; the rows that say something come first."""
    run = get_run(request, pk)
    if run.state == RunState.UPLOADED and _may_act(request, run):
        return redirect("initiatives:import_mapping", pk=pk)
    context: dict[str, Any] = {
        "run": run,
        "links": _links(run),
        "headline": _headline(run),
        "working": run.state in WORKING,
        "given_up": reads.given_up_on(run) if run.state in WORKING else False,
        "progress": _progress(run),
        "may_act": _may_act(request, run),
        "notes": [note for note in run.notes if note["kind"] != "file"],
        "source": next((note for note in run.notes if note["kind"] == "file"), None),
        "register_name": run.plan.get("register", ""),
    }
    if run.counts and run.state in (RunState.PREVIEW, RunState.PUBLISHED):
        context |= {"figures": _figures(run), **_rows(request, run)}
    return render(request, "initiatives/imports/run.html", context)


def _links(run: ImportRun) -> LinkSearch | None:
    """The search for links, if there is or may be anything to link."""
    search: LinkSearch | None = getattr(run, "link_search", None)
    return search if search and (search.rows_total or search.state != LinkSearchState.DONE) else None


def _may_act(request: PageRequest, run: ImportRun) -> bool:
    return request.actor.may(Action.IMPORT, run.unit.path if run.unit else EVERYTHING)


def _headline(run: ImportRun) -> str:
    lands: int = sum(run.counts.get(name, 0) for name in ("created", "updated"))
    if run.state == RunState.PREVIEW:
        if not lands:
            return _("This file says nothing new")
        return ngettext("%s initiative would be written", "%s initiatives would be written", lands) % grouped(lands)
    if run.state == RunState.PUBLISHED:
        return ngettext("%s initiative was written", "%s initiatives were written", lands) % grouped(lands)
    return {
        RunState.STAGING: _("The file is being read"),
        RunState.PUBLISHING: _("The register is being written"),
        RunState.CANCELLED: _("Given up; nothing of it is in the register"),
        RunState.FAILED: _("The file could not be used; nothing of it is in the register"),
    }.get(RunState(run.state), "")


def grouped(count: int) -> str:
    return number_format(count, use_l10n=True, force_grouping=True)


def _progress(run: ImportRun) -> dict[str, Any]:
    reading = run.state == RunState.STAGING
    return {
        "url": reverse("initiatives:import_progress", args=[run.pk]),
        "state": "running" if run.state in WORKING else "done",
        "label": _("Reading %s: %s rows so far") % (run.file_name, grouped(run.rows_done))
        if reading
        else _("Writing the register"),
        "done": run.rows_done,
        "total": run.rows_total if reading else None,
    }


@require_safe
def import_progress(request: PageRequest, pk: int) -> HttpResponse:
    """The progress bar again; when the work is over, the whole page."""
    run = get_run(request, pk)
    if not request.htmx:
        return redirect("initiatives:import", pk=pk)
    if run.state not in WORKING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "ui/progress.html", {"id": "progress-of-import", **_progress(run)})


def _figures(run: ImportRun) -> list[dict[str, Any]]:
    counts = run.counts
    base = _("of %s rows") % grouped(counts["rows"])
    here = reverse("initiatives:import", args=[run.pk])
    listed = run.register_id and reverse("initiatives:list") + "?" + urlencode({"register": run.register_id})
    missing = _("%d newly, %d came back") % (counts["newly_missing"], counts["returned"])
    return [
        {"label": _("New"), "value": counts["created"], "base": base, "url": f"{here}?show=created"},
        {"label": _("Changed"), "value": counts["updated"], "base": base, "url": f"{here}?show=updated"},
        {"label": _("As before"), "value": counts["unchanged"], "base": base},
        {"label": _("Rejected"), "value": counts["rejected"], "base": base, "url": f"{here}?show=rejected"},
        {"label": _("Not in this file"), "value": counts["missing"], "base": missing, "url": listed or ""},
    ]


def _rows(request: PageRequest, run: ImportRun) -> dict[str, Any]:
    """One page of the run's rows, of the kind that is asked for, amounts masked for those who may not see them."""
    shown = request.GET.get("show", "")
    if shown not in ("issues", "created", "updated", "unchanged", "rejected"):
        shown = "rejected" if run.counts["rejected"] else "issues" if run.counts.get("unread") else "created"
    number = page_number(request.GET.get("page", ""))
    mask = reads.money_mask(request.actor, run)
    found = list(reads.rows_of(run, shown)[(number - 1) * _ROWS : number * _ROWS + 1])
    rows = [_row(run, reads.row_shape(row, mask)) for row in found[:_ROWS]]
    here = reverse("initiatives:import", args=[run.pk])
    address = f"{here}?show={shown}&page="
    return {
        "rows": rows,
        "shown": shown,
        "tabs": _tabs(run, here, shown),
        "previous_url": f"{address}{number - 1}" if number > 1 else "",
        "next_url": f"{address}{number + 1}" if len(found) > _ROWS else "",
    }


def _tabs(run: ImportRun, here: str, shown: str) -> list[dict[str, Any]]:
    labels = {
        "rejected": _("Rejected"), "issues": _("With remarks"), "created": _("New"), "updated": _("Changed"),
    }  # fmt: skip
    return [
        {"label": label, "url": f"{here}?show={key}", "active": key == shown, "count": run.counts.get(key)}
        for key, label in labels.items()
    ]


def _row(run: ImportRun, row: dict[str, Any]) -> dict[str, Any]:
    """A row for display: raw cells beside what was read of them."""
    columns = {target: spec["columns"] for target, spec in run.mapping.get("fields", {}).items()}
    read = []
    for target, names in columns.items():
        question = target.removeprefix("answers.")
        value = row["fields"].get("answers", {}).get(question, {}).get("value") if "answers." in target else None
        value = value if value is not None else row["fields"].get(target)
        raw = " · ".join(str(row["raw"].get(name) or "") for name in names if row["raw"].get(name))
        if raw or value:
            read.append({"field": target_label(target), "raw": raw, "read": _plain(value), "new": target in row["changed"]})
    return row | {
        "read": read,
        "label": RowOutcome(row["outcome"]).value,
        "name": row["fields"].get("name") or next(iter(row["raw"].values()), ""),
        "changed_labels": [target_label(name) for name in row["changed"] if name != "stage_raw"],
    }


def _plain(value: Any) -> str:
    if isinstance(value, dict) and "precision" in value:
        return f"{value['value']} ({value['precision']})" if value["value"] else ""
    if isinstance(value, list):
        return " / ".join(str(each) for each in value)
    return "" if value is None else str(value)


@require_safe
def import_report(request: PageRequest, pk: int) -> HttpResponse:
    """The whole account as a JSON file, the same as the command writes."""
    run = get_run(request, pk)
    told = reads.report(run)
    hidden = reads.money_mask(request.actor, run).targets
    for name in ("rejected_rows", "unread_cells"):
        told[name] = [issue | ({"value": ""} if issue["field"] in hidden else {}) for issue in told[name]]
    body = json.dumps(told, ensure_ascii=False, indent=1)
    answer = HttpResponse(body, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="import-{run.pk}.json"'
    return answer


@require_safe
def import_issues(request: PageRequest, pk: int) -> HttpResponseBase:
    """Rejected rows and unread cells as CSV, with cells that no spreadsheet runs."""
    run = get_run(request, pk)
    hidden = reads.money_mask(request.actor, run).targets
    kind = _KINDS.get(request.GET.get("kind", ""), "")
    lines = (
        ["" if name == "value" and issue["field"] in hidden else issue[name] for name in ISSUE_COLUMNS]
        for issue in reads.issue_lines(run)
        if not kind or issue["kind"] == kind
    )
    answer = StreamingHttpResponse(csv_lines(ISSUE_COLUMNS, lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="import-{run.pk}-issues.csv"'
    return answer
