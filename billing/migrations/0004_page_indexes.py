"""Indexes of the pages and the admin, made while the product goes on writing."""

from django.db import migrations, models
from flowia.lib.indexing import AddIndexQuietly


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('accounts', '0009_pages'),
        ('billing', '0003_money'),
    ]

    operations = [
        AddIndexQuietly(
            model_name='stripeevent',
            index=models.Index(condition=models.Q(('status', 'failed')), fields=['id'], name='stripe_failed'),
        ),
        AddIndexQuietly(
            model_name='stripeevent',
            index=models.Index(fields=['object_id'], name='stripe_about'),
        ),
        AddIndexQuietly(
            model_name='stripeevent',
            index=models.Index(fields=['request_id'], name='stripe_of_request'),
        ),
        AddIndexQuietly(
            model_name='subscription',
            index=models.Index(fields=['subscription_id'], name='subscription_at_stripe'),
        ),
        AddIndexQuietly(
            model_name='subscription',
            index=models.Index(fields=['customer_id'], name='customer_at_stripe'),
        ),
    ]
