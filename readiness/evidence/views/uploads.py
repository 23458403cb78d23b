"""The drop zone: what a file is, shown before anything is kept; then keeping it, and on to its delivery."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portfolio.accounts.choices import Action
from portfolio.initiatives.forms.fields import add_errors
from portfolio.kit import clock
from readiness.connectors.registry import IMPORTERS
from readiness.evidence.forms.subject import Subjects
from readiness.evidence.forms.uploads import MOST_FILES, UploadForm
from readiness.evidence.models import Delivery
from readiness.evidence.queries.uploads import delivered_before
from readiness.evidence.services.previews import MOST_BYTES, preview
from readiness.evidence.services.uploads import inspect_upload
from readiness.evidence.services.uploads import upload as keep
from readiness.evidence.tables import uploads as tables
from readiness.evidence.tables.frame import tabs
from readiness.evidence.views.access import PageRequest
from readiness.evidence.views.bringing import may_bring, start
from readiness.workloads.queries.catalogue import accelerators

MEGABYTE = 2**20
COUNTED = 5  # files whose runs are counted for a look; each is read by a process of its own
HEX = 64


@require_http_methods(["GET", "POST"])
def upload(request: PageRequest) -> HttpResponse:
    """Choose files, see what they are, say what they are evidence of, keep them. Without scripts `look` is a step of its own."""
    subjects = Subjects(request.actor, Action.BRING)
    form = UploadForm(
        request.POST or None, request.FILES or None, subjects=subjects,
        accelerators=accelerators().values_list("name", flat=True), initial=start(request, subjects),
    )  # fmt: skip
    context: dict[str, Any] = {
        "tabs": tabs("upload"), "form": form, "limit": settings.EVIDENCE_MAX_BYTES // MEGABYTE, "most": MOST_FILES,
        "formats": sorted(IMPORTERS, key=lambda one: one.label.casefold()), "may_bring": may_bring(request, subjects),
    }  # fmt: skip
    if request.method == "POST":
        _require(context["may_bring"])
        if "look" in request.POST:
            return render(request, "evidence/upload.html", context | _looked(request, form))
        if form.is_valid() and (made := _kept(request, form)):
            return redirect(_after(made))
    return render(request, "evidence/upload.html", context, status=422 if form.errors else 200)


@require_POST
def inspect(request: PageRequest) -> HttpResponse:
    """What the beginnings of files say; `size` and `sha256` of each whole file as its sender tells them."""
    _require(may_bring(request, Subjects(request.actor, Action.BRING)))
    files = request.FILES.getlist("file")[:MOST_FILES]
    return render(request, "evidence/upload_seen.html", _seen(request, files))


@require_safe
def subjects(request: PageRequest) -> HttpResponse:
    """The options of the choice of workloads, narrowed by what is typed."""
    action = Action.EVIDENCE if request.GET.get("for") == Action.EVIDENCE else Action.BRING
    found = Subjects(request.actor, action).workloads(request.GET.get("find", "")[:200])
    chosen = request.GET.get("workload", "")
    return render(request, "evidence/upload_subjects.html", {"found": found, "chosen": chosen})


def _require(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied(_("You may not bring evidence in: there is nothing of yours that it could be about."))


def _looked(request: PageRequest, form: UploadForm) -> dict[str, Any]:
    """Without scripts: what was found, and the form as it was typed; the browser forgets the files, so they are chosen again."""
    files = request.FILES.getlist("file")[:MOST_FILES]
    for name in list(form.errors):
        if name != "file":
            del form.errors[name]
    return _seen(request, files) | {"again": bool(files)}


def _seen(request: PageRequest, files: list[UploadedFile]) -> dict[str, Any]:
    sizes, digests = request.POST.getlist("size"), request.POST.getlist("sha256")
    whole = [_number(sizes, place, file.size or 0) == (file.size or 0) for place, file in enumerate(files)]
    told = [_digest(file) if whole[place] else _hex(digests, place) for place, file in enumerate(files)]
    before, shown = delivered_before(request.actor, told), []
    for place, file in enumerate(files):
        found = inspect_upload(file)
        size = _number(sizes, place, file.size or 0)
        counted = preview(file) if whole[place] and place < COUNTED and found.candidates else None
        shown.append(tables.seen(found, size, counted, before.get(told[place])))
    return {"seen": shown, "says": tables.headline(shown) if shown else ""}


def _number(told: list[str], place: int, otherwise: int) -> int:
    text = told[place] if place < len(told) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else otherwise


def _hex(told: list[str], place: int) -> str:
    text = told[place].lower() if place < len(told) else ""
    return text if len(text) == HEX and set(text) <= set("0123456789abcdef") else ""


def _digest(file: UploadedFile) -> str:
    """Of a small file, for a look."""
    if (file.size or 0) > MOST_BYTES:
        return ""
    digest = hashlib.sha256(file.read()).hexdigest()
    file.seek(0)
    return digest


def _kept(request: PageRequest, form: UploadForm) -> list[Delivery]:
    """Each file by itself: one that is refused keeps none of the others back."""
    made: list[Delivery] = []
    now = clock.now()
    for file in form.cleaned_data["file"]:
        try:
            made.append(
                keep(
                    by=request.actor,
                    file=file,
                    now=now,
                    environment=form.declared(),
                    note=form.cleaned_data["note"],
                    **form.about_what(),
                )
            )
        except ValidationError as problem:
            _refused(request, form, file, problem)
    if made:
        text = ngettext("%d file is kept and is being read.", "%d files are kept and are being read.", len(made)) % len(made)
        messages.success(request, text)
        for error in form.errors.get("file", []):
            messages.error(request, str(error))
    return made


def _refused(request: PageRequest, form: UploadForm, file: UploadedFile, problem: ValidationError) -> None:
    """What stands in the way of a file is said of the file, what stands in the way of all beside its field."""
    of_file = problem.message_dict.get("file") if hasattr(problem, "error_dict") else None
    if of_file:
        form.add_error("file", f"{file.name}: {' '.join(of_file)}")
    elif not form.errors:
        add_errors(form, problem)


def _after(made: list[Delivery]) -> str:
    """The one delivery, or the list of all of them."""
    if len(made) == 1:
        return reverse("evidence:delivery", args=[made[0].pk])
    return f"{reverse('evidence:deliveries')}?{urlencode({'ids': ','.join(str(one.pk) for one in made)})}"
