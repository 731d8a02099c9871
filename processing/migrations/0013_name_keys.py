"""Contacts get the key by which drafts find their names; `processing.names` fills it."""

from django.db import migrations, models

from flowia.lib.indexing import GiveUpSoon


class Migration(migrations.Migration):

    dependencies = [
        ('processing', '0012_forgotten'),
        ('social', '0009_lapsed_units'),
    ]

    operations = [
        GiveUpSoon(),
        migrations.AddField(
            model_name='contact',
            name='name_key',
            field=models.CharField(blank=True, editable=False, max_length=200, null=True, verbose_name='key of the name'),
        ),
    ]
