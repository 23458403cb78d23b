from django.db import migrations

from portfolio.kit.audit import audited
from portfolio.kit.demo import Delete, demo_step

TABLES = (
    "finance_financesettings",
    "finance_rate",
    "finance_budgetline",
    "finance_commitment",
    "finance_financeimport",
)


class Migration(migrations.Migration):
    dependencies = [("finance", "0001_initial"), ("activity", "0002_audit"), ("initiatives", "0009_demo_steps")]

    operations = [
        migrations.RunSQL("INSERT INTO finance_financesettings (id) VALUES (1)", "DELETE FROM finance_financesettings"),
        *(audited(table) for table in TABLES),
        demo_step(
            7,
            "finance",
            deletes=(
                Delete("finance_commitment", "demo"),
                Delete("finance_budgetline", "demo"),
                Delete("finance_rate", "demo"),
            ),
        ),
    ]
