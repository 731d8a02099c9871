"""Tables and columns of the pages and the admin."""

import django.db.models.deletion
import django.db.models.functions.text
import flowia.lib.ids
import flowia.lib.indexing
from django.db import migrations, models


from flowia.lib.indexing import GiveUpSoon


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_pages'),
        ('processing', '0007_sessions'),
        ('social', '0007_pages'),
    ]

    operations = [
        GiveUpSoon(),
        migrations.CreateModel(
            name='Beginning',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=flowia.lib.ids.uuid7, editable=False, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('trade', models.CharField(blank=True, max_length=20, verbose_name='trade')),
                ('tried_at', models.DateTimeField(blank=True, null=True, verbose_name='a scenario was first tried')),
                ('tool_skipped_at', models.DateTimeField(blank=True, null=True, verbose_name='went without a tool')),
                ('put_away_at', models.DateTimeField(blank=True, null=True, verbose_name='put the list away')),
            ],
            options={
                'verbose_name': 'first steps',
                'verbose_name_plural': 'first steps',
            },
        ),
        migrations.CreateModel(
            name='LeadAct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=flowia.lib.ids.uuid7, editable=False, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('kind', models.CharField(choices=[('level', 'level set'), ('stage', 'stage set'), ('rewrite', 'written into a tool anew')], max_length=10, verbose_name='kind')),
                ('value', models.CharField(max_length=20, verbose_name='value')),
                ('asked_by', models.UUIDField(blank=True, null=True, verbose_name='asked by')),
                ('status', models.CharField(choices=[('queued', 'waiting'), ('running', 'running'), ('done', 'done'), ('cancelled', 'cancelled'), ('undoing', 'being taken back'), ('undone', 'taken back')], default='queued', max_length=10, verbose_name='status')),
                ('next_at', models.DateTimeField(blank=True, null=True, verbose_name='due')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
            ],
            options={
                'verbose_name': 'act on many leads',
                'verbose_name_plural': 'acts on many leads',
            },
        ),
        migrations.CreateModel(
            name='LeadActRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=flowia.lib.ids.uuid7, editable=False, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('changed', 'changed'), ('same', 'was so already'), ('failed', 'could not be done'), ('undone', 'taken back'), ('kept', 'changed by somebody since')], default='waiting', max_length=10, verbose_name='state')),
                ('before', models.JSONField(blank=True, default=dict, verbose_name='as it was before')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
            ],
            options={
                'verbose_name': 'lead of an act',
                'verbose_name_plural': 'leads of an act',
            },
        ),
        migrations.AddField(
            model_name='conversation',
            name='attention_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='marked for a member'),
        ),
        migrations.AddField(
            model_name='beginning',
            name='workspace',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='beginning', to='accounts.workspace'),
        ),
        migrations.AddField(
            model_name='leadact',
            name='workspace',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lead_acts', to='accounts.workspace'),
        ),
        migrations.AddField(
            model_name='leadactrow',
            name='act',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='processing.leadact'),
        ),
        migrations.AddField(
            model_name='leadactrow',
            name='lead',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='acts', to='processing.lead'),
        ),
        migrations.AddField(
            model_name='leadactrow',
            name='workspace',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.workspace'),
        ),
        migrations.AddIndex(
            model_name='leadact',
            index=models.Index(condition=models.Q(('next_at__isnull', False)), fields=['next_at'], name='lead_act_due'),
        ),
        migrations.AddIndex(
            model_name='leadactrow',
            index=models.Index(fields=['act', 'state'], name='lead_act_rows'),
        ),
        migrations.AddConstraint(
            model_name='leadactrow',
            constraint=models.UniqueConstraint(fields=('act', 'lead'), name='one_row_per_act_and_lead'),
        ),
    ]
