"""The first sign-in of an installation of one's own machine: made once, readable by its owner alone."""

import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from portfolio.accounts import queries, services
from portfolio.accounts.choices import Through
from portfolio.accounts.models import User
from portfolio.accounts.rules import system

EMAIL = "admin@pilotage.local"
NAME = "Administrator"
# No letters or digits that look alike; 4 x 5 of 31 signs are 99 bits.
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


class Command(BaseCommand):
    help = "Makes an administrator where there is none, and shows how to sign in while that password still works."

    def handle(self, *args: Any, **options: Any) -> None:
        note = settings.VAR / "sign-in.txt"
        if not queries.administrators().exists():
            _make(note)
        elif note.exists() and not _works(note):
            note.unlink()
        if note.exists():
            self.stdout.write(f"Address:  {settings.BASE_URL}\n{note.read_text(encoding='utf-8').strip()}")


def _make(note: Path) -> None:
    password = "-".join("".join(secrets.choice(SIGNS) for _ in range(5)) for _ in range(4))
    with transaction.atomic():
        services.open_door(by=system("ensure_admin", Through.COMMAND), email=EMAIL, name=NAME, password=password)
        # Before the commit: a password that works and that nobody knows would lock everybody out.
        _write(note, f"E-mail:   {EMAIL}\nPassword: {password}\n")


def _write(note: Path, text: str) -> None:
    """Readable by its owner only from the first byte on, and never half written."""
    note.parent.mkdir(parents=True, exist_ok=True)
    fresh = note.with_name(f".{note.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(note)


def _works(note: Path) -> bool:
    """Whether the noted password still opens the door."""
    lines = dict(line.split(":", 1) for line in note.read_text(encoding="utf-8").splitlines() if ":" in line)
    user = User.objects.filter(email__iexact=lines.get("E-mail", "").strip(), is_active=True).first()
    return user is not None and user.check_password(lines.get("Password", "").strip())
