"""Comments with mentions and files.

They belong to an object named by kind and id, because initiatives stand above this slice and may not be imported;
`initiative_id` and `unit_id` are what scoping needs.
"""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from portfolio.accounts.models import BusinessUnit
from portfolio.kit.scope import ScopedQuerySet


class Comment(models.Model):
    """Somebody's words on an object; markdown source, shown sanitised. Removed comments keep their row."""

    object_type = models.CharField(max_length=63)
    object_id = models.BigIntegerField()
    initiative_id = models.BigIntegerField(null=True)
    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="comments")
    text = models.TextField(max_length=20_000)
    mentions = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="mentioned_in", blank=True)
    demo = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    edited_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet["Comment"].as_manager()

    class Meta:
        ordering = ("created_at", "id")
        indexes = [models.Index(fields=["object_type", "object_id", "created_at"], name="comment_object")]

    def __str__(self) -> str:
        return self.text[:60]


def attachment_path(_: Attachment, name: str) -> str:
    """A random name outside the web root; the name the person gave is kept in the row only."""
    return f"attachments/{secrets.token_hex(2)[:2]}/{secrets.token_hex(20)}"


class Attachment(models.Model):
    """A file with a comment; served as a download only, never inline."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="attachments")
    file = models.FileField(upload_to=attachment_path, max_length=120)
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=100, default="application/octet-stream")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return self.name
