from django.db import migrations

from portfolio.kit.demo import DEMO, Adopt, Delete, demo_step

WORKLOAD = "workload_id IN (SELECT w.id FROM workloads_workload w JOIN initiatives_initiative i ON i.id = w.initiative_id WHERE i.demo)"


class Migration(migrations.Migration):
    dependencies = [("workloads", "0006_refused_and_not_applicable"), ("initiatives", "0009_demo_steps")]

    operations = [
        demo_step(
            10,
            "workloads",
            deletes=(
                Delete("workloads_traceupload"),
                Delete("workloads_allocation"),
                Delete("workloads_venueoption"),
                Delete("workloads_venuecomparison"),
                Delete("workloads_requirement"),
                Delete("workloads_profileversion"),
                Delete("workloads_profilevalue"),
                # a real platform that serves a demo initiative stays and serves one less
                Delete("workloads_workload_serves", f"{DEMO} OR {WORKLOAD}"),
                Delete("workloads_workload"),
            ),
            adopts=(Adopt("workloads_capacitypool"),),
        )
    ]
