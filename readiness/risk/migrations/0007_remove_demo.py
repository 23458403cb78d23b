"""The demo's end: figures of the demo go with it."""

from django.db import migrations

from portfolio.kit.demo import Delete, demo_step

INITIATIVE = "initiative_id IN (SELECT id FROM initiatives_initiative WHERE demo)"


class Migration(migrations.Migration):
    dependencies = [("risk", "0006_model"), ("initiatives", "0011_risk_standing")]

    operations = [
        demo_step(
            50,
            "risk",
            deletes=(
                Delete("initiatives_riskstanding", which=INITIATIVE),
                Delete("risk_shown", which=INITIATIVE),
                Delete("risk_score", which=INITIATIVE),
                Delete("risk_generation", which="demo"),
                Delete("risk_modelversion", which="demo"),
            ),
        ),
    ]
