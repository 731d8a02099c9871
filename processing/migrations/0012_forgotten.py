"""Indexes of what nobody would wake: empty, so that a check of everything that waits costs nothing."""

from django.db import migrations, models
from flowia.lib.indexing import AddIndexQuietly


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('processing', '0011_fewer_indexes'),
    ]

    operations = [
        AddIndexQuietly(
            model_name='message',
            index=models.Index(condition=models.Q(('direction', 'inbound'), ('next_at__isnull', True), ('outcome', '')), fields=['id'], name='message_forgotten'),
        ),
        AddIndexQuietly(
            model_name='delivery',
            index=models.Index(condition=models.Q(models.Q(('status', 'queued'), ('status', 'sending'), _connector='OR'), ('next_at__isnull', True)), fields=['id'], name='delivery_forgotten'),
        ),
    ]
