from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portfolio.kit.secrets import KeyMissing, rotate, sealed_fields


class Command(BaseCommand):
    help = "Seals every stored secret with the first of PILOTAGE_SECRET_KEYS, after which the other keys may go."

    def handle(self, *args: Any, **options: Any) -> None:
        lost = 0
        for model, field in sealed_fields():
            try:
                moved, unreadable = rotate(model, field)
            except KeyMissing as error:
                raise CommandError(str(error)) from None
            self.stdout.write(f"{model._meta.label}.{field.name}: {moved} sealed anew, {unreadable} that no key opens")
            lost += unreadable
        if lost:
            raise CommandError(f"{lost} secrets could not be opened: keep the old keys, or enter those secrets again.")
