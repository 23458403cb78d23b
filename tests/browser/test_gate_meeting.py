"""A gate meeting in a real browser, from planning it to locked minutes: by pointer, by keyboard alone, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connections
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from portfolio.accounts.choices import Role
from portfolio.accounts.models import BusinessUnit, User
from portfolio.accounts.services import assign_role
from portfolio.activity.models import Mail
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.kit import clock
from readiness.gates.models import Judgement, Review, Seat
from readiness.gates.services.evaluating import evaluate
from readiness.meetings.models import Meeting
from readiness.meetings.rules.minutes import digest_of
from tests.browser.conftest import Site, _session
from tests.browser.hands import Hand, Keyboard, Pointer
from tests.people import PASSWORD, SYSTEM
from tests.readiness.gates import deciding_world as gates

Open = Callable[..., BrowserContext]
WITHIN_MS = 8000  # a refresh every two seconds, on a machine that has other work


@dataclass(frozen=True)
class Board:
    """A review that is planned, and the four who sit at it; the chair is the third."""

    review: Review
    panel: list[User]

    @property
    def name(self) -> str:
        return self.review.initiative.name


@pytest.fixture
def board(site: Site, django_db_blocker: Any) -> Iterator[Board]:
    """Of a new initiative in the demo, before its first gate; every criterion is judged met."""
    with django_db_blocker.unblock():
        panel = list(User.objects.filter(demo=True).order_by("id")[:4])
        for person in panel:
            person.password = PBKDF2PasswordHasher().encode(PASSWORD, "saltsaltsalt")
            person.save(update_fields=["password"])
            if not person.roles.filter(role=Role.GATEKEEPER, unit=None).exists():
                assign_role(by=SYSTEM, user=person, role=Role.GATEKEEPER, unit=None)
        yield Board(_review(site.person, panel), panel)
        connections.close_all()


def _review(judge: User, panel: list[User]) -> Review:
    unit = BusinessUnit.objects.filter(demo=True).order_by("depth", "id")[0]
    name = f"Board {Initiative.objects.count()}"
    initiative = create_initiative(by=SYSTEM, unit=unit, name=name, demo=True)
    row = Review.objects.create(initiative=initiative, template=gates.a_template(), gate="poc", gate_name="PoC gate")
    seats = zip(panel, gates.PANEL.values(), strict=True)
    Seat.objects.bulk_create(
        Seat(review=row, person=person, functions=[function.value], chair=place == 2)
        for place, (person, function) in enumerate(seats)
    )
    for key in ("worth-it", "data-there"):
        Judgement.objects.create(review=row, criterion=key, verdict="met", note="Seen.", by=judge, at=clock.now())
    evaluate([row.pk], why="asked", now=clock.now())
    return Review.objects.select_related("initiative").get(pk=row.pk)


@pytest.fixture
def as_person(site: Site, browser: Browser, django_db_blocker: Any) -> Iterator[Open]:
    contexts: list[BrowserContext] = []

    def start(person: User, **options: Any) -> BrowserContext:
        context = browser.new_context(base_url=site.url, viewport={"width": 1440, "height": 900}, **options)
        with django_db_blocker.unblock():
            key = _session(person)
        context.add_cookies([{"name": "sessionid", "value": key, "url": site.url}])
        contexts.append(context)
        return context

    yield start
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("hand", "scripts"), [(Pointer(), True), (Keyboard(), True), (Pointer(), False)],
                         ids=["pointer", "keyboard", "without scripts"])  # fmt: skip
def test_from_planning_to_locked_minutes(
    board: Board, site: Site, as_person: Open, django_db_blocker: Any, hand: Hand, scripts: bool
) -> None:
    options: dict[str, Any] = {} if scripts else {"java_script_enabled": False}
    page = as_person(site.person, **options).new_page()
    _plan(page, hand, board)
    room = _begin(page, hand)
    follower = as_person(site.person).new_page() if scripts else None
    if follower is not None:
        follower.goto(room)
    deciding = _vote(board, as_person, hand, room, options, follower)
    _decide(deciding, hand)
    if scripts:
        expect(page.locator(".room-outcome")).to_contain_text("decided by", timeout=WITHIN_MS)
        assert follower is not None
        expect(follower.locator(".room-outcome")).to_contain_text("Go", timeout=WITHIN_MS)
    else:
        page.goto(room)
    _note(page, hand, scripts=scripts)
    _close(page, hand)
    _locked(page, board, django_db_blocker)


def _plan(page: Page, hand: Hand, board: Board) -> None:
    """A meeting with the review on its agenda and everybody who should be there invited, open."""
    day = clock.today() + timedelta(days=1)
    page.goto("/meetings/")
    hand.press(page, f'main a[href="{reverse("meetings:new")}"]')
    page.wait_for_url("**/meetings/new/")
    hand.write(page, "#id_title", "Board of the browser")
    hand.moment(page, "#id_starts_at", day.month, day.day, day.year)
    hand.write(page, "#id_place", "Room 1")
    hand.press(page, "main form button.btn-primary")
    page.wait_for_url(re.compile(r"/meetings/\d+/$"))
    hand.press(page, 'main a[href$="/agenda/"]')
    page.wait_for_url("**/agenda/")
    hand.tick(page, f"#review-{board.review.pk}")
    hand.press(page, "main form button.btn-primary")
    page.wait_for_url(re.compile(r"/meetings/\d+/#agenda$"))
    expect(page.locator("#agenda")).to_contain_text(board.name)
    hand.press(page, 'main a[href$="/invitees/"]')
    page.wait_for_url("**/invitees/")
    hand.press(page, "main form button.btn-primary")
    page.wait_for_url(re.compile(r"/meetings/\d+/#invitees$"))
    hand.press(page, 'main a[href$="/open/"]')
    hand.press(page, "#confirm button")
    expect(page.locator("main .chip").first).to_contain_text("Open")


def _begin(page: Page, hand: Hand) -> str:
    """In the room, with the first item on the table."""
    hand.press(page, 'main a[href$="/start/"]')
    hand.press(page, "#confirm button")
    page.wait_for_url("**/room/")
    hand.press(page, "#room-next")
    expect(page.locator(".room-clock")).to_contain_text(re.compile(r"\d+:\d\d"))
    return page.url


def _vote(
    board: Board, as_person: Open, hand: Hand, room: str, options: dict[str, Any], follower: Page | None
) -> Page:  # fmt: skip
    """All four arrive and vote; what they say is told when the last one has. The answer is the chair's page."""
    pages = [as_person(person, **options).new_page() for person in board.panel]
    for page in pages:
        page.goto(room)
        hand.press(page, "#desk-arrive")
        expect(page.locator("#desk-leave")).to_be_visible()
    for place, page in enumerate(pages):
        page.goto(room)
        hand.tick(page, "#id_ballot_0")
        hand.press(page, "#desk-cast")
        expect(page.locator("#desk")).to_contain_text("Go")
        if follower is not None and place == 0:
            expect(follower.locator(".room-seats")).to_contain_text("has voted", timeout=WITHIN_MS)
            assert "Go" not in follower.locator(".room-seats").inner_text()
    if follower is not None:
        expect(follower.locator(".room-seats li strong").first).to_contain_text("Go", timeout=WITHIN_MS)
    chair = pages[2]
    chair.goto(room)
    return chair


