"""Names are found by their keys, and those that nobody has read yet by themselves."""

from django.db import migrations, models

from flowia.lib.indexing import AddIndexQuietly


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('processing', '0013_name_keys'),
    ]

    operations = [
        AddIndexQuietly(
            model_name='contact',
            index=models.Index(fields=['workspace', 'name_key', 'name'], name='contact_by_key'),
        ),
        AddIndexQuietly(
            model_name='contact',
            index=models.Index(condition=models.Q(('name_key__isnull', True)), fields=['name'], name='contact_unread'),
        ),
    ]
