"""A believable portfolio to look at: `manage.py load_demo [--initiatives N] [--seed S] [--if-empty]`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from portfolio.accounts.choices import Through
from portfolio.accounts.rules import system
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.services.demo import DEFAULT_COUNT, DemoPresent
from portfolio.kit import clock
from readiness.dashboards.services.demo import TABLES, load_everything

MAX_INITIATIVES = 144_000  # the vocabulary has no more distinct names


class Command(BaseCommand):
    help = "Loads the demo portfolio, marked as demo in every row. `remove_demo` takes it away again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--initiatives", type=int, default=DEFAULT_COUNT, metavar="N")
        parser.add_argument("--seed", type=int, default=1, help="the same seed and day give the same portfolio")
        parser.add_argument("--if-empty", action="store_true", help="do nothing where any initiative exists")

    def handle(self, *args: Any, initiatives: int, seed: int, if_empty: bool, **options: Any) -> None:
        if not 1 <= initiatives <= MAX_INITIATIVES:
            raise CommandError(f"--initiatives must be between 1 and {MAX_INITIATIVES}.")
        if if_empty and Initiative.objects.exists():
            return
        try:
            made = load_everything(by=system("load_demo", Through.COMMAND), count=initiatives, seed=seed, today=clock.today())
        except DemoPresent:
            raise CommandError("A demo is loaded already; run remove_demo first. Nothing was changed.") from None
        if initiatives > 1_000:
            _refresh_statistics()
        self.stdout.write(f"Loaded {made} demo initiatives (seed {seed}).")
        if Initiative.objects.filter(demo=False).exists():
            self.stdout.write("A real portfolio exists: pages show that one, and the demo stays out of sight.")


def _refresh_statistics() -> None:
    """A bulk load is read at once; the planner should not wait for autovacuum. Only the owner may."""
    with connections["owner"].cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ANALYZE {table}")
