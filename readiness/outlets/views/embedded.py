"""What an address of a panel answers: a small page without scripts that certain other pages may frame, and only this one."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe

from portfolio.kit import clock
from readiness.outlets.services.panels.showing import TooOften, open_panel
from readiness.outlets.tables.panels import panel_context

MOST = 100  # characters of a secret
SCHEMES = ("light", "dark")


@sensitive_variables("secret")
@login_not_required
@require_safe
def embedded(request: HttpRequest, secret: str) -> HttpResponse:
    """Whoever guesses learns nothing: every other answer is the same 404. No session is read and no cookie is set."""
    timezone.deactivate()  # whoever looks may be signed in elsewhere; the panel is the same for everybody
    try:
        shown = open_panel(secret, clock.now()) if len(secret) <= MOST else None
    except TooOften as often:
        return _headed(HttpResponse(status=429, headers={"Retry-After": str(often.retry_after_s)}), [])
    if shown is None:
        raise Http404
    scheme = request.GET.get("scheme", "")
    home = settings.BASE_URL.rstrip("/") + reverse("portfolio")
    context = panel_context(shown) | {"scheme": scheme if scheme in SCHEMES else "", "home": home}
    return _headed(HttpResponse(render_to_string("outlets/embedded.html", context)), shown.panel.origins)


def _headed(response: HttpResponse, origins: list[str]) -> HttpResponse:
    """Framing is for `origins` alone. X-Frame-Options knows no list, so it is left out and the policy says it."""
    response.xframe_options_exempt = True
    response._csp_config = {  # type: ignore[attr-defined]
        "default-src": ["'none'"], "style-src": ["'self'"], "img-src": ["'self'"], "base-uri": ["'none'"],
        "form-action": ["'none'"], "frame-ancestors": origins or ["'none'"],
    }  # fmt: skip
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
