"""What the pages of imports say."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portfolio.procurement.choices import ImportState, Outcome
from portfolio.procurement.models import RegisterImport, RegisterImportRow

STATES: dict[str, Any] = {
    ImportState.UPLOADED: gettext_lazy("waits for its mapping"), ImportState.READING: gettext_lazy("being read"),
    ImportState.PREVIEW: gettext_lazy("waits to be published"), ImportState.PUBLISHING: gettext_lazy("being published"),
    ImportState.PUBLISHED: gettext_lazy("published"), ImportState.CANCELLED: gettext_lazy("cancelled"),
    ImportState.FAILED: gettext_lazy("could not be read"),
}  # fmt: skip
OUTCOMES: dict[str, Any] = {
    Outcome.CREATED: (gettext_lazy("new"), "met"), Outcome.UPDATED: (gettext_lazy("changed"), "warning"),
    Outcome.UNCHANGED: (gettext_lazy("unchanged"), "not_applicable"), Outcome.REJECTED: (gettext_lazy("rejected"), "not_met"),
}  # fmt: skip
SHOWN_FIELDS = 6


def run_row(run: RegisterImport) -> dict[str, Any]:
    route = "procurement:import_mapping" if run.state == ImportState.UPLOADED else "procurement:import"
    return {"run": run, "url": reverse(route, args=[run.pk]), "state_label": STATES[run.state]}


def figures(run: RegisterImport) -> list[dict[str, Any]]:
    """Counts that add up: rows = new + changed + unchanged + rejected."""
    counts = run.counts
    if not counts:
        return []
    total = _("of %d rows") % counts.get("rows", 0)
    names = (
        ("created", _("New")), ("updated", _("Changed")), ("unchanged", _("Unchanged")), ("rejected", _("Rejected")),
        ("reported", _("Landed with a remark")),
    )  # fmt: skip
    return [{"label": label, "value": str(counts.get(name, 0)), "base": total} for name, label in names]


def notes(run: RegisterImport) -> list[str]:
    """What is to be said of the file as a whole."""
    said = []
    for note in run.notes:
        if note["kind"] == "unmapped_columns":
            said.append(_("Columns that fill nothing: %s.") % ", ".join(note["columns"]))
        elif note["kind"] == "blank_rows":
            said.append(ngettext("%d row is blank.", "%d rows are blank.", note["rows"]) % note["rows"])
        elif note["kind"] == "new_vendors":
            count = len(note["names"])
            said.append(ngettext("%d new vendor is made.", "%d new vendors are made.", count) % count)
    return said


def read_row(row: RegisterImportRow) -> dict[str, Any]:
    """A read row: what it says, what is put aside, and why."""
    label, tone = OUTCOMES[row.outcome]
    shown = list(row.raw.items())[:SHOWN_FIELDS]
    return {"row": row, "label": label, "tone": tone, "raw": shown, "issues": row.issues, "changed": ", ".join(row.changed)}


def show_tabs(run: RegisterImport, which: str) -> list[dict[str, Any]]:
    labels = (("reported", _("Rejected and remarked")), ("changes", _("What it writes")), ("all", _("Every row")))
    return [{"label": label, "url": f"?show={key}", "active": key == which} for key, label in labels]
