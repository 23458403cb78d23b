"""API tokens: made here, shown once, revoked at once."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from portfolio.accounts import queries, services
from portfolio.accounts.choices import SCOPE_LABELS, Action
from portfolio.accounts.forms import TokenForm
from portfolio.accounts.models import ApiToken
from portfolio.accounts.views.access import PageRequest, blame, page_of
from portfolio.kit import clock


@require_safe
def tokens(request: PageRequest) -> HttpResponse:
    """One's own tokens; `?whose=all` shows administrators those of everybody in their units."""
    actor = request.actor
    administers = actor.may_somewhere(Action.CONFIGURE)
    everybody = administers and request.GET.get("whose") == "all"
    rows = queries.managed_tokens(actor) if everybody else queries.tokens_of(request.user.pk)
    page = page_of(rows, request)
    tabs = [
        {"label": _("Mine"), "url": reverse("accounts:tokens"), "active": not everybody, "count": None},
        {"label": _("Everybody's"), "url": "?whose=all", "active": everybody, "count": None},
    ]
    context = {
        "page": page,
        "rows": [_row(token) for token in page],
        "tabs": tabs if administers else [],
        "everybody": everybody,
        "may_create": actor.may_somewhere(Action.TOKEN),
    }
    return render(request, "accounts/tokens.html", context)


@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: PageRequest) -> HttpResponse:
    """Make a token for oneself. The answer to the POST shows the secret; nothing keeps it, so there is no redirect."""
    if not request.actor.may_somewhere(Action.TOKEN):
        raise PermissionDenied(_("Your roles do not allow making tokens."))
    form = TokenForm(request.POST or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        try:
            token, secret = services.create_token(by=request.actor, user=request.user, **form.cleaned_data)
        except (ValidationError, PermissionDenied) as error:
            blame(form, error if isinstance(error, ValidationError) else ValidationError(str(error)))
        else:
            response = render(request, "accounts/token_made.html", {"token": _row(token), "secret": secret})
            response["Cache-Control"] = "no-store, private"
            return response
    return render(request, "accounts/token_form.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: PageRequest, key: str) -> HttpResponse:
    """Ask once, then end the token: one's own, or any of one's units as administrator."""
    reachable = queries.managed_tokens(request.actor) | queries.tokens_of(request.user.pk)
    token = get_object_or_404(reachable, pk=key)
    if request.method == "POST":
        services.revoke_token(by=request.actor, token=token)
        messages.success(request, _("%(name)s is revoked; its next request is refused.") % {"name": token.name})
        return redirect("accounts:tokens")
    context = {
        "title": _("Revoke %(name)s?") % {"name": token.name},
        "text": _("Whatever uses this token stops working at its next request. It cannot be undone; make a new one instead."),
        "action": reverse("accounts:token-revoke", args=[token.pk]),
        "submit": _("Revoke the token"),
        "danger": True,
        "cancel_url": reverse("accounts:tokens"),
    }
    return render(request, "ui/confirm_page.html", context)


def _row(token: ApiToken) -> dict[str, object]:
    state = "revoked" if token.revoked_at else "expired" if token.expiry <= clock.now() else "active"
    labels = {scope.value: label for scope, label in SCOPE_LABELS.items()}
    return {
        "pk": token.pk,
        "name": token.name,
        "maker": token.user,
        "prefix": token.token_key,
        "scopes": [{"name": scope, "label": labels.get(scope, scope)} for scope in token.scopes],
        "unit": token.unit,
        "created": token.created,
        "expiry": token.expiry,
        "last_used_at": token.last_used_at,
        "revoked_at": token.revoked_at,
        "state": state,
    }
