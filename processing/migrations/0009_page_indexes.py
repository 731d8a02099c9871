"""Indexes of the pages and the admin, made while the product goes on writing."""

import django.db.models.deletion
import django.db.models.functions.text
import flowia.lib.indexing
from django.db import migrations, models
from flowia.lib.indexing import AddIndexQuietly


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('processing', '0008_pages'),
    ]

    operations = [
        AddIndexQuietly(
            model_name='contact',
            index=flowia.lib.indexing.Beginnings(django.db.models.functions.text.Lower('name'), name='contact_named'),
        ),
        AddIndexQuietly(
            model_name='contact',
            index=flowia.lib.indexing.Beginnings(django.db.models.functions.text.Lower('handle'), name='contact_handled'),
        ),
        AddIndexQuietly(
            model_name='contact',
            index=models.Index(fields=['external_id'], name='contact_of_network'),
        ),
        AddIndexQuietly(
            model_name='conversation',
            index=models.Index(fields=['external_id'], name='conversation_of_network'),
        ),
        AddIndexQuietly(
            model_name='conversation',
            index=models.Index(condition=models.Q(('attention_at__isnull', False)), fields=['workspace', '-last_message_at'], name='inbox_of_members'),
        ),
        AddIndexQuietly(
            model_name='conversation',
            index=models.Index(condition=models.Q(('attention_at__isnull', False)), fields=['attention_at'], name='attention_due'),
        ),
        AddIndexQuietly(
            model_name='conversation',
            index=models.Index(condition=models.Q(('handoff_reason', ''), _negated=True), fields=['workspace'], name='handed_over'),
        ),
        AddIndexQuietly(
            model_name='deadletter',
            index=models.Index(fields=['replayed_at', 'kind', 'reason'], name='letters_by_cause'),
        ),
        AddIndexQuietly(
            model_name='followup',
            index=models.Index(condition=models.Q(('status', 'task')), fields=['workspace'], name='follow_up_tasks'),
        ),
        AddIndexQuietly(
            model_name='interactionevent',
            index=models.Index(fields=['request_id'], name='ledger_of_request'),
        ),
        AddIndexQuietly(
            model_name='interactionevent',
            index=models.Index(fields=['reason', '-id'], name='ledger_by_reason'),
        ),
        AddIndexQuietly(
            model_name='interactionevent',
            index=models.Index(condition=models.Q(('kind', 'notice')), fields=['workspace', '-created_at'], name='ledger_notices'),
        ),
        AddIndexQuietly(
            model_name='lead',
            index=models.Index(fields=['workspace', 'stage', '-updated_at'], name='lead_stage'),
        ),
        AddIndexQuietly(
            model_name='lead',
            index=models.Index(fields=['phone'], name='lead_by_phone'),
        ),
        AddIndexQuietly(
            model_name='lead',
            index=models.Index(models.F('workspace'), models.OrderBy(models.Case(models.When(level='hot', then=2), models.When(level='warm', then=1), default=0), descending=True), models.OrderBy(models.F('id'), descending=True), name='lead_by_warmth'),
        ),
        AddIndexQuietly(
            model_name='lead',
            index=models.Index(models.F('workspace'), models.OrderBy(models.Case(models.When(level='hot', then=2), models.When(level='warm', then=1), default=0)), models.OrderBy(models.F('id'), descending=True), name='lead_by_cold'),
        ),
        AddIndexQuietly(
            model_name='message',
            index=models.Index(fields=['external_id'], name='message_of_network'),
        ),
        AddIndexQuietly(
            model_name='message',
            index=models.Index(fields=['request_id'], name='message_of_request'),
        ),
    ]
