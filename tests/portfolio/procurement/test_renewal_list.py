"""The list beside the renewals calendar has pages; the calendar on each page tells everything."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from tests.people import Organisation

COUNT = 1200


@pytest.fixture
def many(organisation: Organisation) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procurement_purchase (unit_id, kind, title, amount, currency, starts_on, ends_on, renews)"
            " SELECT %s, 'order', 'Term ' || n, 1000, 'USD', current_date - 100, current_date + 1 + n %% 300, 'yes'"
            " FROM generate_series(1, %s) n",
            [organisation.units["Retail"].pk, COUNT],
        )


@pytest.mark.usefixtures("many")
def test_the_list_has_pages_and_the_calendar_has_everything(signed_in: Callable[[str], Client]) -> None:
    client = signed_in("Ada")
    titles: list[list[str]] = []
    for number in (1, 2, 24):
        text = client.get(f"/procurement/renewals/?page={number}").content.decode()
        listed = text[text.index('id="renewal-list"') :]
        titles.append(re.findall(r">(Term \d+)<", listed))
        counts = [int(n) for n in re.findall(r'<span class="soft num ms-auto">(\d+)</span>', text)]
        assert sum(counts) == COUNT
        assert (f"page={number + 1}" in text) is (number < 24)
    assert [len(page) for page in titles] == [50, 50, 50]
    assert len({title for page in titles for title in page}) == 150


@pytest.mark.usefixtures("many")
def test_a_page_of_many_renewals_is_no_book(signed_in: Callable[[str], Client]) -> None:
    assert len(signed_in("Ada").get("/procurement/renewals/").content) < 300_000
