from argparse import ArgumentParser
from os import environ
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from portfolio.kit.supervisor.up import Options, Up


class Command(BaseCommand):
    help = "Starts everything on this machine (embedded servers unless configured) and stops it on Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=environ.get("PILOTAGE_HOST") or "127.0.0.1")
        parser.add_argument("--port", type=int, default=environ.get("PILOTAGE_PORT") or 8000)
        parser.add_argument("--workers", type=int, default=2, help="web processes")
        parser.add_argument("--no-demo", action="store_true", help="do not fill an empty embedded database with the demo")

    def handle(self, *args: Any, **options: Any) -> None:
        code = Up(
            Options(
                repository=settings.BASE_DIR,
                var=settings.VAR.absolute(),
                host=options["host"],
                port=options["port"],
                workers=options["workers"],
                pulls=settings.PULLS_AT_ONCE,
                demo=not options["no_demo"],
            )
        ).run()
        if code:
            raise SystemExit(code)
