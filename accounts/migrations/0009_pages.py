"""Tables and columns of the pages and the admin."""

import django.db.models.deletion
import django.db.models.functions.text
import flowia.lib.ids
import flowia.lib.indexing
from django.conf import settings
from django.db import migrations, models


from flowia.lib.indexing import GiveUpSoon


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_mind'),
    ]

    operations = [
        GiveUpSoon(),
        migrations.CreateModel(
            name='OperatorFactor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=flowia.lib.ids.uuid7, editable=False, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('sealed', models.TextField(editable=False)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='set up')),
                ('last_counter', models.BigIntegerField(default=0, editable=False, verbose_name='last code')),
                ('recovery', models.JSONField(default=list, editable=False, verbose_name='recovery codes')),
            ],
            options={
                'verbose_name': 'second factor',
                'verbose_name_plural': 'second factors',
            },
        ),
        migrations.AddField(
            model_name='membership',
            name='letters',
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict, verbose_name='e-mails chosen'),
        ),
        migrations.AddField(
            model_name='membership',
            name='quiet_from',
            field=models.TimeField(blank=True, null=True, verbose_name='no e-mails from'),
        ),
        migrations.AddField(
            model_name='membership',
            name='quiet_until',
            field=models.TimeField(blank=True, null=True, verbose_name='no e-mails until'),
        ),
        migrations.AddField(
            model_name='user',
            name='theme',
            field=models.CharField(choices=[('system', 'As this device'), ('light', 'Light'), ('dark', 'Dark')], db_default='system', default='system', max_length=6, verbose_name='theme'),
        ),
        migrations.AddField(
            model_name='operatorfactor',
            name='user',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='factor', to=settings.AUTH_USER_MODEL),
        ),
    ]
