"""Step-up sign-in: before a decision the person confirms with their password that it is them.

allauth keeps when that was last done (ACCOUNT_REAUTHENTICATION_TIMEOUT); failures count and lock as those at the door do. The
password is asked in the form of the decision itself, so that nothing that was typed is lost on a way to another page and back.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows import reauthentication
from django.core.exceptions import ValidationError
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
    try:
        user = get_adapter(request).authenticate(request, email=request.user.email, password=form.cleaned_data["password"])
    except ValidationError as problem:  # tried too often; what was typed stays
        form.add_error("password", problem)
        return False
    if user is None or user.pk != request.user.pk:
        form.add_error("password", _("This is not your password."))
        return False
    reauthentication.reauthenticate_by_password(request)
    return True
