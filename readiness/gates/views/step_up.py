"""Step-up sign-in: before a decision the person confirms with their password that it is them.

allauth keeps when that was last done (ACCOUNT_REAUTHENTICATION_TIMEOUT) and limits how often it may be tried. The password is
asked in the form of the decision itself, so that nothing that was typed is lost on a way to another page and back.
"""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows import reauthentication
from allauth.core import ratelimit
from django.utils.translation import gettext as _

from readiness.gates.forms.deciding import PasswordForm
from readiness.gates.views.access import PageRequest


def password_form(request: PageRequest, data: Any = None) -> PasswordForm | None:
    """None where it was confirmed lately, or where there is no password to confirm with (allauth's own rule)."""
    return None if reauthentication.did_recently_reauthenticate(request) else PasswordForm(data)


def confirmed(request: PageRequest, form: PasswordForm | None) -> bool:
    """Whether it is them; what is wrong stands on the form. A password that holds counts for the next minutes."""
    if form is None:
        return True
    if not form.is_valid():
        return False
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        form.add_error("password", _("Too many attempts; wait a few minutes and try again. What you typed stays."))
        return False
    if not request.user.check_password(form.cleaned_data["password"]):
        form.add_error("password", _("This is not your password."))
        return False
    reauthentication.reauthenticate_by_password(request)
    return True
