import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from readiness.gates.queries.record import exported


class Command(BaseCommand):
    help = "Writes every gate decision as a line of JSON, for verify_decisions.py, which an auditor runs by itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--with-money", action="store_true", help="also the sealed amounts, for those who may see money")

    def handle(self, *args: Any, **options: Any) -> None:
        for row in exported(money=options["with_money"]):
            self.stdout.write(json.dumps(row, ensure_ascii=False, sort_keys=True))
