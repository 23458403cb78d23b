"""A bill's file at the door: kept outside the web root, looked at, and left to a worker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.formats.errors import FormatError
from portfolio.kit.acting import acting
from portfolio.kit.keeping import kept
from portfolio.outbox.services import enqueue
from portfolio.procurement.choices import UNDERWAY, BillingState
from portfolio.procurement.models import BillingImport
from portfolio.procurement.services.writing import CURRENCY, require

FOLDER = "billing"
SAME = (*UNDERWAY, BillingState.STAGED, BillingState.PUBLISHED)


def upload_bill(
    *, by: Actor, unit: BusinessUnit, file: File[Any], currency: str = "", adds: bool = False, publish_refused: bool = False,
    demo: bool = False, queued: bool = True,
) -> tuple[BillingImport, bool]:  # fmt: skip
    """(import, whether it is new): the same file of the same unit, while it stands or is on its way, is the same import.

    `currency` is for files that name none. Raises PermissionDenied; ValidationError, also where the file is no bill.
    """
    require(by, Action.BILLING, unit.path)
    code = currency.strip().upper()
    if code and not CURRENCY.fullmatch(code):
        raise ValidationError({"currency": _("The capital letters of a currency, such as EUR.")})
    with kept(file, folder=FOLDER, most=settings.BILLING_MAX_BYTES) as held:
        layout = _looked_at(held.stored_as, code)
        with acting(by):
            BusinessUnit.objects.select_for_update(no_key=True).get(pk=unit.pk)  # two uploads at once are one import
            same = BillingImport.objects.filter(unit=unit, demo=demo, sha256=held.sha256, state__in=SAME).order_by("pk").first()
            if same is None:
                row = BillingImport.objects.create(
                    unit=unit, file_name=_plain_name(file.name), stored_as=held.stored_as, size_bytes=held.size_bytes,
                    sha256=held.sha256,
                    currency=code, adds=adds, publish_refused=publish_refused, demo=demo, started_by_id=by.user_id,
                    started_label=by.label[:200], **layout,
                )  # fmt: skip
                if queued:
                    enqueue("procurement.read_bill", {"billing_import_id": row.pk})
    if same is not None:
        default_storage.delete(held.stored_as)
        return same, False
    return row, True


def _looked_at(stored_as: str, currency: str) -> dict[str, str]:
    from portfolio.formats.billing.reading import opened  # pyarrow: not at start-up

    try:
        with opened(Path(default_storage.path(stored_as)), currency=currency) as bill:
            return {"layout": bill.layout.key, "layout_version": bill.layout.version, "container": bill.container}
    except FormatError as error:
        raise ValidationError({"file": str(error)}) from error


def _plain_name(name: str | None) -> str:
    last = (name or "").replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(one for one in last if one.isprintable()).strip()[-300:] or "bill"
