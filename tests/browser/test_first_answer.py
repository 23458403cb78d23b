"""The way of somebody who has never seen the product: from an initiative without a workload to the first honest answer.

The pictures of the way are kept under var/, in screenshots/.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from portfolio.initiatives.choices import Status
from portfolio.initiatives.models import Initiative
from readiness.workloads.models import Workload
from tests.browser.conftest import Site

Open = Callable[..., BrowserContext]
ANSWER = re.compile(r"You need .*You do not know .*do not buy", re.DOTALL)
MOST_CLICKS, NUMBERS = 5, {"People who will use it": "2500", "Requests per person and day": "8"}


@pytest.fixture
def bare(site: Site, django_db_blocker: Any) -> int:
    """A running initiative that nobody has said anything of production for."""
    with django_db_blocker.unblock():
        said = Workload.objects.values("initiative")
        found = Initiative.objects.filter(demo=True, status=Status.ACTIVE).exclude(pk__in=said).order_by("pk").first()
        connections.close_all()
    assert found is not None, "every running initiative of the demo has a workload"
    return int(found.pk)


@pytest.fixture
def running(site: Site, django_db_blocker: Any) -> int:
    with django_db_blocker.unblock():
        found = Initiative.objects.filter(demo=True, status=Status.ACTIVE).values_list("pk", flat=True).order_by("pk")[0]
        connections.close_all()
    return int(found)


class Walk:
    """A page whose clicks are counted and pictured."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.faults = page, 0, list[str]()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        self.folder = settings.VAR / "screenshots"
        self.folder.mkdir(parents=True, exist_ok=True)

    def click(self, role: Any, name: str) -> None:
        self.page.get_by_role(role, name=name).first.click()
        self.clicks += 1
        self.page.wait_for_load_state()
        self.picture()

    def picture(self) -> None:
        self.page.screenshot(path=self.folder / f"first-answer-{self.clicks}.png")


def test_a_stranger_gets_from_an_initiative_to_an_honest_answer_that_lives(open_as: Open, bare: int) -> None:
    page = open_as().new_page()
    page.goto(reverse("initiatives:detail", args=[bare]))
    walk = Walk(page)
    walk.click("link", "Workloads and sizing")
    walk.click("link", "Choose a template")
    walk.click("link", "Chat assistant")
    for label, number in NUMBERS.items():
        page.get_by_label(label).fill(number)
    walk.click("button", "Write it down and size it")

    panel = page.locator(".panel-sentence").filter(has_text="You need")  # beside it verdicts have one of their own
    expect(panel).to_have_text(ANSWER)
    walk.picture()
    assert walk.clicks < MOST_CLICKS

    # An answer changes the sentence beside it, in the same page, and is there after a reload.
    first = panel.inner_text()
    page.evaluate("window.samePage = true")
    page.locator("#v-users").fill("40000")
    page.locator("#v-users").press("Tab")
    expect(page.locator("#said-users")).to_contain_text("Saved")
    expect(panel).not_to_have_text(first)
    expect(panel).to_have_text(ANSWER)
    assert page.evaluate("window.samePage") is True
    now = panel.inner_text()
    page.reload()
    expect(panel).to_have_text(now)
    expect(page.locator("#v-users")).to_have_value("40000")

    # The sizing page says the same; what is tried there has an address, and nothing of it is stored.
    walk.click("link", "Try other values and options")
    sentence = page.locator("#sentence")
    expect(sentence).to_have_text(now)
    stored = page.url
    page.locator("#in-peak_factor").fill("1.5")
    expect(sentence).not_to_have_text(now)
    page.wait_for_url("**peak_factor=1.5**")
    tried = sentence.inner_text()
    assert "your peak" not in tried
    walk.picture()
    assert walk.faults == []

    plain = open_as(java_script_enabled=False).new_page()
    for address, told in ((page.url, tried), (stored, now)):
        plain.goto(address)
        assert plain.locator("#sentence").inner_text() == told


def test_without_scripts_the_same_way_leads_to_the_same_answer(open_as: Open, running: int) -> None:
    page = open_as(java_script_enabled=False).new_page()
    page.goto(reverse("workloads:new", args=[running]))
    page.get_by_role("link", name="Chat assistant").click()
    page.get_by_label("People who will use it").fill("2500")
    page.get_by_role("button", name="Write it down and size it").click()
    page.locator("#v-requests_per_user_day").fill("8")
    page.get_by_role("button", name="Save").last.click()
    assert page.locator("#v-requests_per_user_day").input_value() == "8"
    page.get_by_role("link", name="The answer").click()
    assert ANSWER.search(page.locator("#sentence").inner_text())
    page.locator("#in-peak_factor").fill("1.5")
    page.get_by_role("button", name="Size it").click()
    assert "your peak" not in page.locator("#sentence").inner_text()
    assert "peak_factor=1.5" in page.url
