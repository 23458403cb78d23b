from django.db import migrations

from portfolio.kit.demo import Adopt, Delete, Detach, demo_step


class Migration(migrations.Migration):
    dependencies = [("sizing", "0003_audit"), ("initiatives", "0009_demo_steps")]

    operations = [
        demo_step(
            30,
            "sizing",
            detaches=(Detach("sizing_sizingoption", "venue_option_id", "workloads_venueoption"),),
            deletes=(
                # an option points to its latest result and each result to its option
                Delete("sizing_sizingresult"),
                Delete("sizing_sizingoption", clears="result_id"),
            ),
            # newest first: a correction points to what it replaces
            adopts=(Adopt("sizing_measurement"),),
        )
    ]
