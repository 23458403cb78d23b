"""Seeds the catalogues of accelerators and models from packs/; a row that exists already is left as people made it."""

from pathlib import Path
from typing import Any

import yaml
from django.db import migrations

PACKS = Path(__file__).resolve().parent.parent / "packs"


def seed(apps: Any, schema_editor: Any) -> None:
    using = schema_editor.connection.alias
    for pack, model in (("accelerators", "Accelerator"), ("models", "CatalogueModel")):
        rows = apps.get_model("workloads", model).objects.using(using)
        known = set(rows.values_list("key", flat=True))
        shipped = yaml.safe_load((PACKS / f"{pack}.yaml").read_text(encoding="utf-8"))
        rows.bulk_create(rows.model(**facts) for facts in shipped if facts["key"] not in known)


class Migration(migrations.Migration):
    dependencies = [("workloads", "0003_trace_upload")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
