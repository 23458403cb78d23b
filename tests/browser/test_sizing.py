"""The sizing page in a real browser: it answers while one types, its address says the same, and a form is enough."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from django.urls import reverse
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Site
from tests.browser.objects import arguments

Open = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def address(site: Site, django_db_blocker: Any) -> str:
    with django_db_blocker.unblock():
        found = reverse("sizing:workload", kwargs=arguments("sizing:workload", ("pk",)))
        connections.close_all()
    return found


def test_the_answer_follows_what_is_typed_and_the_address_says_the_same(open_as: Open, address: str) -> None:
    page = open_as().new_page()
    page.goto(address)
    before = page.inner_text("#sentence")
    field = page.locator("#in-peak_factor")
    field.fill("9999")
    expect(page).to_have_url(re.compile(r"\?peak_factor=9999$"))
    expect(page.locator("#says-peak_factor")).to_contain_text("supposed")
    expect(field).to_be_focused()
    assert page.inner_text("#sentence") != before
    typed = page.inner_text("#sentence")
    field.fill("many")
    expect(page.locator("#says-peak_factor")).to_contain_text("no number")
    expect(field).to_have_value("many")
    again = open_as().new_page()
    again.goto(f"{address}?peak_factor=9999")
    assert again.inner_text("#sentence") == typed
    again.click("text=Back to what is stored")
    assert again.inner_text("#sentence") == before


def test_without_scripts_the_same_form_answers_with_a_button(open_as: Open, address: str) -> None:
    page = open_as(java_script_enabled=False).new_page()
    page.goto(address)
    before = page.inner_text("#sentence")
    page.fill("#in-peak_factor", "9999")
    page.click("text=Size it")
    expect(page).to_have_url(re.compile(r"\?peak_factor=9999$"))
    assert page.inner_text("#sentence") != before
    assert page.locator("#in-peak_factor").input_value() == "9999"
