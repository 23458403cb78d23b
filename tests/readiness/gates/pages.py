"""What the tests of the pages of gates share: gatekeepers who sign in, and a decision's form as a browser sends it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

from django.test import Client

from readiness.gates.models import Review
from tests.people import PASSWORD, Organisation
from tests.readiness.gates.deciding_world import NAMES, add_people

HX = {"HX-Request": "true"}
SignIn = Callable[[str], Client]
_HIDDEN = re.compile(r'<input type="hidden"\s+name="(\w+)"\s+value="([^"]*)"')


def with_panel(organisation: Organisation) -> Organisation:
    """The four gatekeepers of Retail, each with a password."""
    add_people(organisation, NAMES)
    for name in NAMES:
        organisation.people[name].set_password(PASSWORD)
        organisation.people[name].save()
    return organisation


def page(client: Client, path: str, status: int = 200, headers: dict[str, str] | None = None) -> str:
    """The text of a page, whole or as a fragment."""
    answer = client.get(path, headers=headers)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.content.decode()


def hidden(text: str) -> dict[str, str]:
    """The hidden fields of the decision's form."""
    form = text[text.index('id="decide"') :]
    return {name: html.unescape(value) for name, value in _HIDDEN.findall(form)}


def decide(client: Client, review: Review, outcome: str, **given: Any) -> Any:
    """Open the form, fill it in and send it, password and all."""
    path = f"/gates/reviews/{review.pk}/decide/"
    sent = hidden(page(client, path)) | {"outcome": outcome, "reason": "As discussed.", "password": PASSWORD} | given
    return client.post(path, sent)
