from django.db import migrations


class Migration(migrations.Migration):
    """Half of each page stays free, so that a newer value takes the place of an older one without a look at the index."""

    dependencies = [("evidence", "0005_pulls")]

    operations = [
        migrations.RunSQL("ALTER TABLE evidence_latest SET (fillfactor = 50)", "ALTER TABLE evidence_latest RESET (fillfactor)"),
    ]
