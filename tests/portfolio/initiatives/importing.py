"""Importing in tests: small registers as text, imported the way the command and the jobs do it."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.module_loading import import_string

from portfolio.accounts.choices import Through
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor, system
from portfolio.initiatives.models import ImportRun
from portfolio.initiatives.services.imports.plans import file_plan, profile_plan
from portfolio.initiatives.services.imports.publishing import publish_rows
from portfolio.initiatives.services.imports.runs import begin_staging, finish_staging, start_run
from portfolio.initiatives.services.imports.staging import stage_rows
from portfolio.outbox.choices import HANDLERS
from portfolio.outbox.models import Job
from portfolio.outbox.services import claim, run

BY = system("test import", Through.IMPORT)
HEADERS = ("ID", "Name", "Unit", "Stage", "Started", "Live", "Ended", "Tags", "Purpose", "Link", "Owner", "Value", "Ready")
MAPPING = """
register: small
key: external_id
fields:
  external_id: ID
  name: Name
  unit: {columns: [Unit]}
  stage: {column: Stage, values: {Idea: idea, Pilot: pilot, Live: production, Stopped: unknown}}
  initiated_on: {column: Started, dates: {order: ymd}}
  implemented_on: Live
  retired_on: Ended
  tags: Tags
  purpose: Purpose
  links: {column: Link, accept: url}
  owner_email: {column: Owner, accept: email}
  expected_value: {column: Value, unit: EUR}
  answers.infra_provisioned: Ready
closure:
  column: Stage
  values: [Stopped]
  closed_on: retired_on
  kind: {when_dated: implemented_on, then: retired, otherwise: abandoned_unknown}
"""
FEDERAL = {
    "us-federal-2023": "registers/us/2023_consolidated_ai_inventory_raw.csv",
    "us-federal-2024": "registers/us/2024_consolidated_ai_inventory_raw_v2.csv",
}


def row(number: int, **values: str) -> dict[str, str]:
    """A whole row; name what should differ."""
    usual = {
        "ID": f"S-{number}", "Name": f"Initiative {number}", "Unit": "Sales", "Stage": "Idea", "Started": "2023-05-04",
        "Live": "", "Ended": "", "Tags": "['vision', 'edge']", "Purpose": f"Purpose {number}", "Link": "", "Owner": "",
        "Value": "1000", "Ready": "Yes",
    }  # fmt: skip
    return usual | values


def write_csv(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, HEADERS)
        out.writeheader()
        out.writerows(rows)
    return path


def stage(
    path: Path, *, mapping: str = MAPPING, profile: str = "", unit: BusinessUnit | None = None, register: str = "",
    by: Actor = BY, as_of: date | None = None,
) -> ImportRun:  # fmt: skip
    """The run in preview."""
    plan, parsed = profile_plan(profile) if profile else file_plan(mapping)
    if register:
        plan = replace(plan, register=register)
    started = start_run(
        by=by,
        file_name=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        size=path.stat().st_size,
        plan=plan,
        mapping=parsed,
        unit=unit,
        as_of=as_of,
    )
    begin_staging(started)
    return finish_staging(by=by, run=started, staged=stage_rows(run=started, path=path))


def publish(path: Path, **options: Any) -> ImportRun:
    """The run, published."""
    return publish_rows(by=BY, run=stage(path, **options))


def run_jobs() -> None:
    """What a worker would do with everything that waits, jobs that follow from jobs too."""
    while (job := Job.objects.filter(done_at=None, dead_at=None).order_by("id").first()) is not None:
        held = claim(job.pk)
        assert held is not None
        run(held, import_string(HANDLERS[held.handler].path))
