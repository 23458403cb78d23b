"""Procurement and silos at size: detection, and pages, each beside the SQL statements that it sends itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection, transaction
from django.urls import reverse

from portfolio.accounts.models import User
from portfolio.kit import clock
from readiness.dashboards.management.bench.anchors import Replay
from readiness.dashboards.management.bench.databases import Databases
from readiness.dashboards.management.bench.figures import Bar, Line, NotMeasured, Pair, milliseconds, paired
from readiness.dashboards.management.bench.serving import Browser, Page, program_manager, session_cookie, sizes, web
from readiness.dashboards.management.bench.statements import statements_of
from readiness.silos.models import Detection, Finding
from readiness.silos.services.detecting import detect_now

NAME = "silos"
PAGES = ("purchases", "renewals", "map", "flow", "findings", "finding")
BAR = Bar(2.5, 1.5)
DETECTIONS = 3
BRANCHES, UNITS, VENDORS = 12, 10, 40
# Ten units in each of twelve branches of one organisation; of every ten purchases one is outside the plan and two are unknown.
_UNITS = """
WITH top AS (
    INSERT INTO accounts_businessunit (id, name, path, depth) VALUES (1, 'Bench', '/1/', 0) RETURNING id
), branches AS (
    INSERT INTO accounts_businessunit (id, name, parent_id, path, depth)
    SELECT 1 + b, 'Branch ' || b, 1, '/1/' || 1 + b || '/', 1 FROM generate_series(1, %(branches)s) b RETURNING id
)
INSERT INTO accounts_businessunit (id, name, parent_id, path, depth)
SELECT 1000 * b + u, 'Unit ' || b || '.' || u, 1 + b, '/1/' || 1 + b || '/' || 1000 * b + u || '/', 2
FROM generate_series(1, %(branches)s) b, generate_series(1, %(units)s) u
"""
_VENDORS = """
INSERT INTO procurement_vendor (name, key) SELECT 'Vendor ' || n, 'vendor ' || n FROM generate_series(1, %(vendors)s) n
"""
_PURCHASES = """
INSERT INTO procurement_purchase
    (unit_id, kind, title, vendor_id, capability_id, venue, amount, currency, starts_on, ends_on, notice_days, renews, in_plan,
     state)
SELECT 1000 * (1 + n * 7 %% %(branches)s) + 1 + n * 13 %% %(units)s, 'contract', 'Purchase ' || n, v.id, c.id,
       (ARRAY['public_cloud', 'on_premises', 'unknown'])[1 + n %% 3], 5000 + n * 7919 %% 90000, 'USD',
       %(today)s::date - n * 31 %% 300, %(today)s::date + 1 + n * 17 %% 400, 30, (ARRAY['yes', 'no', 'unknown'])[1 + n %% 3],
       (ARRAY['no', 'unknown', 'unknown', 'yes', 'yes', 'yes', 'yes', 'yes', 'yes', 'yes'])[1 + n %% 10], 'active'
FROM generate_series(1, %(purchases)s) n
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM procurement_vendor) v ON v.place = n * 11 %% %(vendors)s
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS many FROM procurement_capability) c
  ON c.place = n * 5 %% c.many
"""


def silo_lines(databases: Databases, *, purchases: int, rounds: int, log: Path) -> Iterator[Line]:
    """Purchases in an empty database, detection over them, and then the pages that show both."""
    name = databases.copy(NAME)
    with transaction.atomic(), connection.cursor() as cursor:
        asked: dict[str, Any] = {
            "branches": BRANCHES,
            "units": UNITS,
            "vendors": VENDORS,
            "purchases": purchases,
            "today": clock.today(),
        }
        for statement in (_UNITS, _VENDORS, _PURCHASES):
            cursor.execute(statement, asked)
    first = milliseconds(_detect)
    with psycopg.connect(databases.url("DATABASE_OWNER_URL", name), autocommit=True) as owner:
        owner.execute("VACUUM (ANALYZE)")
    url = databases.url("DATABASE_URL", name)
    yield _detection(url, first, purchases)
    yield from _pages(url, rounds=rounds, log=log)


def _detect() -> Detection:
    with transaction.atomic():
        return detect_now(demo=False, why="bench", today=clock.today(), now=clock.now())


def _detection(url: str, first: float, purchases: int) -> Line:
    """A run that finds what is known already, beside what it reads; the first one, which writes, is told below."""
    read: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], statement: str, params: Any, many: bool, context: Any) -> Any:
        if statement.lstrip().startswith(("SELECT", "WITH")) and " FROM " in statement and "nextval" not in statement:
            read.append((statement, params))
        return execute(statement, params, many, context)

    with connection.execute_wrapper(note):
        run = _detect()
    if run.opened or run.changed or run.gone:
        raise NotMeasured("a second detection over the same purchases found something else")
    with closing(Replay(url, read)) as replay:
        pair = paired(_detect, replay.all, DETECTIONS)
    found = Finding.objects.filter(current=True).count()
    notes = (
        *pair.notes("detection", f"its {len(read)} reading statements"),
        f"{purchases:,} purchases, {found:,} findings; the first run, which writes them: {first / 1e3:.2f} s",
    )
    data = {"pair": pair, "first_s": first / 1e3, "findings": found}
    return Line("silos detection", "silos, detection again p50 / what it reads", pair.ratio, "x", None, notes, data)


def _pages(url: str, *, rounds: int, log: Path) -> Iterator[Line]:
    person = program_manager()
    with web(1, log) as port, closing(Browser(port, session_cookie(person))) as browser:
        for told, path in _addresses():
            page = Page(told, path, {})
            pair, statements = _beside_its_sql(url, person, browser, page, rounds)
            notes = (*pair.notes("page", f"its {statements} statements"), sizes(browser.get(page)))
            yield Line(f"silos {told}", f"silos, {told} p50 / sum of its SQL", pair.ratio, "x", BAR, notes, {"pair": pair})


def _beside_its_sql(url: str, person: User, browser: Browser, page: Page, rounds: int) -> tuple[Pair, int]:
    statements = statements_of(person, page)
    with closing(Replay(url, statements)) as replay:
        return paired(lambda: browser.get(page), replay.all, rounds), len(statements)


def _addresses() -> Iterator[tuple[str, str]]:
    largest = Finding.objects.order_by("-rows_count", "id").values_list("pk", flat=True).first()
    if largest is None:
        raise NotMeasured("no silo was found among the purchases: ask for more of them")
    routes = ("procurement:purchases", "procurement:renewals", "silos:map", "silos:flow", "silos:findings")
    addresses = [*map(reverse, routes), reverse("silos:finding", args=[largest])]
    yield from zip(PAGES, addresses, strict=True)
