"""A bill's file on its way in: read in chunks that each stand by themselves, published whole."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import choices_of
from portfolio.kit.scope import ScopedQuerySet
from portfolio.procurement.choices import BillingState
from portfolio.procurement.models.catalogue import CURRENCY_LENGTH


class BillingImportQuerySet(ScopedQuerySet["BillingImport"]):
    demo_lookup = None  # the first real import is prepared while the demo is still what everybody sees


class BillingImport(models.Model):
    """One file of the unit whose bill it is. Counts add up: rows = kept + refused. Nothing of it counts until it is published.

    `currency` is what was said at the upload, for files that name none. `adds`: it comes beside what is there for its billing
    periods; else it takes its place. `publish_refused`: publish also when rows were refused. `refused_billed`: what was billed by
    refused rows, {currency: amount as text}, and `refused_unread` rows of which nobody can tell.
    """

    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="+", verbose_name=_("business unit"))
    file_name = models.CharField(_("file"), max_length=300)
    stored_as = models.CharField(max_length=200, blank=True, default="", db_default="", editable=False)
    size_bytes = models.BigIntegerField(default=0, db_default=0)
    sha256 = models.CharField(max_length=64)
    currency = models.CharField(_("currency"), max_length=CURRENCY_LENGTH, blank=True, default="", db_default="")
    adds = models.BooleanField(_("adds to its billing periods"), default=False, db_default=False)
    publish_refused = models.BooleanField(_("publish without refused rows"), default=False, db_default=False)
    state = models.CharField(
        max_length=10, choices=choices_of(BillingState), default=BillingState.UPLOADED, db_default=BillingState.UPLOADED.value
    )
    layout = models.CharField(max_length=20, blank=True, default="", db_default="", help_text="focus, aws_cur, azure_ea")
    layout_version = models.CharField(max_length=10, blank=True, default="", db_default="")
    container = models.CharField(max_length=10, blank=True, default="", db_default="", help_text="csv, csv.gz, parquet")
    rows = models.BigIntegerField(default=0, db_default=0)
    kept = models.BigIntegerField(default=0, db_default=0)
    refused = models.BigIntegerField(default=0, db_default=0)
    progress = models.FloatField(default=0.0, db_default=0.0, help_text="the part of the file that was read, 0 to 1")
    refusals = models.JSONField(default=list, help_text="[{field, column, fault, rows}]")
    refused_billed = models.JSONField(default=dict)
    refused_unread = models.BigIntegerField(default=0, db_default=0)
    notes = models.JSONField(default=list, help_text="Messages about the file as a whole.")
    error = models.TextField(blank=True, default="", db_default="")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    started_label = models.CharField(max_length=200, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    began_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="failed or withdrawn")
    demo = models.BooleanField(default=False, db_default=False, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = BillingImportQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["sha256"], name="billing_import_digest")]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.state})"


class BillingChunk(models.Model):
    """A part of the file that was read and stands; reading goes on where the last one ends (formats.billing Position)."""

    insert_only = True

    billing_import = models.ForeignKey(BillingImport, on_delete=models.PROTECT, related_name="chunks")
    number = models.PositiveIntegerField()
    offset = models.BigIntegerField()
    lines = models.BigIntegerField()
    rows = models.BigIntegerField(help_text="of the file so far")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint("billing_import", "number", name="billing_chunk_number")]

    def __str__(self) -> str:
        return f"chunk {self.number}"


class BillingReject(models.Model):
    """One of the first refused rows; BillingImport.refusals counts them all. `value` may be an amount: money."""

    insert_only = True

    billing_import = models.ForeignKey(BillingImport, on_delete=models.PROTECT, related_name="rejects", db_index=False)
    line = models.BigIntegerField()
    row = models.BigIntegerField()
    field = models.CharField(max_length=40)
    column = models.CharField(max_length=200, blank=True, default="", db_default="")
    fault = models.CharField(max_length=20)
    value = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        ordering = ("row", "id")
        indexes = [models.Index(fields=["billing_import", "row"], name="billing_reject_row")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.fault}"
