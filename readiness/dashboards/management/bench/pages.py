"""Pages and API lists, each beside raw psycopg in one loop: one worker, one client, keep-alive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import cycle
from pathlib import Path

from django.urls import reverse

from portfolio.accounts.models import User
from portfolio.initiatives.models import Initiative
from readiness.dashboards.management.bench.anchors import Raw, Replay
from readiness.dashboards.management.bench.databases import Databases
from readiness.dashboards.management.bench.figures import Bar, Line, NotMeasured, paired
from readiness.dashboards.management.bench.serving import FRAGMENT, Browser, Page, session_cookie, sizes, web
from readiness.dashboards.management.bench.statements import statements_of

PAGE_ROWS = 50
DETAILS = 25
_ROW = b'"lifecycle_key":'
NAMES = ("list", "htmx", "detail", "api50", "api1000", "dashboard")


class Pages:
    """Measures on the database in use, as one person."""

    def __init__(self, *, databases: Databases, database: str, person: User, rounds: int, log: Path) -> None:
        self._url = databases.url("DATABASE_URL", database)
        self._person, self._rounds, self._log = person, rounds, log

    def lines(self, names: set[str]) -> Iterator[Line]:
        """One line for each of `names`, in the order of NAMES."""
        measures: dict[str, Callable[[Browser, Raw], Line]] = {
            "list": self._list,
            "htmx": self._fragment,
            "detail": self._detail,
            "api50": lambda browser, raw: self._api(browser, raw, "api50", 50, Bar(10, 3)),
            "api1000": lambda browser, raw: self._api(browser, raw, "api1000", 1000, Bar(10, 2)),
            "dashboard": self._dashboard,
        }
        if not names & set(NAMES):
            return
        cookie = session_cookie(self._person)
        with web(1, self._log) as port, closing(Browser(port, cookie)) as browser, closing(Raw(self._url)) as raw:
            for name in NAMES:
                if name in names:
                    yield measures[name](browser, raw)

    def _list(self, browser: Browser, raw: Raw) -> Line:
        page = Page("list page", reverse("initiatives:list"), {})
        body = browser.get(page)
        newest = Initiative.objects.order_by("-id").values_list("key", flat=True)[0]
        if newest.encode() not in body:
            raise NotMeasured(f"the list page does not show {newest}")
        return self._against_three(browser, raw, "list", page, Bar(20, 8))

    def _fragment(self, browser: Browser, raw: Raw) -> Line:
        page = Page("htmx refresh", reverse("initiatives:list"), FRAGMENT)
        if b"<html" in browser.get(page):
            raise NotMeasured("the refresh of the list is a whole page")
        return self._against_three(browser, raw, "htmx", page, None)

    def _detail(self, browser: Browser, raw: Raw) -> Line:
        count = Initiative.objects.count()
        ids = Initiative.objects.order_by("id").values_list("id", flat=True)[:: max(1, count // DETAILS)]
        pages = cycle([Page("detail", reverse("initiatives:detail", args=[pk]), {}) for pk in ids])
        pair = paired(lambda: browser.get(next(pages)), lambda: raw.three_statements(PAGE_ROWS), self._rounds)
        label = "detail p50 / raw psycopg, the list's 3 statements"
        notes = (*pair.notes("detail", "raw"), f"{len(ids)} initiatives in turn; one of them: {sizes(browser.get(next(pages)))}")
        return Line("detail", label, pair.ratio, "x", None, notes, {"pair": pair})

    def _api(self, browser: Browser, raw: Raw, name: str, rows: int, bar: Bar) -> Line:
        page = Page(f"API {rows}", reverse("initiative-list") + f"?page_size={rows}", {"Accept": "application/json"})
        ours, theirs = browser.get(page), raw.json(rows)
        count, wanted = ours.count(_ROW), theirs.count(_ROW)
        if count != wanted:
            raise NotMeasured(f"the API gave {count} rows, raw psycopg {wanted}")
        pair = paired(lambda: browser.get(page), lambda: raw.json(rows), self._rounds)
        notes = (*pair.notes(page.told, "raw"), f"{count} rows: {sizes(ours)}; raw {len(theirs):,} bytes")
        return Line(name, f"API {rows} rows p50 / raw psycopg as dicts + orjson", pair.ratio, "x", bar, notes, {"pair": pair})

    def _dashboard(self, browser: Browser, raw: Raw) -> Line:
        page = Page("portfolio page", reverse("portfolio"), {})
        statements = statements_of(self._person, page)
        with closing(Replay(self._url, statements)) as replay:
            pair = paired(lambda: browser.get(page), replay.all, self._rounds)
        notes = (*pair.notes("page", f"its {len(statements)} statements"), sizes(browser.get(page)))
        return Line("dashboard", "portfolio page p50 / sum of its SQL", pair.ratio, "x", Bar(2.5, 1.5), notes, {"pair": pair})

    def _against_three(self, browser: Browser, raw: Raw, name: str, page: Page, bar: Bar | None) -> Line:
        pair = paired(lambda: browser.get(page), lambda: raw.three_statements(PAGE_ROWS), self._rounds)
        label = f"{page.told} {PAGE_ROWS} rows p50 / raw psycopg, 3 prepared statements"
        notes = (*pair.notes("page", "raw"), sizes(browser.get(page)))
        return Line(name, label, pair.ratio, "x", bar, notes, {"pair": pair})
