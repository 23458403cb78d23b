"""What somebody asks for before it is an initiative."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import RequestState, choices_of
from portfolio.initiatives.models.initiative import Initiative
from portfolio.kit.scope import ScopedQuerySet


class Request(models.Model):
    """Triaged to accepted (becomes `initiative`), merged (into it) or declined, always with a reason."""

    title = models.CharField(_("title"), max_length=300)
    unit = models.ForeignKey(
        BusinessUnit,
        on_delete=models.PROTECT,
        related_name="requests",
        verbose_name=_("business unit"),
    )
    purpose = models.TextField(_("purpose"))
    expected_value = models.DecimalField(_("expected value"), max_digits=16, decimal_places=2, null=True, blank=True)
    expected_value_currency = models.CharField(_("currency"), max_length=3, blank=True, default="", db_default="")
    sponsor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sponsor"),
    )
    data_needed = models.TextField(_("data it needs"), blank=True, default="", db_default="")
    load_estimate = models.TextField(
        _("first estimate of the load"),
        blank=True,
        default="",
        db_default="",
        help_text=_("Users, requests per day, documents per night. Empty means: we do not know yet."),
    )
    load_unknown = models.BooleanField(_("we do not know the load yet"), default=False, db_default=False)
    state = models.CharField(max_length=10, choices=choices_of(RequestState), default=RequestState.OPEN)
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="requests",
        editable=False,
    )
    initiative = models.ForeignKey(
        Initiative,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="requests",
        editable=False,
    )
    triage_reason = models.TextField(blank=True, default="", db_default="", editable=False)
    triaged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    triaged_at = models.DateTimeField(null=True, editable=False)
    demo = models.BooleanField(default=False, db_default=False, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ScopedQuerySet["Request"].as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["state", "-id"], name="request_state")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state=RequestState.OPEN) | ~models.Q(triage_reason=""),
                name="triage_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.title
