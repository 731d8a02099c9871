"""Indexes of the pages and the admin, made while the product goes on writing."""

import django.db.models.deletion
import django.db.models.functions.text
import flowia.lib.indexing
from django.db import migrations, models
from flowia.lib.indexing import AddIndexQuietly


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('accounts', '0009_pages'),
    ]

    operations = [
        AddIndexQuietly(
            model_name='workspace',
            index=flowia.lib.indexing.Beginnings(django.db.models.functions.text.Lower('name'), name='workspace_named'),
        ),
    ]
