"""What has lapsed of a share of the day's units is remembered."""

from django.db import migrations, models

from flowia.lib.indexing import GiveUpSoon


class Migration(migrations.Migration):

    dependencies = [
        ('social', '0008_page_indexes'),
    ]

    operations = [
        GiveUpSoon(),
        migrations.AddField(
            model_name='unitday',
            name='polls_lapsed',
            field=models.FloatField(db_default=0.0, default=0.0, verbose_name='part for reading that lapsed'),
        ),
        migrations.AddField(
            model_name='unitday',
            name='replies_lapsed',
            field=models.FloatField(db_default=0.0, default=0.0, verbose_name='part for answers that lapsed'),
        ),
    ]
