#!/usr/bin/env python
"""Django's command line. Commands that need servers get the embedded ones where the environment names none."""

import os
import secrets
import sys
from pathlib import Path

# These ask no database. Nor does `up`, which finds servers and key itself, for the processes that it runs.
WITHOUT_SERVERS = {"vendor_assets", "collectstatic", "makemessages", "compilemessages", "help", "--help", "version"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portfolio.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command in WITHOUT_SERVERS or {"-h", "--help"} & set(sys.argv):
        os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
    elif command != "up":
        find_servers()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def find_servers() -> None:
    from portfolio.kit.embedded import ensure_unless_configured
    from portfolio.kit.embedded.errors import EmbeddedError

    var = os.environ.get("PILOTAGE_VAR") or Path(__file__).resolve().parent / "var"
    try:
        ensure_unless_configured(Path(var))
    except EmbeddedError as error:
        sys.exit(f"Pilotage cannot start: {error}")


if __name__ == "__main__":
    main()
