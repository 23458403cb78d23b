"""What can be bought and run: accelerators and models as data, each figure with its source and whether anybody verified it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import choices_of
from readiness.core.sizing.inputs import Task
from readiness.workloads.choices import ModelSource, Precision


class Accelerator(models.Model):
    """One kind of accelerator. Speeds are dense (no sparsity), per accelerator; empty means not known."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    vendor = models.CharField(_("vendor"), max_length=80, blank=True, default="", db_default="")
    memory_bytes = models.BigIntegerField(_("memory"), null=True, blank=True)
    bandwidth = models.FloatField(_("memory bandwidth (bytes/s)"), null=True, blank=True)
    flops_bf16 = models.FloatField(_("BF16 operations/s"), null=True, blank=True)
    flops_fp8 = models.FloatField(_("FP8 operations/s"), null=True, blank=True)
    power_w = models.FloatField(_("power (W)"), null=True, blank=True)
    price_low = models.FloatField(_("list price per hour, low"), null=True, blank=True)
    price_likely = models.FloatField(_("list price per hour, usual"), null=True, blank=True)
    price_high = models.FloatField(_("list price per hour, high"), null=True, blank=True)
    price_currency = models.CharField(_("currency"), max_length=3, blank=True, default="", db_default="")
    aliases = models.JSONField(_("other names"), default=list, blank=True, db_default=models.Value([], models.JSONField()))
    source = models.TextField(_("source"), blank=True, default="", db_default="")
    verified = models.BooleanField(_("verified"), default=False, db_default=False)
    as_of = models.DateField(_("as of"), null=True, blank=True)
    retired = models.BooleanField(_("no longer offered"), default=False, db_default=False)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class CatalogueModel(models.Model):
    """A model that a workload may use: self-hosted (facts from its config) or behind an API (prices per million tokens).

    `layers` is a list of {count, kv_heads, head_dim, window_tokens, latent_dim} as core.sizing.inputs.Layers.
    """

    key = models.SlugField(_("key"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=160)
    provider = models.CharField(_("provider"), max_length=80, blank=True, default="", db_default="")
    offered_as = models.CharField(_("offered as"), max_length=12, choices=choices_of(ModelSource))
    task = models.CharField(_("task"), max_length=10, choices=choices_of(Task), default=Task.GENERATE.value)
    parameters = models.FloatField(_("parameters"), null=True, blank=True)
    active_parameters = models.FloatField(_("active parameters"), null=True, blank=True)
    layers = models.JSONField(_("layers"), default=list, blank=True, db_default=models.Value([], models.JSONField()))
    precision = models.CharField(
        _("published precision"), max_length=5, choices=choices_of(Precision), default=Precision.BF16, db_default="bf16"
    )
    max_context_tokens = models.PositiveIntegerField(_("longest context (tokens)"), null=True, blank=True)
    price_input = models.FloatField(_("price per million input tokens"), null=True, blank=True)
    price_output = models.FloatField(_("price per million output tokens"), null=True, blank=True)
    price_currency = models.CharField(_("currency"), max_length=3, blank=True, default="", db_default="")
    aliases = models.JSONField(_("other names"), default=list, blank=True, db_default=models.Value([], models.JSONField()))
    source = models.TextField(_("source"), blank=True, default="", db_default="")
    verified = models.BooleanField(_("verified"), default=False, db_default=False)
    as_of = models.DateField(_("as of"), null=True, blank=True)
    retired = models.BooleanField(_("no longer offered"), default=False, db_default=False)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
