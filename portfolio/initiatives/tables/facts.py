"""What the pages of one initiative say, as labels and values; an empty value is shown as unknown, never left out."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portfolio.formats.registers.words import folded
from portfolio.initiatives.choices import CLOSURE_LABELS, REASON_LABELS, VENUE_LABELS, DateKind, Status, TeamFunction
from portfolio.initiatives.models import RegisterRow
from portfolio.initiatives.queries.overview import Child, Overview
from portfolio.initiatives.rules import MONEY_FIELDS
from portfolio.initiatives.tables.rows import ROUTE_LABELS
from portfolio.kit.templatetags import ui_text

DATE_LABELS = {
    DateKind.INITIATED: gettext_lazy("Initiated"),
    DateKind.DEVELOPMENT_BEGAN: gettext_lazy("Development began"),
    DateKind.ARCHITECTURE_DECIDED: gettext_lazy("Architecture decided"),
    DateKind.MODEL_SELECTED: gettext_lazy("Model selected"),
    DateKind.INFRASTRUCTURE_COMMITTED: gettext_lazy("Infrastructure committed"),
    DateKind.SCALE_START: gettext_lazy("Scaling starts"),
    DateKind.IMPLEMENTED: gettext_lazy("Implemented"),
    DateKind.TARGET_PRODUCTION: gettext_lazy("Production planned for"),
    DateKind.RETIRED: gettext_lazy("Retired"),
}
FUNCTION_LABELS = {
    TeamFunction.IT_OPERATIONS: gettext_lazy("IT operations"),
    TeamFunction.DATA_SCIENCE: gettext_lazy("Data science"),
    TeamFunction.BUSINESS: gettext_lazy("Business"),
}
ANSWER_LABELS: dict[str, str | Promise] = {
    "infra_provisioned": gettext_lazy("Infrastructure provisioned"),
    "compute_request": gettext_lazy("Computing resources requested"),
    "dev_tools_wait": gettext_lazy("Waiting for development tools"),
    "timely_resources": gettext_lazy("Resources came in time"),
    "existing_reuse": gettext_lazy("Reuses something that exists"),
    "ato": gettext_lazy("Authorised to operate"),
    "documentation": gettext_lazy("Model documented"),
    "data_catalogue": gettext_lazy("Data in the catalogue"),
    "custom_code": gettext_lazy("Custom code"),
    "personal_data": gettext_lazy("Personal data"),
    "commercial_product": gettext_lazy("Commercial product"),
}
_ANSWER_ICONS = {"yes": "check", "no": "x", "partly": "circle-dashed", "other": "message"}
_ANSWER_WORDS = {
    "yes": gettext_lazy("Yes"),
    "no": gettext_lazy("No"),
    "partly": gettext_lazy("Partly"),
    "other": gettext_lazy("Other"),
}
_DEVELOPERS = {
    "in_house": gettext_lazy("In house"),
    "contract": gettext_lazy("By contract"),
    "both": gettext_lazy("In house and by contract"),
}


class Fact(NamedTuple):
    """One line of a panel; without `value` it is unknown."""

    label: Any
    value: Any = ""
    note: str = ""


def purpose(seen: Overview) -> list[Fact]:
    row = seen.initiative
    names = ("purpose", "outputs", "topic", "approach", "impact_level", "system_name")
    return [Fact(_label(row, name), getattr(row, name)) for name in names]


def infrastructure(seen: Overview) -> list[Fact]:
    row = seen.initiative
    venues = [
        Fact(label, "" if value == "unknown" else VENUE_LABELS[value])
        for label, value in (
            (_("Storage"), row.venue_storage),
            (_("Training"), row.venue_training),
            (_("Inference"), row.venue_inference),
        )
    ]
    contained = {"yes": _("Yes"), "no": _("No")}.get(row.containerised, "")
    return [*venues, Fact(_label(row, "containerised"), contained), Fact(_label(row, "orchestrator"), row.orchestrator)]


def procurement(seen: Overview) -> list[Fact]:
    row = seen.initiative
    route = "" if row.procurement_route == "unknown" else ROUTE_LABELS[row.procurement_route]
    return [
        Fact(_label(row, "procurement_route"), route),
        Fact(_label(row, "developed_by"), _DEVELOPERS.get(row.developed_by, "")),
        Fact(_label(row, "contract_numbers"), ", ".join(str(number) for number in row.contract_numbers)),
    ]


def dates(seen: Overview) -> list[dict[str, Any]]:
    """All kinds of dates in their usual order, known or not."""
    known = {child["kind"]: child for child in seen.dates}
    empty: Child = {"value": None, "precision": "unknown", "raw": "", "unread": ""}
    return [{"label": label, **known.get(kind.value, empty)} for kind, label in DATE_LABELS.items()]


def functions(seen: Overview) -> list[dict[str, Any]]:
    """The three functions with who stands for them; nobody is said."""
    known = {child["function"]: child["person"] or child["name"] for child in seen.functions}
    return [{"label": label, "who": known.get(function.value, "")} for function, label in FUNCTION_LABELS.items()]


def answers(seen: Overview) -> list[dict[str, Any]]:
    """Intake answers; a question that was not asked is absent."""
    made = []
    for question, answer in seen.initiative.answers.items():
        value, raw = (answer.get("value"), answer.get("raw")) if isinstance(answer, dict) else (answer, "")
        words = _ANSWER_WORDS.get(str(value))
        verdict = "not_applicable" if value == "not_applicable" else "unknown" if value in (None, "", "unknown") else ""
        text = "" if verdict else words or str(value)
        icon = _ANSWER_ICONS.get(str(value), "message")
        label = ANSWER_LABELS.get(question, question.replace("_", " ").capitalize())
        made.append(
            {"label": label, "verdict": verdict, "text": text, "icon": icon, "raw": "" if _says_the_same(raw, text) else raw}
        )
    return made


def _says_the_same(raw: Any, text: Any) -> bool:
    return not raw or folded(str(raw)) == folded(str(text))


def steps(seen: Overview, *, movable: bool) -> list[dict[str, Any]]:
    """The stages for the stepper, with the day each was last entered and the address that moves there."""
    row = seen.initiative
    here = row.stage.position if row.stage else 0
    entered = {stay["stage_id"]: stay for stay in reversed(seen.stays)}
    move = reverse("initiatives:stage", args=[row.pk])
    made = []
    for stage in seen.stages:
        state = "current" if stage["position"] == here else "done" if stage["position"] < here else "todo"
        stay = entered.get(stage["id"])
        note = ui_text.with_precision(stay["entered_on"], stay["entered_precision"]) if stay and state != "todo" else ""
        url = f"{move}?stage={stage['key']}" if movable and state != "current" else ""
        made.append({"label": stage["name"], "state": state, "url": url, "note": note})
    return made


def closed_line(seen: Overview) -> str:
    """`Stopped by decision, 21 Jun 2023: integration`; "" while it runs."""
    standing = next((child for child in seen.closures if not child["reopened_at"]), None)
    if seen.initiative.status != Status.CLOSED:
        return ""
    if standing is None:
        return _("Closed")
    day = ui_text.with_precision(standing["closed_on"], standing["precision"])
    return _("%(kind)s, %(day)s. Reason: %(reason)s") % {
        "kind": CLOSURE_LABELS[standing["kind"]], "day": day, "reason": REASON_LABELS[standing["reason"]],
    }  # fmt: skip


def stays(seen: Overview) -> list[dict[str, Any]]:
    """Stage history, newest first, with the days spent where both ends are known."""
    made = []
    for stay in seen.stays:
        begin, end = stay["entered_on"], stay["left_on"]
        exact = begin and end and stay["entered_precision"] == "day"
        made.append({**stay, "days": (end - begin).days if exact else None})
    return made


def closures(seen: Overview) -> list[dict[str, Any]]:
    return [
        {**child, "kind_label": CLOSURE_LABELS[child["kind"]], "reason_label": REASON_LABELS[child["reason"]]}
        for child in seen.closures
    ]


def register_cells(row: RegisterRow, *, hide_amounts: bool) -> dict[str, Any]:
    """The columns of the register's row: `read` (raw text, what it became, what could not be read), `kept` as raw text
    alone, and `empty` by name. Cells that are mapped to an amount are left out of `read` with `hide_amounts`."""
    targets: dict[str, list[str]] = {}
    for target, columns in _mapped(row).items():
        for column in columns:
            targets.setdefault(folded(column), []).append(target)
    notes: dict[str, list[str]] = {}
    for issue in row.issues:
        notes.setdefault(str(issue.get("column", "")), []).append(str(issue.get("reason", "")))
    cells: list[dict[str, Any]] = [
        {
            "column": column,
            "raw": text,
            "read": [{"target": target, "text": _read(row.fields, target)} for target in targets.get(folded(column), [])],
            "notes": notes.pop(column, []),
        }
        for column, text in row.raw.items()
        if not (hide_amounts and set(targets.get(folded(column), [])) & set(MONEY_FIELDS))
    ]
    hidden = [column for column in row.raw if hide_amounts and set(targets.get(folded(column), [])) & set(MONEY_FIELDS)]
    for column in hidden:
        notes.pop(column, None)
    cells += [{"column": column, "raw": "", "read": [], "notes": texts} for column, texts in notes.items()]
    return {
        "read": [cell for cell in cells if cell["read"] or cell["notes"]],
        "kept": [cell for cell in cells if not cell["read"] and not cell["notes"] and cell["raw"]],
        "hidden": hidden,
        "empty": [cell["column"] for cell in cells if not cell["read"] and not cell["notes"] and not cell["raw"]],
    }


def _mapped(row: RegisterRow) -> dict[str, list[str]]:
    """`{target: [columns]}` of the mapping that this row was read through, in whichever short form it was written."""
    mapping = row.register.mapping
    fields = mapping.get("fields", mapping.get("mapping", {}).get("fields", {}))
    made = {}
    for target, spec in fields.items():
        if isinstance(spec, dict):
            made[target] = list(spec.get("columns") or ([spec["column"]] if spec.get("column") else []))
        else:
            made[target] = [str(spec)]
    return made


def _read(fields: dict[str, Any], target: str) -> str:
    """What became of a cell, as text; "" where it is unknown. `answers.x` lies one level down, beside its raw wording."""
    head, _dot, question = target.partition(".")
    value = (fields.get(head) or {}).get(question) if question else fields.get(head)
    if isinstance(value, dict) and "precision" not in value:
        value = value.get("value")
    if value in (None, "", [], "unknown"):
        return ""
    if isinstance(value, dict):
        day = value.get("value")
        return ui_text.with_precision(date.fromisoformat(day), value["precision"]) if day else ""
    return ", ".join(str(item) for item in value) if isinstance(value, list) else str(value)


def _label(row: Any, name: str) -> str:
    text = str(row._meta.get_field(name).verbose_name)
    return text[:1].upper() + text[1:]
