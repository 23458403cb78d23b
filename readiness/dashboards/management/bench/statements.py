"""How many SQL statements a page costs, session and rights included, whatever the number of rows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from portfolio.accounts.models import User
from portfolio.initiatives.models import Initiative
from readiness.dashboards.management.bench.databases import Databases
from readiness.dashboards.management.bench.figures import Bar, Line, NotMeasured
from readiness.dashboards.management.bench.serving import FRAGMENT, HOST, Page, program_manager

ROWS = (10, 50, 1000)
BARS = {
    "list": Bar(10, 5),
    "htmx": Bar(8, 5),
    "API": Bar(6, 5),
    "detail": Bar(15, 8),
    "dashboard": Bar(10, 6),
}


def statement_lines(databases: Databases, *, most: int) -> Iterator[Line]:
    """One line for each kind of page; the value is the most that any number of rows took. No more than `most` rows are made."""
    counted: dict[str, dict[int, int]] = {name: {} for name in BARS}
    for rows in sorted({min(rows, most) for rows in ROWS}):
        databases.load(rows)
        person = program_manager()
        for page in _pages():
            counted[page.told][rows] = len(statements_of(person, page))
    for name, found in counted.items():
        equal = len(set(found.values())) == 1
        told = ", ".join(f"{count} at {rows:,}" for rows, count in found.items())
        line = Line(
            f"statements {name}", f"SQL statements, {name}", max(found.values()), "", BARS[name],
            (f"{told}: {'equal' if equal else 'NOT EQUAL, it grows with the rows'}",), {"by_rows": found, "equal": equal},
        )  # fmt: skip
        yield line


def statements_of(person: User, page: Page) -> list[tuple[str, Any]]:
    """Every statement that one request of `person` sends, with its parameters; the request after a first one."""
    client = Client(headers=dict(page.headers))
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
    sent: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], statement: str, params: Any, many: bool, context: Any) -> Any:
        sent.append((statement, params))
        return execute(statement, params, many, context)

    with _quiet():
        for _ in range(2):
            sent.clear()
            with connection.execute_wrapper(note):
                answer = client.get(page.path, secure=settings.SECURE, HTTP_HOST=HOST)
            if answer.status_code != 200:
                raise NotMeasured(f"{page.path} answered {answer.status_code} in this process")
    return sent


def _pages() -> list[Page]:
    one = Initiative.objects.order_by("id").values_list("id", flat=True)[0]
    return [
        Page("list", reverse("initiatives:list"), {}),
        Page("htmx", reverse("initiatives:list"), FRAGMENT),
        Page("API", reverse("initiative-list") + f"?page_size={max(ROWS)}", {}),
        Page("detail", reverse("initiatives:detail", args=[one]), {}),
        Page("dashboard", reverse("portfolio"), {}),
    ]


@contextmanager
def _quiet() -> Iterator[None]:
    """The request log of this process is no part of the report."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
