"""Packs and minutes as files: what they were printed from, and the digest of what was printed."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from portfolio.initiatives.choices import choices_of
from readiness.meetings.choices import PackKind, PackState, Variant
from readiness.meetings.models.meeting import Meeting
from readiness.meetings.models.scope import PartQuerySet

PERSON = settings.AUTH_USER_MODEL


def stored_name() -> str:
    """A name that nobody can guess, given before the first print: a print that is done again takes the place of the first."""
    return f"packs/{secrets.token_hex(20)}"


class Pack(models.Model):
    """One variant of one version. `input` is rules.packs.page.plain of its pages, frozen when it was made, with the risk
    `figures` that they tell by initiative; the same input gives the same file. `reviews` are those on the agenda then, `heads`
    those of their decision chains [{chain, sequence, hash}].

    The row is the queue of the print. A trigger keeps what was sent as it was.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="packs")
    kind = models.CharField(max_length=10, choices=choices_of(PackKind), default=PackKind.PACK, db_default="pack")
    variant = models.CharField(max_length=10, choices=choices_of(Variant))
    number = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=choices_of(PackState), default=PackState.DRAFT, db_default="draft")
    input = models.JSONField()
    reviews = models.JSONField(default=list)
    heads = models.JSONField(default=list)
    stored_as = models.CharField(max_length=100, default=stored_name, editable=False)
    size_bytes = models.PositiveBigIntegerField(default=0, db_default=0)
    sha256 = models.CharField(max_length=64, blank=True, default="", db_default="")
    pages = models.PositiveIntegerField(default=0, db_default=0)
    error = models.TextField(blank=True, default="", db_default="")
    made_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    printed_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True)

    objects = PartQuerySet["Pack"].as_manager()

    class Meta:
        ordering = ("-number", "variant")
        constraints = [
            models.UniqueConstraint("meeting", "kind", "variant", "number", name="pack_once"),
            models.CheckConstraint(
                condition=~models.Q(state__in=("ready", "sent")) | (~models.Q(sha256="") & models.Q(pages__gt=0)),
                name="printed_pack_has_a_digest",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="sent") | models.Q(sent_at__isnull=False), name="sent_pack_says_when"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}, {self.variant}"
