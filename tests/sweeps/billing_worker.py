"""What the sweeps of bills run: `start FILE` brings a bill in, `work` does what a worker does, `pages` measures the totals."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
from django.conf import settings

# Pages are measured, not their files: nobody collected any.
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
django.setup()

from django.core.files.base import File  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from portfolio.accounts.choices import Role  # noqa: E402
from portfolio.accounts.models import BusinessUnit, RoleAssignment, User  # noqa: E402
from portfolio.accounts.rules import system  # noqa: E402
from portfolio.accounts.services import create_unit  # noqa: E402
from portfolio.kit.acting import acting  # noqa: E402
from portfolio.procurement.services.billing.rules import adopt_starter  # noqa: E402
from portfolio.procurement.services.billing.uploads import upload_bill  # noqa: E402

BY = system("sweep")
ROUNDS = 15
PAGES = (
    "/procurement/billing/totals/", "/procurement/billing/totals/?by=account", "/procurement/billing/totals/?by=month",
    "/procurement/billing/totals/?by=category", "/procurement/billing/unmapped/",
)  # fmt: skip


def start(file: Path) -> None:
    """Bring the bill in; says its number and whether it is new."""
    unit = BusinessUnit.objects.filter(name="Sweep").first()
    if unit is None:
        unit = create_unit(by=BY, name="Sweep")
        adopt_starter(by=BY, unit=unit)
    with file.open("rb") as content:
        row, new = upload_bill(by=BY, unit=unit, file=File(content, name=file.name), publish_refused=True)
    sys.stdout.write(f"{row.pk} {int(new)}\n")


def pages() -> None:
    """[page, median ms, median ms in SQL, statements] of each page, as JSON."""
    setup_test_environment()
    with acting(BY):
        user = User.objects.create_user(email="sweep@example.org", password=None)
        RoleAssignment.objects.create(user=user, role=Role.FINANCE, unit=None)
    client = Client()
    client.force_login(user)
    found = []
    for page in PAGES:
        client.get(page)
        rounds = [_one(client, page) for _round in range(ROUNDS)]
        found.append([page, *(statistics.median(column) for column in zip(*rounds, strict=True))])
    sys.stdout.write(json.dumps(found))


def _one(client: Client, page: str) -> tuple[float, float, int]:
    spent: list[float] = []

    def timed(execute: Callable[..., Any], *args: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*args)
        finally:
            spent.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    with connection.execute_wrapper(timed):
        answer = client.get(page)
    took = (time.perf_counter() - began) * 1000
    assert answer.status_code == 200, f"{page}: {answer.status_code}"
    return took, sum(spent), len(spent)


if __name__ == "__main__":
    if sys.argv[1] == "start":
        start(Path(sys.argv[2]))
    elif sys.argv[1] == "pages":
        pages()
    else:
        from tests.sweeps.import_worker import work

        work()
