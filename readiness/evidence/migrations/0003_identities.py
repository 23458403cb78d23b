from django.db import migrations, models

# What a source tells of one value, all of it: two counts of samples would else be whichever came first.
ONCE = """
ALTER TABLE evidence_observation DROP CONSTRAINT evidence_observation_pkey;
ALTER TABLE evidence_observation ADD CONSTRAINT evidence_observation_once
    UNIQUE NULLS NOT DISTINCT (series_id, observed_at, value, marks, samples)
"""
BACK = """
ALTER TABLE evidence_observation DROP CONSTRAINT evidence_observation_once;
ALTER TABLE evidence_observation ADD PRIMARY KEY (series_id, observed_at, value, marks)
"""


class Migration(migrations.Migration):
    dependencies = [("evidence", "0002_database")]

    operations = [
        migrations.RemoveConstraint(model_name="run", name="evidence_run_once"),
        migrations.AddField(
            model_name="run",
            name="digest",
            field=models.CharField(default="", help_text="of source, subject, key, environment and codes of flaws", max_length=64, unique=True),
            preserve_default=False,
        ),
        migrations.AddIndex(model_name="run", index=models.Index(fields=["source", "key"], name="evidence_run_of_key")),
        migrations.RunSQL(ONCE, BACK),
    ]
