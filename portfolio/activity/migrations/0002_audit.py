from django.db import migrations

from portfolio.kit.audit import AUDIT_FUNCTION, audited


class Migration(migrations.Migration):
    """The audit function runs as its owner, so the application role needs no right to write the trail."""

    dependencies = [("activity", "0001_initial")]

    operations = [
        migrations.RunSQL(AUDIT_FUNCTION, "DROP FUNCTION pilotage_audit()"),
        migrations.RunSQL(
            "REVOKE ALL ON FUNCTION pilotage_audit() FROM PUBLIC",
            migrations.RunSQL.noop,
        ),
        audited("activity_comment"),
        audited("activity_attachment"),
        audited("accounts_user"),
        audited("accounts_businessunit"),
        audited("accounts_roleassignment"),
        audited("accounts_apitoken"),
    ]
