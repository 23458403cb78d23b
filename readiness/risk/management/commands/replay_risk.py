from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portfolio.initiatives.models import Initiative
from readiness.risk.queries.explained import generation_for
from readiness.risk.queries.replaying import replay
from readiness.risk.rules.packing import OtherEngine


class Command(BaseCommand):
    help = (
        "Computes the risk figure of an initiative again from the inputs and the model version that were stored with it. "
        "Exit code 0: equal (it says whether to the last bit), 1: it differs, or there is no figure."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--initiative", required=True, metavar="KEY", help="such as AI-0042")
        parser.add_argument(
            "--on",
            type=date.fromisoformat,
            metavar="DATE",
            help="the newest kept figure of or before that day; without it the current one",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        row = Initiative.objects.filter(key=options["initiative"].upper()).first()
        if row is None:
            raise CommandError(f"There is no initiative {options['initiative']}.")
        generation = generation_for(row, options["on"])
        if generation is None:
            raise CommandError("No figure is kept for that.")
        try:
            found = replay(generation, row.pk)
        except OtherEngine as error:
            raise CommandError(str(error)) from error
        if found is None:
            raise CommandError("No figure is kept for that.")
        kind = "reconstructed" if generation.reconstructed else "frozen" if generation.frozen else "kept"
        self.stdout.write(f"{row.key}, {generation.on} ({kind}), model {generation.version}, inputs {found.digest[:16]}")
        self.stdout.write(f"stored   {found.stored[0]!r} [{found.stored[1]!r}, {found.stored[2]!r}]")
        self.stdout.write(f"computed {found.computed[0]!r} [{found.computed[1]!r}, {found.computed[2]!r}]")
        if not found.holds:
            raise CommandError(f"DIFFERS by {found.apart:.3g}", returncode=1)
        self.stdout.write(_verdict(found.equal, found.gone, whole=found.whole))


def _verdict(equal: bool, gone: int, *, whole: bool) -> str:
    said = "equal to the last bit" if equal else "equal to twelve digits, added up in another order (machine, release or rows)"
    if gone:
        return f"{said}; {gone} of the initiatives scored together with it are gone"
    return said if whole else f"{said}; the inputs of another initiative of that run are no longer what they were"
