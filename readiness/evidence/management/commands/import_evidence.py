import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from portfolio.accounts.choices import Through
from portfolio.accounts.rules import Actor, system
from portfolio.kit import clock
from readiness.evidence.models import Delivery
from readiness.evidence.queries.references import referred
from readiness.evidence.rules.declared import READERS
from readiness.evidence.services.keeping import forget
from readiness.evidence.services.receiving import read_now
from readiness.evidence.services.uploads import upload

COUNTS = ("runs", "runs_known", "runs_flawed", "observations", "repeated", "refused")
ENVIRONMENT = tuple(name for name in READERS if name != "extra")


class Command(BaseCommand):
    help = "Brings result files of benchmark tools in as evidence, each file whole or not at all. The format is found by content."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        about = parser.add_mutually_exclusive_group(required=True)
        about.add_argument("--workload", help="id, AI-0042/Chat, AI-0042 (its only workload) or jira:AI-7/Chat")
        about.add_argument("--pool", help="id or name of a capacity pool")
        about.add_argument("--unit", help="id, code or name of a business unit")
        for name in ENVIRONMENT:
            parser.add_argument(f"--{name.replace('_', '-')}", dest=name, help="of the measured place")
        parser.add_argument("--note", default="")
        parser.add_argument("--dry-run", action="store_true", help="say what would come in and keep nothing")
        parser.add_argument("--report", type=Path, metavar="OUT.json", help="write the whole account there")

    def handle(self, *args: Any, **options: Any) -> None:
        by = system("import_evidence command", Through.COMMAND)
        missing = [str(file) for file in options["files"] if not file.is_file()]
        if missing:
            raise CommandError(f"There is no file {', '.join(missing)}.")
        try:
            told = [_import(by, file, options) for file in options["files"]]
        except PermissionDenied as error:
            raise CommandError(str(error)) from None
        except ValidationError as error:
            raise CommandError(_text(error)) from None
        if options["report"]:
            account = {"dry_run": options["dry_run"], "files": told}
            options["report"].write_text(json.dumps(account, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        for one in told:
            self._say(one)
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was kept.")
        failed = sum(bool(one["error"]) for one in told)
        if failed:
            raise CommandError(f"{failed} of {len(told)} files could not be read.")

    def _say(self, told: dict[str, Any]) -> None:
        seen = ", ".join(told["detected"]) or "of no known format"
        if told["error"]:
            self.stdout.write(f"{told['file']} ({seen}): {told['error']}")
            return
        self.stdout.write(
            f"{told['file']} ({seen}): {told['runs']} new runs, {told['runs_flawed']} of them flawed, {told['runs_known']} known;"
            f" {told['observations']} new observations, {told['repeated']} repeated, {told['refused']} refused."
        )
        for problem in told["problems"][:20]:
            self.stdout.write(f"  {problem['place']}: {problem['text']}")
        if len(told["problems"]) > 20:
            self.stdout.write("  ... the rest is in the report (--report OUT.json)")


def _import(by: Actor, file: Path, options: dict[str, Any]) -> dict[str, Any]:
    about = referred(by, {name: options[name] for name in ("workload", "pool", "unit") if options[name]})
    environment = {name: options[name] for name in ENVIRONMENT if options[name]}
    with file.open("rb") as content, transaction.atomic():
        made = upload(
            by=by, file=File(content, file.name), now=clock.now(), environment=environment, note=options["note"], **about
        )  # fmt: skip
        read_now(made, now=clock.now())
        told = _account(file, Delivery.objects.get(pk=made.pk))
        if options["dry_run"]:
            transaction.set_rollback(True)
    if options["dry_run"]:
        forget(made.stored_as)
    return told


def _account(file: Path, row: Delivery) -> dict[str, Any]:
    detected = [f"{one['label']}, {one['format']}" for one in row.detected[:1]]
    counts = {name: getattr(row, name) for name in COUNTS}
    return {
        "file": str(file), "sha256": row.sha256, "delivery": row.pk, "detected": detected, "state": row.state, "error": row.error,
        "problems": row.problems,
    } | counts  # fmt: skip


def _text(error: ValidationError) -> str:
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return " ".join(f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
