"""A vendor whose name says that it is another one's arm: its page proposes the parent, and a person says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.procurement.models import Vendor
from portfolio.procurement.queries.pickers import parent_proposal
from tests.people import Organisation
from tests.portfolio.procurement.people import officer, sell

pytestmark = pytest.mark.django_db
PROPOSED = "may be an arm of"


def test_the_page_proposes_the_parent_and_one_who_buys_says_so(
    organisation: Organisation, signed_in: Callable[[str], Client]
) -> None:  # fmt: skip
    officer(organisation)
    accenture, arm = sell("Accenture"), sell("Accenture Federal Services LLC")
    client, page = signed_in("Petra"), f"/procurement/vendors/{arm.pk}/"
    text = client.get(page).content.decode()
    edit = f"{page}edit/?parent={accenture.pk}"
    assert PROPOSED in text and edit in text
    assert PROPOSED not in signed_in("Vera").get(page).content.decode(), "who may not change it is asked nothing"
    assert f'<option value="{accenture.pk}" selected>' in client.get(edit).content.decode()
    arm.refresh_from_db()
    assert arm.parent is None, "a proposal is never taken by itself"
    form = {"name": arm.name, "parent": str(accenture.pk), "note": "", "version": str(arm.version)}
    assert client.post(edit, form).status_code == 302
    arm.refresh_from_db()
    assert arm.parent == accenture
    assert PROPOSED not in client.get(page).content.decode()


def test_nothing_is_proposed_where_the_name_says_nothing_or_it_would_be_a_circle(organisation: Organisation) -> None:
    accenture, lone = sell("Accenture"), sell("Contoso Federal LLC")
    with CaptureQueriesContext(connection) as queries:
        assert parent_proposal(accenture) is None
    assert len(queries) == 0, "the known vendors are not asked for"
    assert parent_proposal(lone) is None
    above = sell("Accenture Federal Services LLC")
    assert parent_proposal(above) == accenture
    Vendor.objects.filter(pk=accenture.pk).update(parent=above)
    assert parent_proposal(above) is None
    Vendor.objects.filter(pk=accenture.pk).update(parent=None, demo=True)
    assert parent_proposal(above) is None, "demo and real do not mix"
