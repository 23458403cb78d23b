"""What must be true before the processes start. Every step is harmless when there is nothing to do."""

import hashlib
import io
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

# Pages that nobody is shown: the browsable API and the second reader of the OpenAPI description.
UNSERVED = ["rest_framework/*", "redoc*"]


class Command(BaseCommand):
    help = "Migrates the database, collects the static files and, with --embedded, makes the first sign-in and the demo."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--embedded", action="store_true", help="the database is the embedded one")
        parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._prepare(embedded=options["embedded"], demo=not options["no_demo"])
        except OperationalError as error:
            raise CommandError(f"the database does not serve us: {str(error).strip()}") from None
        except OSError as error:
            raise CommandError(f"{error.filename or settings.VAR}: {error.strerror}; make room, or set PILOTAGE_VAR") from None

    def _prepare(self, *, embedded: bool, demo: bool) -> None:
        call_command("migrate", database="owner", interactive=False, verbosity=0)
        self._if_there("ensure_grants")
        self._static_files()
        if embedded:
            self._if_there("ensure_admin", stdout=io.StringIO())  # `up` shows the sign-in when all is ready
            if demo:
                self._if_there("load_demo", "--if-empty")

    def _if_there(self, command: str, *arguments: str, stdout: io.StringIO | None = None) -> None:
        if command in get_commands():
            call_command(command, *arguments, stdout=stdout or self.stdout)

    def _static_files(self) -> None:
        if (settings.BASE_DIR / "node_modules").exists():
            call_command("vendor_assets", stdout=io.StringIO())
        stamp = Path(settings.STATIC_ROOT).with_suffix(".stamp")
        now = _fingerprint()
        if not stamp.exists() or stamp.read_text() != now:
            call_command("collectstatic", interactive=False, clear=True, verbosity=0, ignore_patterns=UNSERVED)
            stamp.write_text(now)


def _fingerprint() -> str:
    """Changes when a file that collectstatic would take is added, removed or written."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = Path(storage.path(path)).stat()
            digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
