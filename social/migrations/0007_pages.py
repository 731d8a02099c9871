"""Tables and columns of the pages and the admin."""

import django.db.models.functions.text
import flowia.lib.ids
import flowia.lib.indexing
from django.db import migrations, models


from flowia.lib.indexing import GiveUpSoon


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_pages'),
        ('social', '0006_sessions'),
    ]

    operations = [
        GiveUpSoon(),
        migrations.CreateModel(
            name='Stop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=flowia.lib.ids.uuid7, editable=False, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('name', models.CharField(max_length=60, unique=True, verbose_name='what rests')),
                ('reason', models.CharField(max_length=100, verbose_name='reason')),
                ('until', models.DateTimeField(blank=True, null=True, verbose_name='until')),
                ('by_uid', models.UUIDField(blank=True, null=True, verbose_name='paused by')),
            ],
            options={
                'verbose_name': 'pause by operators',
                'verbose_name_plural': 'pauses by operators',
            },
        ),
        migrations.AddField(
            model_name='providerpause',
            name='by_uid',
            field=models.UUIDField(blank=True, null=True, verbose_name='paused by'),
        ),
    ]
