"""Foreign keys that another index serves need none of their own: each row written has fewer."""

import django.db.models.deletion
from django.db import migrations, models

from flowia.lib.indexing import DropOwnIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('processing', '0010_marks'),
        ('social', '0008_page_indexes'),
    ]

    operations = [
        DropOwnIndex(
            model_name='contact',
            name='social_account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to='social.socialaccount'),
        ),
        DropOwnIndex(
            model_name='interactionevent',
            name='conversation',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='interactions', to='processing.conversation'),
        ),
        DropOwnIndex(
            model_name='message',
            name='conversation',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='processing.conversation'),
        ),
    ]
