"""Mails as rows: written in the transaction that causes them, sent later by a job (docs/mail.md)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Mail(models.Model):
    """One mail to one address. `sent_at` says that the mail server took it and this row learned of it; `attempts` counts tries
    that began. A row with `dead_at` is not tried again by itself; `last_error` says why.
    """

    key = models.CharField(max_length=200, unique=True, help_text="What it is about: a repeated job writes one mail.")
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True, default="", db_default="")
    demo = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    sent_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True, default="", db_default="")
    dead_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(condition=Q(sent_at__isnull=True) | Q(dead_at__isnull=True), name="mail_sent_or_dead"),
        ]
        indexes = [
            models.Index(
                fields=["created_at"], name="mail_waiting", condition=models.Q(sent_at__isnull=True, dead_at__isnull=True)
            ),
            models.Index(fields=["sent_at"], name="mail_sent", condition=models.Q(sent_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.subject} to {self.to}"


class MailAttachment(models.Model):
    """A file of a mail, kept in the row so that mail and file are written together or not at all."""

    mail = models.ForeignKey(Mail, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name
