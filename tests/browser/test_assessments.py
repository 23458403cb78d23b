"""Assessments in a real browser: what scripts add to forms must not take from what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from django.urls import reverse
from playwright.sync_api import BrowserContext, expect

from portfolio.initiatives.choices import Status
from readiness.assessments.models import Assessment
from tests.browser.conftest import Site

Open = Callable[..., BrowserContext]


@pytest.fixture
def assessed(site: Site, django_db_blocker: Any) -> list[tuple[int, str]]:
    """Ids and keys of two running initiatives with an assessment that is still open."""
    with django_db_blocker.unblock():
        rows = Assessment.objects.filter(initiative__status=Status.ACTIVE, closed_at=None, initiative__demo=True)
        found = list(rows.order_by("initiative").values_list("initiative", "initiative__key").distinct()[:2])
        connections.close_all()
    assert len(found) == 2, "the demo has fewer than two open assessments"
    return found


def test_two_keys_are_enough_to_compare_although_four_fields_are_offered(
    open_as: Open, assessed: list[tuple[int, str]]
) -> None:  # fmt: skip
    page = open_as().new_page()
    page.goto(reverse("assessments:compare"))
    fields = page.locator("main [name=key]")
    for place, (_pk, key) in enumerate(assessed):
        fields.nth(place).fill(key)
    page.get_by_role("button", name="Compare").click()
    for _pk, key in assessed:
        expect(page.locator("main table").first).to_contain_text(key)
    assert page.url.endswith("&".join(f"key={key}" for _pk, key in assessed).join(["?", ""]))


def test_the_keyboard_finds_the_questions_from_anywhere(open_as: Open, assessed: list[tuple[int, str]]) -> None:
    page = open_as().new_page()
    page.goto(reverse("assessments:initiative", args=[assessed[0][0]]), wait_until="networkidle")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    first = page.locator("[data-question]").first
    assert first.evaluate("question => question.contains(document.activeElement)")
    page.keyboard.press("j")
    assert page.locator("[data-question]").nth(1).evaluate("question => question.contains(document.activeElement)")
    page.keyboard.press("k")
    page.keyboard.press("2")
    expect(first.locator("input[type=radio]:checked")).to_have_attribute("data-key", "2")
