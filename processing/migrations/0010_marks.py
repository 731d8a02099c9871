"""Conversations that may need a member get their mark, some at a time."""

from django.db import migrations
from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone

BATCH = 2000
UNHEARD = ['assistant_off', 'quota_spent', 'plan_suspended', 'no_scenario']


def mark(apps, schema_editor):
    """Mark too many rather than too few: `processing.attention.sweep` takes away what is over.

    Each batch is a transaction of its own; a second run does what the first did not.
    """
    Conversation = apps.get_model('processing', 'Conversation')
    Message = apps.get_model('processing', 'Message')
    said = Message.objects.filter(conversation=OuterRef('pk'))
    unheard = Exists(said.filter(direction='inbound', reason__in=UNHEARD))
    may = ~Q(handoff_reason='') | Exists(said.filter(status='held')) | unheard
    last = Conversation.objects.aggregate(last=Max('pk'))['last'] or 0
    now = timezone.now()
    for start in range(0, last + 1, BATCH):
        rows = Conversation.objects.filter(pk__gte=start, pk__lt=start + BATCH, attention_at=None)
        rows.filter(may).update(attention_at=now)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('processing', '0009_page_indexes'),
    ]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
