"""Every page that the URLconf holds, in a real browser: no accessibility violation, no script error, no sideways scroll.

The pages are found by walking the URLconf, so a new one is visited without anybody registering it; one whose argument
nobody knows fails and asks for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from tests.browser import outlook
from tests.browser.conftest import Site
from tests.browser.objects import arguments

Open = Callable[..., BrowserContext]
# Not pages: API and downloads (other tests), fragments that only live inside a page, sign-in steps that need a mailed key.
NOT_PAGES = {
    "healthz", "readyz", "home", "api-schema", "api-docs", "account_confirm_email", "account_reset_password_from_key",
    "account_logout", "account_inactive", "account_email_verification_sent", "account_confirm_login_code",
    "activity:audit-export", "activity:attachment", "initiatives:export", "account_signup", "account_email",
    "account_set_password", "meetings:feed", "meetings:minutes_file",
    "meetings:minutes_pdf", "meetings:pack_file", "account_reauthenticate", "evidence:payload", "evidence:subjects",
    "procurement:billing_export",
}  # fmt: skip
# Answer to a POST only, or to an object in a state that the demo has none of.
NEEDS_MORE = {
    "accounts:token-revoke", "accounts:job-revive", "activity:comment-remove", "activity:notice-read", "activity:notices-read",
    "initiatives:source", "gates:delegation_revoke", "procurement:billing_rule_move", "procurement:billing_rule_preview",
}  # fmt: skip


def _routes(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if str(entry.pattern).startswith("api/"):
                continue
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _routes(entry, inner)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{namespace}{entry.name}", tuple(entry.pattern.converters) or tuple(entry.pattern.regex.groupindex)


@pytest.fixture(scope="module")
def addresses(site: Site, django_db_blocker: Any) -> dict[str, str]:
    with django_db_blocker.unblock():
        found, unknown = {}, []
        for name, wanted in _routes(get_resolver()):
            if name in NOT_PAGES | NEEDS_MORE:
                continue
            values = arguments(name, wanted)
            if values is None:
                unknown.append((name, wanted))
            else:
                found[name] = reverse(name, kwargs=values)
                found |= {f"{name}?{query}": f"{found[name]}?{query}" for query in outlook.chosen(name)}
        connections.close_all()
    assert not unknown, f"say in tests/browser/objects.py what these need: {unknown}"
    return found


def _visit(page: Page, address: str) -> list[str]:
    """Problems of one page: status, script errors, Content Security Policy reports, sideways scroll wide and narrow, axe.

    Loaded once: its colours follow the scheme and its layout the width of the window. What axe finds in the dark that it does
    not find in the light is contrast.
    """
    problems: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.location.get("url", "").endswith("/favicon.ico"):
            return  # a fragment that is looked at by itself names no icon
        if message.type in ("error", "warning"):
            problems.append(f"console: {message.text[:200]}")

    head = page.context.request.get(address, max_redirects=0)
    if head.status == 405 or "text/html" not in head.headers.get("content-type", "text/html"):
        return []  # answers to a POST alone, or a download
    page.on("console", listen)
    page.on("pageerror", lambda error: problems.append(f"script: {error}"))
    answer = page.goto(address, wait_until="networkidle")
    assert answer is not None
    if answer.status != 200:
        return [*problems, f"status {answer.status}"]
    if "text/html" not in answer.headers.get("content-type", "") or page.locator("html[lang]").count() == 0:
        return problems  # a fragment or a download
    if not page.locator("main").count():
        return problems  # a fragment: axe sees it inside its page
    problems += [*_sideways(page), *_axe(page)]
    page.emulate_media(color_scheme="light" if _dark(page) else "dark", reduced_motion="reduce")
    problems += [f"in the other scheme: {one}" for one in _axe(page, runOnly=["color-contrast"])]
    page.set_viewport_size({"width": 390, "height": 900})
    page.wait_for_timeout(150)  # charts are drawn again for the new width
    return problems + [f"at 390: {one}" for one in _sideways(page)]


def _dark(page: Page) -> bool:
    return bool(page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"))


def _sideways(page: Page) -> list[str]:
    wider = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return ["scrolls sideways"] if wider else []


def _axe(page: Page, **options: Any) -> list[str]:
    found = []
    for violation in Axe().run(page, options={"resultTypes": ["violations"], **options}).response["violations"]:
        nodes = "; ".join(node["html"][:120] for node in violation["nodes"][:2])
        found.append(f"axe {violation['id']}: {nodes}")
    return found


# Pages are walked by the slice that they are of: `-k "clean and outlets"` is one of them.
PARTS = sorted({name.partition(":")[0] if ":" in name else "none" for name, _wanted in _routes(get_resolver())})


@pytest.mark.parametrize("part", PARTS)
def test_every_page_is_clean(open_as: Open, addresses: dict[str, str], part: str) -> None:
    context, found = open_as(), {}
    for name, address in addresses.items():
        if (name.partition(":")[0] if ":" in name.partition("?")[0] else "none") != part:
            continue
        page = context.new_page()
        if problems := _visit(page, address):
            found[f"{name} {address}"] = problems
        page.close()
    assert len(addresses) > 25
    assert not found, json.dumps(found, indent=1)


@pytest.mark.parametrize("address", ["/account/login/", "/account/password/reset/", "/nothing-here/"])
def test_pages_for_strangers_are_clean(open_as: Open, address: str) -> None:
    page = open_as(signed_in=False).new_page()
    problems = [p for p in _visit(page, address) if "404" not in p]
    assert problems == []


def test_without_scripts_the_pages_read_and_the_forms_work(open_as: Open) -> None:
    page = open_as(java_script_enabled=False).new_page()
    page.goto("/initiatives/")
    page.locator("main table tbody tr a").first.click()
    assert page.locator("h1").inner_text()
    page.goto(reverse("initiatives:request_new"))
    page.fill("[name=title]", "Sort parcels without scripts")
    page.fill("[name=purpose]", "Less walking")
    page.locator("[name=unit]").select_option(index=1)
    page.check("[name=load_unknown]")
    page.locator("main form button[type=submit], main form button:not([type])").last.click()
    assert "Sort parcels without scripts" in page.content()
    assert page.locator(".invalid-feedback:visible").count() == 0


def test_nothing_is_asked_from_another_host(open_as: Open, site: Site) -> None:
    context = open_as()
    foreign: list[str] = []
    context.on("request", lambda request: None if request.url.startswith((site.url, "data:")) else foreign.append(request.url))
    page = context.new_page()
    for address in ("/today/", "/portfolio/", "/initiatives/"):
        page.goto(address, wait_until="networkidle")
    assert foreign == []


def test_the_keyboard_finds_search_and_pages(open_as: Open) -> None:
    page = open_as().new_page()
    page.goto("/today/", wait_until="networkidle")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.getAttribute('type')") == "search"
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/initiatives/")


def test_signing_out_leaves_nothing_behind(open_as: Open) -> None:
    page = open_as().new_page()
    page.goto("/initiatives/", wait_until="networkidle")
    page.goto("/account/logout/")
    page.locator("main form button").last.click()
    page.wait_for_url("**/account/login/**")
    page.go_back()
    page.wait_for_load_state("networkidle")
    assert page.locator("main table").count() == 0
    kept = page.evaluate("JSON.stringify(sessionStorage)")
    assert "AI-" not in kept
    assert set(json.loads(kept)) <= {"htmx-current-path-for-history"}  # the address of the sign-in page itself
