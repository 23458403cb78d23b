"""Comments on an initiative or a request: a panel by address, attachments as downloads."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.activity import queries
from portfolio.activity.forms import CommentForm
from portfolio.activity.models import Attachment
from portfolio.activity.services.comments import add_comment, remove_comment, require_removable
from portfolio.activity.views.access import PageRequest, get_comment, get_subject, page_of

SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
def comments(request: PageRequest, object_type: str, object_id: int) -> HttpResponse:
    """The panel that the object's page loads; a POST adds a comment. It is a page of its own where scripts are off."""
    subject = get_subject(request, object_type, object_id)
    assert subject.unit_id is not None, "what people comment on has a unit"
    unit = BusinessUnit.objects.get(pk=subject.unit_id)
    form = CommentForm(request.POST or None, request.FILES or None, unit=unit, demo=subject.demo)
    if request.method == "POST" and form.is_valid():
        try:
            add_comment(by=request.actor, subject=subject, url=page_of(subject), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Your comment is added."))
            if not request.htmx:
                return redirect(page_of(subject))
            form = CommentForm(unit=unit, demo=subject.demo)
    return _panel(request, subject, unit, form)


def _panel(request: PageRequest, subject: queries.Subject, unit: BusinessUnit, form: CommentForm) -> HttpResponse:
    may_clear = request.actor.may(Action.CONFIGURE, subject.unit_path)
    before = request.GET.get("before", "")
    shown, earlier = queries.comments_before(
        subject, int(before) if before.isdecimal() and len(before) < 19 else None, size=SHOWN
    )
    context = {
        "subject": subject,
        "page_url": page_of(subject),
        "rows": [{"comment": c, "removable": may_clear or c.author_id == request.actor.user_id} for c in shown],
        "earlier": earlier,
        "form": form if request.actor.may(Action.COMMENT, unit.path) else None,
    }
    template = "activity/comments_panel.html" if request.htmx else "activity/comments.html"
    return render(request, template, context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: PageRequest, pk: int) -> HttpResponse:
    """Ask once, then take a comment down."""
    comment, subject = get_comment(request, pk)
    require_removable(by=request.actor, comment=comment, unit_path=subject.unit_path)
    if request.method == "POST":
        remove_comment(by=request.actor, comment=comment, unit_path=subject.unit_path)
        messages.success(request, _("The comment is taken down."))
        return redirect(page_of(subject))
    context = {
        "title": _("Take the comment down?"),
        "text": _("Nobody sees it here any more. The audit trail keeps that it was there."),
        "action": reverse("activity:comment-remove", args=[comment.pk]),
        "submit": _("Take it down"),
        "danger": True,
        "cancel_url": page_of(subject),
    }
    return render(request, "ui/confirm_page.html", context)


@require_safe
def attachment(request: PageRequest, pk: int) -> FileResponse:
    """A file as a download, never shown in the browser: its type is not believed."""
    found: Attachment | None = queries.visible_attachment(request.actor, pk)
    if found is None or not found.file.storage.exists(found.file.name):
        raise Http404
    response = FileResponse(
        found.file.open("rb"), as_attachment=True, filename=found.name, content_type="application/octet-stream"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
