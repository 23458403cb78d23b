"""Figures for past months from dated history: `manage.py reconstruct_risk [--months N] [--demo]`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from portfolio.kit import clock
from readiness.risk.services.backtesting import run_backtest
from readiness.risk.services.reconstructing import MONTHS, reconstruct

MOST_MONTHS = 240


class Command(BaseCommand):
    help = (
        "Computes, for the first day of each past month in which nothing was frozen, the risk figures that the own record then "
        "gives, and scores them. They are labelled as reconstructed and never mixed with frozen ones."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--months", type=int, default=MONTHS, metavar="N", help=f"how far back (default {MONTHS})")
        parser.add_argument("--demo", action="store_true", help="of the demo portfolio instead of the real one")

    def handle(self, *args: Any, months: int, demo: bool, **options: Any) -> None:
        if not 1 <= months <= MOST_MONTHS:
            raise CommandError(f"--months must be between 1 and {MOST_MONTHS}.")
        today = clock.today()
        with transaction.atomic():
            made = reconstruct(demo=demo, today=today, months=months)
            tested = run_backtest(demo=demo, today=today, now=clock.now())
        figures = sum(one.seen for one in made)
        self.stdout.write(f"{len(made)} months reconstructed, {figures} figures; {len(tested)} backtests are new.")
