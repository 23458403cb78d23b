"""Takes the demo portfolio away: `manage.py remove_demo`. Real rows and the audit trail stay as they are."""

from typing import Any

from django.core.management.base import BaseCommand

from portfolio.accounts.choices import Through
from portfolio.accounts.rules import system
from portfolio.initiatives.services.demo import remove_demo


class Command(BaseCommand):
    help = "Removes every row that is marked as demo, in one transaction that leaves one entry in the audit trail."

    def handle(self, *args: Any, **options: Any) -> None:
        removed = remove_demo(by=system("remove_demo", Through.COMMAND))
        kept = removed.pop("kept")
        self.stdout.write(f"Removed {removed['initiatives_initiative']} demo initiatives, {sum(removed.values())} rows in all.")
        if kept:
            what = "people, units, programmes, pools or measurements"
            self.stdout.write(f"Kept {kept} {what} that real rows stand on; they are no longer demo.")
