"""`manage.py bench`: the limits of docs/performance.md measured here and now, as ratios, without touching the product's data."""

from __future__ import annotations

import io
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

import orjson
import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from readiness.dashboards.management.bench import evidence, machine, pages, risk, silos, sizing
from readiness.dashboards.management.bench.clients import client_lines
from readiness.dashboards.management.bench.databases import Databases, bench_databases, collected_static
from readiness.dashboards.management.bench.figures import Line, NotMeasured
from readiness.dashboards.management.bench.imports import import_lines
from readiness.dashboards.management.bench.serving import program_manager
from readiness.dashboards.management.bench.statements import statement_lines

NAMES = (*pages.NAMES, "clients16", *sizing.NAMES, silos.NAME, "statements", "import", evidence.NAME, risk.NAME)
SIZES = ("initiatives", "rounds", "import_rows", "evidence_rows", "purchases", "risk_rows", "risk_organisations")


class Command(BaseCommand):
    help = "Measures pages, API, imports, evidence and risk beside psycopg and COPY, in databases of its own that it drops."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--initiatives", type=int, default=10_000, metavar="N", help="demo initiatives behind the pages")
        parser.add_argument("--rounds", type=int, default=150, metavar="N", help="paired rounds of each page")
        parser.add_argument("--import-rows", type=int, default=100_000, metavar="N", help="rows of the imported CSV file")
        parser.add_argument("--evidence-rows", type=int, default=1_000_000, metavar="N", help="observations in the history")
        parser.add_argument("--purchases", type=int, default=5_000, metavar="N", help="purchases that silos are looked for in")
        parser.add_argument("--risk-rows", type=int, default=100_000, metavar="N", help="initiatives that are scored")
        parser.add_argument("--risk-organisations", type=int, default=40, metavar="N", help="simulated; 1000 in full")
        parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, metavar="NAME", help=", ".join(NAMES))
        parser.add_argument("--template", metavar="DATABASE", help="a migrated, empty database to copy instead of migrating one")
        parser.add_argument("--json", type=Path, metavar="OUT", help="write every figure there as well")

    def handle(self, *args: Any, **options: Any) -> None:
        out = options["json"]
        if out is not None and not out.resolve().parent.is_dir():
            raise CommandError(f"There is no folder for {out}.")
        if min(options[name] for name in SIZES) < 1:
            raise CommandError("Every number of rows, rounds and organisations is 1 or more.")
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what we made is dropped
        try:
            self._bench(options)
        except KeyboardInterrupt:
            raise CommandError("stopped; the bench's databases are dropped", returncode=130) from None
        except (NotMeasured, psycopg.Error) as error:
            raise CommandError(f"a figure could not be taken: {str(error).strip()}") from None

    def _bench(self, options: dict[str, Any]) -> None:
        before = machine.Busy.now()
        lines: list[Line] = []
        collected_static(settings.VAR)
        with bench_databases(io.StringIO(), template=options["template"]) as databases:
            self._say(f"preparing the database {databases.empty}")
            databases.prepare()
            found = machine.environment()
            self._say(machine.told(found))
            self._say(before.told("at the start"))
            for line in self._lines(databases, options):
                lines.append(line)
                self._say(*line.told())
        after = machine.Busy.now()
        self._say(after.told("at the end"))
        if options["json"]:
            asked = {key: options[key] for key in SIZES}
            told = {
                "environment": found,
                "asked": asked,
                "before": before,
                "after": after,
                "lines": [line.as_data() for line in lines],
            }
            options["json"].write_bytes(orjson.dumps(told, default=_plain, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS))

    def _lines(self, databases: Databases, options: dict[str, Any]) -> Iterator[Line]:
        """In an order that never shows a page on a machine that an import keeps busy."""
        only, rounds, log = set(options["only"]), options["rounds"], settings.VAR / "bench" / "web.log"
        if only & {*pages.NAMES, "clients16", *sizing.NAMES}:
            database = databases.load(options["initiatives"])
            person = program_manager()
            bench = pages.Pages(databases=databases, database=database, person=person, rounds=rounds, log=log)
            yield from bench.lines(only)
            if "clients16" in only:
                yield from client_lines(person, rounds=rounds, log=log)
            if only & {*sizing.NAMES}:
                yield from sizing.sizing_lines(person, only, rounds=rounds, log=log)
        if silos.NAME in only:
            yield from silos.silo_lines(databases, purchases=options["purchases"], rounds=rounds, log=log)
        if "statements" in only:
            yield from statement_lines(databases, most=options["initiatives"])
        if "import" in only:
            yield from import_lines(databases, rows=options["import_rows"])
        if evidence.NAME in only:
            yield from evidence.evidence_lines(databases, rows=options["evidence_rows"])
        if risk.NAME in only:
            yield from risk.risk_lines(
                databases, rows=options["risk_rows"], organisations=options["risk_organisations"],
                initiatives=options["initiatives"], points=options["evidence_rows"], rounds=rounds, log=log,
            )  # fmt: skip

    def _say(self, *lines: str) -> None:
        for line in lines:
            self.stdout.write(line)
        self.stdout.flush()


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
