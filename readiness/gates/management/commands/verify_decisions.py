import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from readiness.gates.queries.record import anchored, exported, first_other
from readiness.gates.rules.record.verify import BadAnchor, told, verify


class Command(BaseCommand):
    help = (
        "Checks the decisions in the database: every row, every chain, what pages show beside them, and every anchor. "
        "Only anchors from outside (mails, packs) show that a chain was cut off at its end or rewritten to its end. "
        "Exit code 0: whole, 1: something is wrong."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("anchors", nargs="*", type=Path, metavar="ANCHORS.jsonl", help="attachments of the anchor mails")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            given = [one for path in options["anchors"] for one in _lines(path)]
            found = verify(exported(money=True), [*anchored(), *given])
        except (OSError, ValueError, BadAnchor) as error:
            raise CommandError(str(error)) from error
        for line in told(found):
            self.stdout.write(line)
        others = list(first_other())
        for chain, sequence, what in others:
            self.stdout.write(f"changed: chain {chain}, decision {sequence}, {what}")
        if others or not found.whole:
            raise CommandError("SOMETHING IS WRONG", returncode=1)
        self.stdout.write("whole")


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            data = json.loads(line)
            if not isinstance(data, dict):
                raise ValueError(f"{path}, line {number}: an anchor is a JSON object.")
            yield data
