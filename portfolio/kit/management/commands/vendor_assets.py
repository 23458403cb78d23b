from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portfolio.kit import assets


class Command(BaseCommand):
    help = "Copies the browser assets that are served from node_modules into var/vendor and builds the icon sprite."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        base: Path = settings.BASE_DIR
        try:
            changed = assets.vendor(
                node_modules=base / "node_modules",
                icon_list=base / "static" / "icons.txt",
                target=settings.VAR / "vendor",
            )
        except assets.AssetMissing as missing:
            raise CommandError(str(missing)) from None
        self.stdout.write(f"vendor assets: {', '.join(changed) or 'nothing changed'}")
