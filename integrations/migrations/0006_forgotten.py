"""An index of calls that wait without a moment: of webhooks that rest, and forgotten ones."""

from django.db import migrations, models
from flowia.lib.indexing import AddIndexQuietly


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('integrations', '0005_page_indexes'),
    ]

    operations = [
        AddIndexQuietly(
            model_name='hookcall',
            index=models.Index(condition=models.Q(models.Q(('status', 'queued'), ('status', 'running'), _connector='OR'), ('next_at__isnull', True)), fields=['id'], name='hook_call_forgotten'),
        ),
    ]
