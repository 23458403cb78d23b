import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from portfolio.accounts.choices import Through
from portfolio.accounts.rules import system
from readiness.assessments.choices import BankState
from readiness.assessments.models import QuestionBank
from readiness.assessments.queries.banks import pack_of
from readiness.assessments.rules.packs import write_pack
from readiness.assessments.services.banks import checked_pack, publish_bank, write_draft


class Command(BaseCommand):
    help = "Question banks as YAML: export a version, check a file, or import it as a draft (and publish it)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["export", "check", "import"])
        parser.add_argument(
            "what", nargs="?", default="", help="export: a bank's key, else the default one; otherwise a file, or -"
        )
        parser.add_argument("--number", type=int, metavar="N", help="export: this version, else the newest")
        parser.add_argument("--output", type=Path, metavar="FILE", help="export: into this file, else to standard output")
        parser.add_argument("--publish", action="store_true", help="import: and publish it")
        parser.add_argument("--default", action="store_true", help="import: and make it the default for new assessments")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(**options)
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from None

    def _export(self, *, what: str, number: int | None, output: Path | None, **_: Any) -> None:
        rows = QuestionBank.objects.filter(key=what) if what else QuestionBank.objects.filter(is_default=True)
        bank = (rows.filter(version=number) if number else rows).order_by("-version").first()
        if bank is None:
            raise CommandError("There is no such question bank or version.")
        text = write_pack(pack_of(bank))
        if output is None:
            self.stdout.write(text, ending="")
        else:
            output.write_text(text, encoding="utf-8")

    def _check(self, *, what: str, **_: Any) -> None:
        pack = checked_pack(_text(what))
        self.stdout.write(f"{what}: {len(pack.questions)} questions, nothing to correct.")

    def _import(self, *, what: str, publish: bool, default: bool, **_: Any) -> None:
        by = system("question_bank command", Through.COMMAND)
        bank = write_draft(by=by, pack=checked_pack(_text(what)))
        if publish or default:
            bank = publish_bank(by=by, bank=bank, make_default=default)
        state = "published" if bank.state == BankState.PUBLISHED else "a draft; publish it in the portal or with --publish"
        self.stdout.write(f"{bank} is {state}.")


def _text(what: str) -> str:
    if not what:
        raise CommandError("Name a file, or - for standard input.")
    try:
        return sys.stdin.read() if what == "-" else Path(what).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{what} cannot be read: {error}") from None
