"""The two lifecycle templates every installation starts with (DOMAIN.md): the standard one and a lighter one."""

from typing import Any

from django.db import migrations

BEFORE, PRODUCTION = "before_production", "production"
TEMPLATES: tuple[dict[str, Any], ...] = (
    {
        "key": "standard",
        "name": "Standard",
        "is_default": True,
        "description": "Five stages with a gate before each, for initiatives that need capacity of their own.",
        "stages": (
            ("idea", "Idea", BEFORE, ""),
            ("poc", "PoC", BEFORE, "PoC gate"),
            ("pilot", "Pilot", BEFORE, "Pilot gate"),
            ("scale-up", "Scale-up", BEFORE, "Scale-up gate"),
            ("production", "Production", PRODUCTION, "Production gate"),
        ),
    },
    {
        "key": "light",
        "name": "Light",
        "is_default": False,
        "description": "Three stages for small initiatives that run on what is there already.",
        "stages": (
            ("idea", "Idea", BEFORE, ""),
            ("pilot", "Pilot", BEFORE, "Pilot gate"),
            ("production", "Production", PRODUCTION, "Production gate"),
        ),
    },
)


def seed(apps: Any, schema_editor: Any) -> None:
    using = schema_editor.connection.alias
    lifecycle_rows = apps.get_model("initiatives", "Lifecycle").objects.using(using)
    stage_rows = apps.get_model("initiatives", "Stage").objects.using(using)
    for template in TEMPLATES:
        known = {name: value for name, value in template.items() if name != "stages"}
        lifecycle = lifecycle_rows.create(version=1, **known)
        for position, (key, name, kind, gate) in enumerate(template["stages"], start=1):
            stage_rows.create(lifecycle=lifecycle, position=position, key=key, name=name, kind=kind, gate=gate)


class Migration(migrations.Migration):
    dependencies = [("initiatives", "0002_audit")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
