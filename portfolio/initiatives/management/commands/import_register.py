import hashlib
import json
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from portfolio.accounts import queries as accounts
from portfolio.accounts.choices import Through
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor, system
from portfolio.formats.errors import FormatError
from portfolio.formats.registers.mapping import Mapping
from portfolio.formats.registers.profiles import PROFILES
from portfolio.initiatives.models import ImportRun
from portfolio.initiatives.queries.imports import COUNTED, report
from portfolio.initiatives.services.imports.days import proposed_day
from portfolio.initiatives.services.imports.plans import Plan, file_plan, profile_plan
from portfolio.initiatives.services.imports.publishing import publish_rows
from portfolio.initiatives.services.imports.runs import begin_staging, fail_run, finish_staging, start_run
from portfolio.initiatives.services.imports.staging import stage_rows


class Command(BaseCommand):
    help = "Imports a register of initiatives from a CSV, JSON, JSON Lines or XLSX file, whole or not at all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        kind = parser.add_mutually_exclusive_group(required=True)
        kind.add_argument("--profile", choices=PROFILES, help="a register that is known already")
        kind.add_argument("--mapping", type=Path, metavar="FILE", help="YAML or JSON that says which column is what")
        parser.add_argument("--register", metavar="NAME", help="name of the register; else the mapping's")
        parser.add_argument("--unit", metavar="NAME", help="unit it belongs to, by name, code or trail; made if there is none")
        parser.add_argument("--as-of", type=_day, metavar="DATE", help="the day that the file tells of; else that of publishing")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")
        parser.add_argument("--report", type=Path, metavar="OUT.json", help="write the whole account there")

    def handle(self, *args: Any, **options: Any) -> None:
        by = system("import_register command", Through.COMMAND)
        file: Path = options["file"]
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        try:
            plan, mapping = _plan(options)
            plan, unit = _unit(plan, options["unit"])
            with transaction.atomic() if options["dry_run"] else _nothing():
                run = _import(by, file, plan, mapping, unit, as_of=options["as_of"], publish=not options["dry_run"])
                told = report(run)
                if options["dry_run"]:
                    transaction.set_rollback(True)
        except (FormatError, PermissionDenied) as error:
            raise CommandError(str(error)) from None
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        if options["report"]:
            told["dry_run"] = options["dry_run"]
            options["report"].write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        self._say(told, dry_run=options["dry_run"])
        if told["as_of"] is None and (proposed := proposed_day(plan.profile, None)):
            self.stdout.write(f"It counts as known since its publishing; --as-of {proposed} says that it tells of then.")

    def _say(self, told: dict[str, Any], *, dry_run: bool) -> None:
        parts = ", ".join(f"{told[name]} {name}" for name in COUNTED)
        self.stdout.write(f"{told['register']}: {told['rows']} rows = {parts}.")
        self.stdout.write(
            f"Not in the latest import: {told['missing']} ({told['newly_missing']} new)."
            f" Cells not read: {len(told['unread_cells'])}. Repeated keys: {len(told['repeats'])}."
        )
        for row in told["rejected_rows"][:20]:
            self.stdout.write(f"  line {row['line']}, {row['field'] or 'row'}: {row['reason']} ({row['value'][:60]!r})")
        if len(told["rejected_rows"]) > 20:
            self.stdout.write("  ... the rest is in the report (--report OUT.json)")
        if dry_run:
            self.stdout.write("Dry run: nothing was changed.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no day; write it as 2024-12-31") from None


def _nothing() -> Any:
    from contextlib import nullcontext

    return nullcontext()


def _plan(options: dict[str, Any]) -> tuple[Plan, Mapping]:
    if options["profile"]:
        plan, mapping = profile_plan(options["profile"])
    else:
        try:
            text = options["mapping"].read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"The mapping cannot be read: {error}") from None
        plan, mapping = file_plan(text)
    return (replace(plan, register=options["register"]) if options["register"] else plan), mapping


def _unit(plan: Plan, named: str | None) -> tuple[Plan, BusinessUnit | None]:
    """The existing unit of that name, else one of that name is made on top."""
    if not named:
        return plan, None
    found = accounts.units_named(named)
    if len(found) > 1:
        raise CommandError(f"More than one unit is named {named!r}; give its trail.")
    return (replace(plan, unit_name=""), found[0]) if found else (replace(plan, unit_name=named), None)


def _import(
    by: Actor, file: Path, plan: Plan, mapping: Mapping, unit: BusinessUnit | None, *, as_of: date | None, publish: bool
) -> ImportRun:
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    size = file.stat().st_size
    run = start_run(
        by=by, file_name=file.name, sha256=digest, size=size, plan=plan, mapping=mapping, unit=unit, as_of=as_of
    )  # fmt: skip
    writer = by.acting_through(Through.IMPORT)
    begin_staging(run)
    try:
        staged = stage_rows(run=run, path=file)
    except FormatError as error:
        fail_run(by=writer, run=run, error=error)
        raise
    run = finish_staging(by=writer, run=run, staged=staged)
    return publish_rows(by=writer, run=run) if publish else run
