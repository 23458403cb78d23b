from django.db import migrations

from portfolio.kit.audit import audited

TABLES = (
    "assessments_questionbank",
    "assessments_question",
    "assessments_assessment",
    "assessments_assessmentanswer",
    "assessments_componentcheck",
)


class Migration(migrations.Migration):
    dependencies = [("assessments", "0001_initial"), ("activity", "0002_audit")]

    operations = [audited(table) for table in TABLES]
