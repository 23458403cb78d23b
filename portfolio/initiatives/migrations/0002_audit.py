from django.db import migrations

from portfolio.kit.audit import audited

TABLES = (
    "initiatives_lifecycle",
    "initiatives_stage",
    "initiatives_programme",
    "initiatives_tag",
    "initiatives_initiative",
    "initiatives_initiative_tags",
    "initiatives_initiativedate",
    "initiatives_functionslot",
    "initiatives_milestone",
    "initiatives_dependency",
    "initiatives_externalid",
    "initiatives_link",
    "initiatives_stageentry",
    "initiatives_closure",
    "initiatives_request",
    "initiatives_register",
    "initiatives_savedview",
)


class Migration(migrations.Migration):
    dependencies = [("initiatives", "0001_initial"), ("activity", "0002_audit")]

    operations = [
        *(audited(table) for table in TABLES),
        audited(
            "initiatives_importrun",
            without=("rows_done", "rows_total", "mapping", "notes"),
        ),
    ]
