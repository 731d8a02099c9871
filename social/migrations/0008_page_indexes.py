"""Indexes of the pages and the admin, made while the product goes on writing."""

import django.db.models.functions.text
import flowia.lib.indexing
from django.db import migrations, models
from flowia.lib.indexing import AddIndexQuietly


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('social', '0007_pages'),
    ]

    operations = [
        AddIndexQuietly(
            model_name='socialaccount',
            index=flowia.lib.indexing.Beginnings(django.db.models.functions.text.Lower('name'), name='account_named'),
        ),
        AddIndexQuietly(
            model_name='socialaccount',
            index=flowia.lib.indexing.Beginnings(django.db.models.functions.text.Lower('handle'), name='account_handled'),
        ),
        AddIndexQuietly(
            model_name='socialaccount',
            index=models.Index(fields=['external_id'], name='account_of_network'),
        ),
        AddIndexQuietly(
            model_name='socialaccount',
            index=models.Index(condition=models.Q(('status', 'needs_login')), fields=['id'], name='account_to_log_in'),
        ),
        AddIndexQuietly(
            model_name='webhookevent',
            index=models.Index(fields=['request_id'], name='event_of_request'),
        ),
        AddIndexQuietly(
            model_name='webhookevent',
            index=models.Index(fields=['status', 'provider', '-id'], name='event_by_status'),
        ),
        AddIndexQuietly(
            model_name='webhookevent',
            index=models.Index(condition=models.Q(('status', 'failed')), fields=['id'], name='event_failed'),
        ),
    ]
