from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from portfolio.accounts import services
from portfolio.accounts.choices import Role, Through
from portfolio.accounts.management.commands.create_token import one_unit
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import system


class Command(BaseCommand):
    help = "Adds a person with roles; they choose a password through the reset page."

    def add_arguments(self, parser: ArgumentParser) -> None:
        roles = ", ".join(role.value for role in Role)
        parser.add_argument("email")
        parser.add_argument("name")
        parser.add_argument(
            "--role",
            action="append",
            default=[],
            metavar="ROLE[:UNIT]",
            help=f"may be repeated; without a unit it holds for the whole organisation. Roles: {roles}",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        by = system("create_person", Through.COMMAND)
        try:
            validate_email(options["email"])
            roles = [_role(text) for text in options["role"]]
            with transaction.atomic():
                user = services.create_user(by=by, email=options["email"], name=options["name"])
                for role, unit in roles:
                    services.assign_role(by=by, user=user, role=role, unit=unit)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(f"{user.name} <{user.email}> is registered with {len(roles)} roles.")


def _role(text: str) -> tuple[Role, BusinessUnit | None]:
    name, _, unit = text.partition(":")
    if name not in Role.__members__.values():
        raise CommandError(f"There is no role {name!r}.")
    return Role(name), one_unit(unit) if unit else None
