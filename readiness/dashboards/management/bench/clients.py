"""Sixteen people at once on the two workers that the product runs with, against one on the same."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from django.urls import reverse

from portfolio.accounts.models import User
from readiness.dashboards.management.bench.figures import Line, Spread, milliseconds
from readiness.dashboards.management.bench.serving import Browser, Page, session_cookie, web

CLIENTS, WORKERS = 16, 2
BLOCKS = 5


def client_lines(person: User, *, rounds: int, log: Path) -> Iterator[Line]:
    """Rate and p95 with 16 clients, and the rate as a multiple of what one client gets; blocks of both take turns."""
    page = Page("list page", reverse("initiatives:list"), {})
    cookie = session_cookie(person)
    each = max(1, rounds // BLOCKS)
    one: list[float] = []
    many: list[float] = []
    together_s = 0.0
    gains: list[float] = []
    with web(WORKERS, log) as port, ThreadPoolExecutor(CLIENTS) as pool:
        _block(pool, port, cookie, page, clients=CLIENTS, each=2)  # both workers are warm
        for _ in range(BLOCKS):
            alone, alone_s = _block(pool, port, cookie, page, clients=1, each=each)
            together, took_s = _block(pool, port, cookie, page, clients=CLIENTS, each=max(1, each // 4))
            one += alone
            many += together
            together_s += took_s
            gains.append((len(together) / took_s) / (len(alone) / alone_s))
    single, crowd, gain = Spread.of(one), Spread.of(many), Spread.of(gains)
    rate = len(many) / together_s
    notes = (
        f"{BLOCKS} blocks of each in turn: {gain.least:.2f} to {gain.most:.2f}; {WORKERS} workers",
        f"{CLIENTS} clients: {rate:.1f} pages/s, n {crowd.n}, p50 {crowd.p50:.1f} ms, p95 {crowd.p95:.1f}, most {crowd.most:.1f}",
        f"1 client: {1e3 * single.n / sum(one):.1f} pages/s, n {single.n}, p50 {single.p50:.1f} ms, p95 {single.p95:.1f}",
    )
    label = f"list page, {CLIENTS} clients: pages/s / pages/s of one client"
    yield Line("clients16", label, gain.p50, "x", None, notes, {"crowd_ms": crowd, "single_ms": single, "pages_per_s": rate})


def _block(pool: ThreadPoolExecutor, port: int, cookie: str, page: Page, *, clients: int, each: int) -> tuple[list[float], float]:
    """Milliseconds of every request, and how long the block took in seconds."""

    def visit(browser: Browser) -> list[float]:
        with closing(browser):
            return [milliseconds(lambda: browser.get(page)) for _ in range(each)]

    browsers = [Browser(port, cookie) for _ in range(clients)]
    started = time.perf_counter()
    times = [ms for found in pool.map(visit, browsers) for ms in found]
    return times, time.perf_counter() - started
