"""The first real register is imported while everybody still looks at the demo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from portfolio.initiatives.models import ImportRun, Initiative
from portfolio.initiatives.services.imports.plans import file_plan
from portfolio.initiatives.services.imports.uploads import import_file
from tests.people import Organisation
from tests.portfolio.initiatives.importing import MAPPING, row, run_jobs, write_csv

pytestmark = pytest.mark.django_db


def test_a_run_shows_beside_the_demo_and_its_publication_ends_the_demo(
    organisation: Organisation, signed_in: Callable[[str], Client], tmp_path: Path
) -> None:
    call_command("load_demo", initiatives=20, verbosity=0)
    content = write_csv(tmp_path / "first.csv", [row(1), row(2)]).read_bytes()
    plan, mapping = file_plan(MAPPING)
    assert organisation.actor("Ada").showing_demo
    import_file(
        by=organisation.actor("Ada"), file=SimpleUploadedFile("first.csv", content), plan=plan, mapping=mapping, unit=None
    )  # fmt: skip
    run_jobs()
    run, client = ImportRun.objects.get(), signed_in("Ada")
    page = client.get(reverse("initiatives:import", args=[run.pk]))
    assert page.status_code == 200
    assert "first.csv" in page.content.decode()
    client.post(reverse("initiatives:import_publish", args=[run.pk]))
    run_jobs()
    shown = Initiative.objects.visible_to(organisation.actor("Ada"))
    assert sorted(shown.values_list("name", flat=True)) == ["Initiative 1", "Initiative 2"]
    assert not organisation.actor("Ada").showing_demo