def _decide(page: Page, hand: Hand) -> None:
    hand.press(page, "#desk-decide")
    page.wait_for_url("**/decide/")
    hand.tick(page, "#outcome-go")
    if page.locator('main input[type="password"]').count():
        hand.write(page, 'main input[type="password"]', PASSWORD)
    hand.press(page, ".decide-form button.btn-primary")
    page.wait_for_url(lambda url: not url.endswith("/decide/"))


def _note(page: Page, hand: Hand, *, scripts: bool) -> None:
    hand.write(page, "#notes", "Everybody saw the figures.")
    if scripts:
        expect(page.locator("#notes-saved")).to_contain_text("Saved", timeout=WITHIN_MS)
    else:
        page.locator("#pad form button", has_text="Save").click()
    day = clock.today() + timedelta(days=7)
    if scripts:
        hand.press(page, "#pad summary")
    else:
        page.locator("#pad summary").click()
    hand.write(page, "#id_action-text", "Send the figures")
    hand.choose(page, "#id_action-owner", "Ada Test")
    hand.date(page, "#id_action-due", day.month, day.day, day.year)
    hand.press(page, "#pad-action")
    expect(page.locator("#pad")).to_contain_text("Send the figures")


def _close(page: Page, hand: Hand) -> None:
    hand.press(page, "#room-close")
    page.wait_for_url("**/close/")
    hand.press(page, "#confirm button")
    page.wait_for_url("**/minutes/")


def _locked(page: Page, board: Board, blocker: Any) -> None:
    text = page.locator("pre.minutes").inner_text()
    for part in (board.name, "Decision: Go", "Everybody saw the figures.", "Send the figures (Ada Test"):
        assert part in text
    with blocker.unblock():
        row = Meeting.objects.get(pk=int(page.url.rstrip("/").split("/")[-2]))
        followed = Mail.objects.filter(key__startswith=f"meeting-{row.pk}-followup-").count()
        connections.close_all()
    assert page.locator("code.digest").inner_text() == row.minutes_digest == digest_of(row.minutes)
    assert followed >= len(board.panel)


def test_the_agenda_is_ordered_by_keyboard_and_by_dragging(
    site: Site, board: Board, as_person: Open, django_db_blocker: Any
) -> None:
    page, hand = as_person(site.person).new_page(), Keyboard()
    with django_db_blocker.unblock():
        other = _review(site.person, board.panel)
        connections.close_all()
    _plan(page, hand, board)
    hand.press(page, 'main a[href$="/agenda/"]')
    hand.tick(page, f"#review-{other.pk}")
    hand.press(page, "main form button.btn-primary")
    page.wait_for_url(re.compile("#agenda$"))
    items = page.locator("#agenda li")
    expect(items.nth(0)).to_contain_text(board.name)
    up = items.nth(1).locator("button[value=up]")
    name = up.get_attribute("id")
    hand.press(page, f"#{name}")
    expect(items.nth(0)).to_contain_text(other.initiative.name)
    assert page.evaluate("document.activeElement.id") == name, "the focus stays on the button that was pressed"
    expect(page.locator("#announcer")).to_contain_text("Place 1 of 2")
    items.nth(0).drag_to(items.nth(1))
    expect(items.nth(0)).to_contain_text(board.name)


@pytest.mark.parametrize("width", [390, 1440, 1920])
def test_the_room_is_clean_on_a_phone_and_on_a_projector(board: Board, site: Site, as_person: Open, width: int) -> None:
    page, hand = as_person(site.person).new_page(), Pointer()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    _plan(page, hand, board)
    _begin(page, hand)
    page.set_viewport_size({"width": width, "height": 1000})
    page.wait_for_timeout(2500)
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    found = Axe().run(page).response["violations"]
    assert not found, [(one["id"], [node["html"][:120] for node in one["nodes"][:2]]) for one in found]
    assert errors == []
