"""The committed number of statements of each list of imports, the same at 10, 50 and 1,000 rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.initiatives.models import ImportRun, Initiative, LinkDecision, LinkProposal, LinkSearch
from tests.people import Organisation
from tests.portfolio.initiatives.importing import publish, row, stage, write_csv
from tests.sampling import rows as sizes

pytestmark = pytest.mark.django_db
COUNTS: dict[str, int] = json.loads((Path(__file__).parent / "query_counts_imports.json").read_text())
PAGES = {
    "imports": "/imports/",
    "preview": "/imports/{run}/?show=created",
    "links": "/imports/{run}/links/",
    "links refused": "/imports/{run}/links/?show=refused",
    "API imports": "/api/v1/imports/?page_size=1000",
    "API rows": "/api/v1/imports/{run}/rows/?page_size=1000",
    "API links": "/api/v1/imports/{run}/links/?page_size=1000",
    "API registers": "/api/v1/registers/?page_size=1000",
}


def fill(folder: Path, organisation: Organisation, rows: int) -> ImportRun:
    """`rows` rows in a run, each with a proposed link that is open or refused, `rows` runs, and a tenth as many registers."""
    retail = organisation.units["Retail"]
    for number in range(rows // 10):
        publish(write_csv(folder / f"r{number}.csv", [row(number)]), unit=retail, register=f"register {number} of {rows}")
    run = stage(write_csv(folder / "a.csv", [row(n) for n in range(rows)]), unit=retail)
    ImportRun.objects.bulk_create(
        ImportRun(unit=retail, file_name=f"{n}.csv", sha256="", plan=run.plan, state="cancelled") for n in range(rows)
    )
    propose(run)
    return run


def propose(run: ImportRun) -> None:
    LinkSearch.objects.create(run=run, state="done")
    ids = list(Initiative.objects.values_list("pk", flat=True))
    for row_ in run.rows.all():
        pair = {"run": run, "key": row_.key, "initiative_id": ids[row_.line % len(ids)], "score": 0.5}
        refused = LinkDecision.objects.create(**pair, verdict="refused") if row_.line % 2 else None
        LinkProposal.objects.create(**pair, line=row_.line, best=True, parts={"name": 0.7, "text": None}, decision=refused)


@pytest.mark.parametrize("rows", sizes(__name__))
def test_statements_do_not_grow_with_rows(
    organisation: Organisation, signed_in: Callable[[str], Client], tmp_path: Path, rows: int
) -> None:
    run = fill(tmp_path, organisation, rows)
    ada = signed_in("Ada")
    ada.get("/imports/")
    counted = {}
    for name, address in PAGES.items():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert ada.get(address.format(run=run.pk)).status_code == 200
        counted[name] = len(queries)
    assert counted == COUNTS
