"""Two ways to use a page: by pointer, and by keyboard alone, which goes from field to field as a person does."""

from __future__ import annotations

from typing import Protocol

from playwright.sync_api import Locator, Page

MOST_TABS = 150


class Hand(Protocol):
    def press(self, page: Page, selector: str) -> None:
        """A button or link."""

    def write(self, page: Page, selector: str, text: str) -> None:
        """Into a text field, in place of what is there."""

    def tick(self, page: Page, selector: str) -> None:
        """A checkbox or radio button."""

    def moment(self, page: Page, selector: str, month: int, day: int, year: int) -> None:
        """Nine in the morning of a day."""

    def date(self, page: Page, selector: str, month: int, day: int, year: int) -> None: ...

    def choose(self, page: Page, selector: str, label: str) -> None:
        """An option of a select."""


class Pointer:
    def press(self, page: Page, selector: str) -> None:
        page.locator(selector).first.click()

    def write(self, page: Page, selector: str, text: str) -> None:
        page.locator(selector).first.fill(text)

    def tick(self, page: Page, selector: str) -> None:
        page.locator(selector).first.check()

    def moment(self, page: Page, selector: str, month: int, day: int, year: int) -> None:
        page.locator(selector).first.fill(f"{year}-{month:02}-{day:02}T09:00")

    def date(self, page: Page, selector: str, month: int, day: int, year: int) -> None:
        page.locator(selector).first.fill(f"{year}-{month:02}-{day:02}")

    def choose(self, page: Page, selector: str, label: str) -> None:
        page.locator(selector).first.select_option(label=label)


class Keyboard:
    """Tab, arrows, Space, Enter and letters; nothing is focused or clicked by script."""

    def press(self, page: Page, selector: str) -> None:
        self._reach(page, selector)
        page.keyboard.press("Enter")

    def write(self, page: Page, selector: str, text: str) -> None:
        self._reach(page, selector)
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type(text)

    def tick(self, page: Page, selector: str) -> None:
        self._reach(page, selector)
        page.keyboard.press("Space")

    def moment(self, page: Page, selector: str, month: int, day: int, year: int) -> None:
        self.date(page, selector, month, day, year)
        page.keyboard.press("ArrowRight")
        page.keyboard.type("0900AM")

    def date(self, page: Page, selector: str, month: int, day: int, year: int) -> None:
        self._reach(page, selector)
        page.keyboard.type(f"{month:02}{day:02}{year}")

    def choose(self, page: Page, selector: str, label: str) -> None:
        self._reach(page, selector)
        page.keyboard.type(label)

    def _reach(self, page: Page, selector: str) -> None:
        """Tab until it has the focus; a page where that never happens is not for the keyboard."""
        wanted: Locator = page.locator(selector).first
        wanted.wait_for(state="attached")
        for _ in range(MOST_TABS):
            if wanted.evaluate("element => element === document.activeElement"):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"{selector} cannot be reached by Tab on {page.url}")
