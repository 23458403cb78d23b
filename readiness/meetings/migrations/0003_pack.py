"""Packs: rows with what they were printed from, which never changes, as nothing does of one that was sent."""

import django.db.models.deletion
import django.db.models.functions.datetime
import readiness.meetings.choices
import readiness.meetings.models.pack
from django.conf import settings
from django.db import migrations, models

from portfolio.kit.audit import audited
from portfolio.kit.demo import Delete, demo_step

GUARDS = (
    """
    CREATE FUNCTION meetings_keep_packs() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
    BEGIN
        IF NEW.input IS DISTINCT FROM OLD.input OR (OLD.state = 'sent' AND NEW IS DISTINCT FROM OLD) THEN
            RAISE EXCEPTION 'What a pack was made from, and a pack that was sent, stay as they are.' USING ERRCODE = '23514';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER keep_packs BEFORE UPDATE ON meetings_pack
    FOR EACH ROW EXECUTE FUNCTION meetings_keep_packs()
    """,
)
UNGUARD = ("DROP TRIGGER keep_packs ON meetings_pack", "DROP FUNCTION meetings_keep_packs()")


class Migration(migrations.Migration):

    dependencies = [
        ('meetings', '0002_database'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Pack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('pack', 'Pack'), ('minutes', 'Minutes')], db_default='pack', default=readiness.meetings.choices.PackKind['PACK'], max_length=10)),
                ('variant', models.CharField(choices=[('money', 'Money'), ('plain', 'Plain')], max_length=10)),
                ('number', models.PositiveIntegerField(default=1)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('rendering', 'Rendering'), ('ready', 'Ready'), ('failed', 'Failed'), ('sent', 'Sent')], db_default='draft', default=readiness.meetings.choices.PackState['DRAFT'], max_length=10)),
                ('input', models.JSONField()),
                ('reviews', models.JSONField(default=list)),
                ('heads', models.JSONField(default=list)),
                ('stored_as', models.CharField(default=readiness.meetings.models.pack.stored_name, editable=False, max_length=100)),
                ('size_bytes', models.PositiveBigIntegerField(db_default=0, default=0)),
                ('sha256', models.CharField(blank=True, db_default='', default='', max_length=64)),
                ('pages', models.PositiveIntegerField(db_default=0, default=0)),
                ('error', models.TextField(blank=True, db_default='', default='')),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('printed_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='packs', to='meetings.meeting')),
                ('sent_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-number', 'variant'),
                'constraints': [models.UniqueConstraint(models.F('meeting'), models.F('kind'), models.F('variant'), models.F('number'), name='pack_once'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('ready', 'sent')), _negated=True), models.Q(models.Q(('sha256', ''), _negated=True), ('pages__gt', 0)), _connector='OR'), name='printed_pack_has_a_digest'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='sent_pack_says_when')],
            },
        ),
        audited("meetings_pack", without=("input", "heads", "stored_as")),
        migrations.RunSQL(list(GUARDS), list(UNGUARD)),
        demo_step(
            71, "packs", deletes=(Delete("meetings_pack", which="meeting_id IN (SELECT id FROM meetings_meeting WHERE demo)"),)
        ),
    ]
