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
        verbs = parser.add_subparsers(dest="verb", required=True)
        export = verbs.add_parser("export", help="write a version as YAML")
        export.add_argument("key", nargs="?", help="key of the bank; the default bank without it")
        export.add_argument("--version", dest="number", type=int, metavar="N", help="the newest version without it")
        export.add_argument("--output", type=Path, metavar="FILE", help="standard output without it")
        check = verbs.add_parser("check", help="say everything that is wrong with a file; change nothing")
        check.add_argument("file", type=Path)
        bring = verbs.add_parser("import", help="make a file the draft of its key")
        bring.add_argument("file", type=Path)
        bring.add_argument("--publish", action="store_true", help="and publish it")
        bring.add_argument("--default", action="store_true", help="and make it the default for new assessments")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(**options)
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from None

    def _export(self, *, key: str | None, number: int | None, output: Path | None, **_: Any) -> None:
        rows = QuestionBank.objects.filter(key=key) if key else QuestionBank.objects.filter(is_default=True)
        bank = (rows.filter(version=number) if number else rows).order_by("-version").first()
        if bank is None:
            raise CommandError("There is no such question bank or version.")
        text = write_pack(pack_of(bank))
        if output is None:
            self.stdout.write(text, ending="")
        else:
            output.write_text(text, encoding="utf-8")

    def _check(self, *, file: Path, **_: Any) -> None:
        pack = checked_pack(_text(file))
        self.stdout.write(f"{file.name}: {len(pack.questions)} questions, nothing to correct.")

    def _import(self, *, file: Path, publish: bool, default: bool, **_: Any) -> None:
        by = system("question_bank command", Through.COMMAND)
        bank = write_draft(by=by, pack=checked_pack(_text(file)))
        if publish or default:
            bank = publish_bank(by=by, bank=bank, make_default=default)
        state = "published" if bank.state == BankState.PUBLISHED else "a draft; publish it in the portal or with --publish"
        self.stdout.write(f"{bank} is {state}.")


def _text(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}") from None
