"""Running evidence in a real browser: files dropped, a feed written from a template, a source that is tried; and all of it
without scripts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from django.utils.module_loading import import_string
from playwright.sync_api import BrowserContext, Page

from portfolio.outbox.choices import HANDLERS
from portfolio.outbox.models import Job
from portfolio.outbox.services import claim, run
from readiness.evidence.models import Delivery, Feed, Source

Open = Callable[..., BrowserContext]


def point(**changed: Any) -> bytes:
    """A point as `vllm bench serve` saves it."""
    return json.dumps(
        {
            "date": "20261120-101500", "backend": "openai-chat", "model_id": "meta-llama/Llama-3.1-8B-Instruct",
            "num_prompts": 400, "request_rate": 4.0, "max_concurrency": None, "duration": 100.0, "completed": 400, "failed": 0,
            "total_input_tokens": 120000, "total_output_tokens": 40000, "request_throughput": 4.0, "output_throughput": 400.0,
            "total_token_throughput": 1600.0, "mean_ttft_ms": 60.0, "median_ttft_ms": 55.0, "p99_ttft_ms": 190.0,
        }
        | changed
    ).encode()  # fmt: skip


def a_file(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "application/json", "buffer": content}


def work_off(blocker: Any, handler: str) -> None:
    """What a worker does with the jobs that wait."""
    with blocker.unblock():
        for job in Job.objects.filter(handler=handler, done_at=None, dead_at=None).order_by("id"):
            held = claim(job.pk)
            assert held is not None
            run(held, import_string(HANDLERS[held.handler].path))
        connections.close_all()


def stored(blocker: Any, read: Callable[[], Any]) -> Any:
    with blocker.unblock():
        found = read()
        connections.close_all()
    return found


def clean(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert not found, [(one["id"], [node["html"][:120] for node in one["nodes"][:2]]) for one in found]
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_dropped_files_are_told_before_they_are_kept(open_as: Open, django_db_blocker: Any, scheme: str, width: int) -> None:
    before = stored(django_db_blocker, Delivery.objects.count)
    page = open_as(scheme=scheme, width=width).new_page()
    page.goto("/evidence/upload/", wait_until="networkidle")
    rate = float(width)
    failed = point(request_rate=rate, completed=0, failed=400)
    files = [a_file("good.json", point(request_rate=rate)), a_file("failed.json", failed), a_file("notes.txt", b"nothing known")]
    page.set_input_files("[name=file]", files)
    page.wait_for_selector(".seen-files")
    told = page.locator("#seen").inner_text()
    for said in ("2 of 3 files are recognised", "vLLM bench", "1 run, flawed", "No known format"):
        assert said in told, told
    clean(page)
    assert stored(django_db_blocker, Delivery.objects.count) == before, "nothing is kept by looking"
    page.fill("[name=find]", "AI-")
    page.locator("#id_workload option", has_text="match; choose").wait_for(state="attached")
    page.locator("#id_workload").select_option(index=1)
    page.locator(".form-foot button").click()
    page.wait_for_url("**/evidence/deliveries/?ids=*")
    assert page.locator("#results tbody tr").count() == 3
    clean(page)
    work_off(django_db_blocker, "evidence.read")
    page.wait_for_selector("#results:not([hx-trigger])", timeout=15_000)
    rows = page.locator("#results").inner_text()
    assert "Waiting" not in rows
    assert "1 flawed" in rows
    assert "not over yet" not in page.locator("#headline").inner_text()
    page.locator("#results a", has_text="failed.json").click()
    page.wait_for_load_state("networkidle")
    assert "Every request failed" in page.locator("main").inner_text()
    clean(page)


def test_without_scripts_files_are_looked_at_and_then_kept(open_as: Open, django_db_blocker: Any) -> None:
    page = open_as(java_script_enabled=False).new_page()
    page.goto("/evidence/upload/")
    page.set_input_files("[name=file]", a_file("plain.json", point(request_rate=7.0)))
    page.locator("#id_workload").select_option(index=1)
    page.get_by_role("button", name="Look at them first").click()
    assert "1 file is recognised" in page.content()
    assert "choose the same ones again" in page.content()
    page.set_input_files("[name=file]", a_file("plain.json", point(request_rate=7.0)))
    page.get_by_role("button", name="Keep and read them").click()
    page.wait_for_url("**/evidence/deliveries/*/")
    assert page.get_by_role("link", name="Refresh").count() == 1
    work_off(django_db_blocker, "evidence.read")
    page.get_by_role("link", name="Refresh").click()
    assert "1 new run" in page.content()


def test_a_feed_is_written_from_a_template(open_as: Open, django_db_blocker: Any) -> None:
    source = stored(django_db_blocker, lambda: Source.objects.filter(kind="prometheus", paused_at=None).order_by("id")[0].pk)
    page = open_as().new_page()
    page.goto(f"/evidence/sources/{source}/", wait_until="networkidle")
    page.locator("#feeds").get_by_role("link", name="New feed").click()
    page.wait_for_load_state("networkidle")
    page.locator("#template").select_option("shipped:dcgm")
    page.wait_for_url("**template=shipped*")
    queries = page.locator("[data-query]:visible")
    told = queries.count()
    assert told > 5
    clean(page)
    queries.first.locator("summary").first.click()
    page.get_by_role("button", name="Take this query away").first.click()
    assert queries.count() == told - 1
    page.get_by_role("button", name="Add a query").click()
    fresh = queries.last
    fresh.locator("[data-metric]").select_option("power")
    assert fresh.locator("[data-unit]").input_value() == "W", "a metric brings its unit"
    fresh.locator("[data-unit]").focus()
    units = page.locator("#units-of-metrics option").evaluate_all("all => all.map(one => one.value)")
    assert "kW" in units
    assert "ms" not in units
    fresh.locator("textarea").first.fill("sum(node_power_watts{$matchers})")
    page.get_by_label("Label", exact=True).first.fill("Hostname")
    page.get_by_label("Value", exact=True).first.fill("gpu-7")
    page.get_by_label("Neither", exact=True).check()
    assert not page.locator("#id_workload").is_visible()
    page.fill("[name=name]", "Accelerators of hall 7")
    page.locator(".form-foot button").click()
    page.wait_for_url(f"**/evidence/sources/{source}/")
    kept = stored(django_db_blocker, lambda: Feed.objects.get(name="Accelerators of hall 7").ask)
    assert len(kept["queries"]) == told
    assert kept["queries"][-1]["query"] == "sum(node_power_watts{$matchers})"
    assert kept["matchers"] == {"Hostname": "gpu-7"}


def test_trying_a_source_shows_its_answer_where_one_is(open_as: Open, django_db_blocker: Any) -> None:
    """Nobody keeps secrets for the demo: the answer says what is missing, and what to do."""
    source = stored(django_db_blocker, lambda: Source.objects.filter(kind="prometheus", paused_at=None).order_by("id")[0].pk)
    page = open_as().new_page()
    page.goto(f"/evidence/sources/{source}/", wait_until="networkidle")
    page.get_by_role("button", name="Test").click()
    page.wait_for_selector("#trial [aria-busy]")
    work_off(django_db_blocker, "evidence.test")
    page.wait_for_selector("#trial [role=alert]", timeout=15_000)
    told = page.locator("#trial").inner_text()
    assert "It did not work" in told
    assert "The token is missing" in told
    assert "mend the settings" in told
    clean(page)


def test_sources_are_found_by_the_keyboard(open_as: Open) -> None:
    page = open_as().new_page()
    page.goto("/evidence/sources/", wait_until="networkidle")
    page.get_by_label("Health").select_option("healthy")
    page.wait_for_url("**health=healthy*")
    assert "Stopped" not in page.locator("#results").inner_text()
    page.locator("#results tbody a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/evidence/sources/*/")
    page.get_by_role("group").locator("summary", has_text="More").first.focus()
    assert page.locator("h1").inner_text()
