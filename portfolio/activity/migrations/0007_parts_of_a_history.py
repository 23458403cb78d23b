"""Which entries are about the parts of a purchase or a vendor: the entry of a part's making names whose it is, and is found by that."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("activity", "0006_audit_of_many_rows")]

    operations = [
        migrations.RunSQL(
            [
                "CREATE INDEX audit_part_of_purchase ON activity_auditentry ((after->>'purchase_id')) "
                "WHERE object_type = 'procurement_purchaseshare'",
                "CREATE INDEX audit_part_of_vendor ON activity_auditentry ((after->>'vendor_id')) "
                "WHERE object_type IN ('procurement_vendoralias', 'procurement_product', 'procurement_pricetier')",
            ],
            ["DROP INDEX audit_part_of_vendor", "DROP INDEX audit_part_of_purchase"],
        )
    ]
