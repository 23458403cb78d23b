from django.db import migrations

from portfolio.kit.audit import audited


class Migration(migrations.Migration):
    dependencies = [("sizing", "0002_initial"), ("activity", "0002_audit")]

    operations = [
        audited("sizing_measurement"),
        audited("sizing_sizingoption", without=("result_id",)),
    ]
