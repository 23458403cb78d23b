"""Pages of the catalogues: the tables with what nobody has verified, the form of a row, import and export."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.accounts.rules import Actor
from portfolio.kit import clock
from readiness.workloads.forms import catalogue as forms
from readiness.workloads.models import Accelerator, CatalogueModel
from readiness.workloads.queries.catalogue import COLUMNS, KINDS, entry_rows, narrowed
from readiness.workloads.rules.catalogue import MOST_CHARACTERS
from readiness.workloads.services import catalogue as verbs
from readiness.workloads.tables import catalogue as tables

TITLES = {"accelerators": gettext_lazy("Accelerators"), "models": gettext_lazy("Models")}
FORMS: dict[type[Any], type[forms.EntryForm]] = {Accelerator: forms.AcceleratorForm, CatalogueModel: forms.ModelForm}
EXPORTS = {
    "csv": (tables.csv_export, "text/csv; charset=utf-8"),
    "json": (tables.json_export, "application/json"),
    "yaml": (tables.yaml_export, "application/yaml"),
}
ENDINGS = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".csv": "csv"}
ON_A_PAGE = 50


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def _kind(name: str) -> type[Any]:
    if name not in KINDS:
        raise Http404
    return KINDS[name]


def _require(request: HttpRequest) -> None:
    if not verbs.may_edit_catalogue(_actor(request)):
        raise PermissionDenied(_("Only architects and administrators of the whole organisation change the catalogues."))


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """The catalogues' own address leads to the first one."""
    return redirect("workloads:entries", "accelerators")


@require_safe
def entries(request: HttpRequest, name: str) -> HttpResponse:
    """One catalogue as a table, narrowed by the filter bar; what is no longer offered only if asked for."""
    kind = _kind(name)
    form = (forms.ModelFilterForm if kind is CatalogueModel else forms.CatalogueFilterForm)(request.GET)
    wanted = {key: value for key, value in form.cleaned_data.items() if value} if form.is_valid() else {}
    rows = entry_rows(kind)
    page = Paginator(narrowed(rows, **wanted), ON_A_PAGE).get_page(request.GET.get("page"))
    shown = tables.model_row if kind is CatalogueModel else tables.accelerator_row
    counts = {"all": rows.count(), "verified": rows.filter(verified=True).count()}
    context = {
        "name": name,
        "title": TITLES[name],
        "tabs": _tabs(name),
        "form": form,
        "page_obj": page,
        "rows": [shown(row) for row in page],
        "counts": counts,
        "may_edit": verbs.may_edit_catalogue(_actor(request)),
        "exports": list(EXPORTS),
    }
    return render(request, f"workloads/catalogue/{name}.html", context)


def _tabs(here: str) -> list[dict[str, Any]]:
    return [
        {"label": text, "url": reverse("workloads:entries", args=[key]), "active": key == here} for key, text in TITLES.items()
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def entry_new(request: HttpRequest, name: str) -> HttpResponse:
    """Add a row."""
    kind = _kind(name)
    _require(request)
    form = FORMS[kind](request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = verbs.add_entry(by=_actor(request), kind=kind, values=form.values())
            messages.success(request, _("%s is in the catalogue.") % made)
            return redirect("workloads:entries", name)
        except ValidationError as problem:
            form.blame(problem)
    return _form_page(request, name, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
def entry_edit(request: HttpRequest, name: str, key: str) -> HttpResponse:
    """Change a row, or mark it as no longer offered."""
    kind = _kind(name)
    _require(request)
    entry = get_object_or_404(kind, key=key)
    form = FORMS[kind](request.POST or None, entry=entry)
    if request.method == "POST" and form.is_valid():
        try:
            verbs.change_entry(by=_actor(request), entry=entry, values=form.values())
            messages.success(request, _("Saved. The change is in the audit trail."))
            return redirect("workloads:entries", name)
        except ValidationError as problem:
            form.blame(problem)
    return _form_page(request, name, form, entry)


def _form_page(request: HttpRequest, name: str, form: forms.EntryForm, entry: Any) -> HttpResponse:
    context = {"form": form, "entry": entry, "back": reverse("workloads:entries", args=[name]), "title": TITLES[name]}
    return render(request, "workloads/catalogue/form.html", context, status=422 if form.errors else 200)


@require_safe
def entries_export(request: HttpRequest, name: str, fmt: str) -> StreamingHttpResponse:
    """The whole catalogue as a file that the import takes back."""
    kind = _kind(name)
    if fmt not in EXPORTS:
        raise Http404
    write, content_type = EXPORTS[fmt]
    response = StreamingHttpResponse(write(entry_rows(kind).iterator(), COLUMNS[kind]), content_type=content_type)
    file_name = f"{name}-{clock.today().isoformat()}.{fmt}"
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def entries_import(request: HttpRequest, name: str) -> HttpResponse:
    """Add and change rows by a file: all of it, or nothing and the lines that cannot be taken."""
    kind = _kind(name)
    _require(request)
    form = forms.CatalogueImportForm(request.POST or None, request.FILES or None)
    report = None
    if request.method == "POST" and form.is_valid():
        report = _read(request, kind, form)
        if report is not None and not report.errors:
            told = _("%(added)d added, %(changed)d changed, %(same)d were the same.")
            messages.success(request, told % {part: len(getattr(report, part)) for part in ("added", "changed", "same")})
            return redirect("workloads:entries", name)
    context = {"form": form, "report": report, "name": name, "title": TITLES[name]}
    failed = request.method == "POST"
    return render(request, "workloads/catalogue/import.html", context, status=422 if failed else 200)


def _read(request: HttpRequest, kind: type[Any], form: forms.CatalogueImportForm) -> verbs.CatalogueImport | None:
    """What the file did; None with an error on the form where it cannot be read at all."""
    file = form.cleaned_data["file"]
    shape = next((fmt for ending, fmt in ENDINGS.items() if file.name.lower().endswith(ending)), None)
    if shape is None or file.size > MOST_CHARACTERS:
        form.add_error("file", _("Send a .yaml, .json or .csv file of at most 4 MB."))
        return None
    try:
        text = file.read().decode("utf-8")
    except UnicodeDecodeError:
        form.add_error("file", _("The file is not UTF-8 text."))
        return None
    return verbs.import_entries(by=_actor(request), kind=kind, text=text, form=shape)
