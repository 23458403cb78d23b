from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from portfolio.accounts import queries, services
from portfolio.accounts.choices import SCOPE_LABELS, Scope, Through
from portfolio.accounts.models import BusinessUnit, User
from portfolio.accounts.rules import system


class Command(BaseCommand):
    help = "Makes an API token and prints its secret, this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        scopes = "; ".join(f"{scope.value}: {label}" for scope, label in SCOPE_LABELS.items())
        parser.add_argument("--person", required=True, metavar="EMAIL", help="whose token it is; it reaches no further")
        parser.add_argument("--name", required=True, help="what it is for")
        parser.add_argument("--scope", required=True, action="append", choices=[s.value for s in Scope], help=scopes)
        parser.add_argument("--unit", help="name, code or trail (Department / Bureau); else the whole organisation")
        parser.add_argument("--days", required=True, type=int, help="how long it lives, at most 366")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["person"], is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody active has the address {options['person']}.")
        try:
            token, secret = services.create_token(
                by=system("create_token", Through.COMMAND),
                user=user,
                name=options["name"],
                scopes=[Scope(scope) for scope in options["scope"]],
                unit=one_unit(options["unit"]) if options["unit"] else None,
                days=options["days"],
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stderr.write(f"{token.name}, until {token.expiry:%Y-%m-%d}. Keep it now, it is not shown again:")
        self.stdout.write(secret)


def one_unit(text: str) -> BusinessUnit:
    """The unit that `text` names. Raises CommandError if there is none or more than one."""
    found = queries.units_named(text)
    if len(found) != 1:
        many = "more than one unit is" if found else "no unit is"
        raise CommandError(f"{many} named {text!r}".capitalize() + ("; give its trail." if found else "."))
    return found[0]
