"""The catalogues that an installation starts with: complete rows, honest sources, and the published figures of the vectors."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from readiness.workloads.models import Accelerator, CatalogueModel

pytestmark = pytest.mark.django_db


def test_the_catalogues_are_there_after_migrating() -> None:
    assert Accelerator.objects.count() >= 20
    assert CatalogueModel.objects.filter(offered_as="self_hosted").count() >= 25
    assert {"OpenAI", "Anthropic", "Google"} <= set(
        CatalogueModel.objects.filter(offered_as="api").values_list("provider", flat=True)
    )


@pytest.mark.parametrize("model", [Accelerator, CatalogueModel])
def test_every_shipped_row_is_valid_and_names_where_its_figures_come_from(model: Any) -> None:
    for row in model.objects.all():
        row.full_clean()
        assert row.source, row.key
        assert row.as_of, row.key
        if row.verified:
            assert "recalled" not in row.source, row.key


def test_speeds_and_prices_are_in_a_believable_order() -> None:
    for row in Accelerator.objects.all():
        if row.flops_fp8 and row.flops_bf16:
            assert row.flops_bf16 <= row.flops_fp8 <= 2.1 * row.flops_bf16, row.key
        if row.price_low is not None:
            assert row.price_likely is not None and row.price_high is not None, row.key
            assert row.price_low <= row.price_likely <= row.price_high, row.key
            assert row.price_currency == "USD"
        assert row.memory_bytes and 16e9 <= row.memory_bytes <= 1e12, row.key


def test_seeding_again_adds_nothing_and_keeps_what_people_changed() -> None:
    Accelerator.objects.filter(key="l4").update(name="Ours", verified=True)
    before = Accelerator.objects.count(), CatalogueModel.objects.count()
    seeds = importlib.import_module("readiness.workloads.migrations.0004_catalogue")
    with connection.schema_editor() as editor:
        seeds.seed(apps, editor)
    assert (Accelerator.objects.count(), CatalogueModel.objects.count()) == before
    assert Accelerator.objects.get(key="l4").name == "Ours"
