from django.db import migrations

from portfolio.kit.audit import audited


class Migration(migrations.Migration):
    dependencies = [("risk", "0001_initial"), ("activity", "0002_audit")]

    operations = [audited("risk_referencestatistic")]
