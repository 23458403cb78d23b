from django.db import migrations

from portfolio.kit.demo import Delete, demo_step


class Migration(migrations.Migration):
    dependencies = [("assessments", "0003_default_bank"), ("initiatives", "0009_demo_steps")]

    operations = [
        demo_step(
            20,
            "assessments",
            deletes=(
                Delete("assessments_assessmentanswer"),
                Delete("assessments_assessment"),
                Delete("assessments_componentcheck"),
            ),
        )
    ]
