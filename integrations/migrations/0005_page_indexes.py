"""Indexes of the pages and the admin, made while the product goes on writing."""

from django.db import migrations, models
from flowia.lib.indexing import AddIndexQuietly


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('accounts', '0009_pages'),
        ('integrations', '0004_money'),
    ]

    operations = [
        AddIndexQuietly(
            model_name='hook',
            index=models.Index(condition=models.Q(('status', 'disabled')), fields=['id'], name='hook_off'),
        ),
        AddIndexQuietly(
            model_name='integration',
            index=models.Index(condition=models.Q(('status__in', ['needs_login', 'needs_attention', 'needs_mapping'])), fields=['id'], name='tool_in_trouble'),
        ),
        AddIndexQuietly(
            model_name='syncedrow',
            index=models.Index(fields=['lead_uid'], name='outside_rows_of_lead'),
        ),
        AddIndexQuietly(
            model_name='syncedrow',
            index=models.Index(fields=['external_id'], name='outside_row_of_tool'),
        ),
        AddIndexQuietly(
            model_name='syncrun',
            index=models.Index(fields=['request_id'], name='run_of_request'),
        ),
    ]
