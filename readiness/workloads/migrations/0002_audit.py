from django.db import migrations

from portfolio.kit.audit import audited

TABLES = (
    "workloads_accelerator",
    "workloads_cataloguemodel",
    "workloads_workload",
    "workloads_workload_serves",
    "workloads_profilevalue",
    "workloads_profileversion",
    "workloads_requirement",
    "workloads_capacitypool",
    "workloads_allocation",
    "workloads_venueoption",
    "workloads_venuecomparison",
)


class Migration(migrations.Migration):
    dependencies = [("workloads", "0001_initial"), ("activity", "0002_audit")]

    operations = [audited(table) for table in TABLES]
