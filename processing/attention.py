"""Which conversations may need a member: a mark that is set at once and taken away late.

Which ones do is a question of their last words, their drafts and the workspace's scenarios
(`needing_a_human`); asked of every thread of a large workspace it takes seconds. So whatever may
make a thread need somebody marks it in its own transaction (`mark`), and lists ask the question of
marked threads alone. A mark too many costs a moment; one too few would hide somebody who waits, so
a mark is taken away only by `sweep`, minutes later, when nothing that is still open can bring the
need back, and `mend` and `mend_all` set what was forgotten.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, In

from flowia.lib import clock
from processing.models import Conversation, InteractionEvent, Message, Scenario

UNHEARD = ("assistant_off", "quota_spent", "plan_suspended")
"""Why a message got no answer though somebody waits for one."""
NO_SCENARIO = "no_scenario"
"""The same, while no scenario of the workspace answers."""
REST = timedelta(minutes=10)
"""How long a mark stays at least: what was being written when it was set is committed by then."""
AGAIN = timedelta(hours=1)
"""When a thread that still needs somebody is looked at again."""
BATCH = 500
MANY = 2000
"""How many threads are looked at with one statement at night."""
LATEST = 1000
"""How many rows of the ledger are looked at for threads without their mark."""


def mark(conversation: int) -> None:
    """Mark a conversation, by its key, as one that may need a member.

    Call it in the transaction that gives the reason. Always written: a sweep that looked before
    sees that it is newer.
    """
    Conversation.objects.filter(pk=conversation).update(attention_at=clock.now())


def mark_unheard(message: Message, reason: str) -> None:
    """Mark the conversation of a message that was decided for `reason`, where nobody answers it."""
    if reason in {*UNHEARD, NO_SCENARIO}:
        mark(message.conversation_id)


def marked() -> Q:
    """Select the conversations that may need a member: among them are all that do."""
    return Q(attention_at__isnull=False)


def needing_a_human() -> Q:
    """Select the conversations in which only a human can go on.

    Those that were handed over or have a draft to approve, and those whose last words are the
    contact's and found nothing that could answer: the assistant or the plan is off, the quota
    is spent, no scenario is on. Whom a human has taken over waits for nobody else.
    """
    return marked() & _needs()


def sweep(*, now: datetime) -> int:
    """Take marks away that nothing asks for any more; return how many. Then `mend`.

    What has left for certain ends a wait. What is still on its way may be refused, and then the
    contact's words are the last ones again: the mark stays.
    """
    over = Conversation.objects.filter(attention_at__lte=now - REST)
    looked = list(over.order_by("attention_at").values_list("pk", flat=True)[:BATCH])
    rows = Conversation.objects.filter(pk__in=looked)
    may = set(rows.filter(_may_need()).values_list("pk", flat=True))
    with transaction.atomic():
        # In the order of all who lock several. Whom somebody marked again meanwhile is not over.
        locked = over.filter(pk__in=looked).select_for_update(no_key=True).order_by("pk")
        still = set(locked.values_list("pk", flat=True))
        over.filter(pk__in=still & may).update(attention_at=now + AGAIN)
        gone = over.filter(pk__in=still - may).update(attention_at=None)
    mend()
    return gone


def mend() -> int:
    """Mark those of the threads that something happened in lately that may need it; tell how many.

    The product marks them itself: this is for what an older version of it wrote during an upgrade.
    """
    latest = InteractionEvent.objects.order_by("-id").values_list("conversation", flat=True)
    lately = {pk for pk in latest[:LATEST] if pk is not None}
    rows = Conversation.objects.filter(pk__in=lately, attention_at=None)
    return rows.filter(_may_need()).update(attention_at=clock.now())


def mend_all() -> int:
    """Do what `mend` does for every thread, some at a time; return how many were marked.

    For every night: an upgrade under load writes more than `mend` looks at.
    """
    last = Conversation.objects.aggregate(last=Max("pk"))["last"] or 0
    marked_now = 0
    for start in range(0, last + 1, MANY):
        rows = Conversation.objects.filter(pk__gte=start, pk__lt=start + MANY, attention_at=None)
        marked_now += rows.filter(_may_need()).update(attention_at=clock.now())
    return marked_now


def _needs() -> Q:
    unsaid = (Message.Status.REFUSED, Message.Status.FAILED)
    why = _last_heard(_said().exclude(status__in=unsaid))
    scenarios = Scenario.objects.filter(workspace=OuterRef("workspace"), archived_at=None)
    answering = scenarios.exclude(autonomy=Scenario.Autonomy.OFF).exclude(
        kind=Scenario.Kind.FOLLOW_UP
    )
    unheard = In(why, UNHEARD) | (Exact(why, NO_SCENARIO) & ~Exists(answering))
    by_assistant = Q(handled_by=Conversation.Handler.ASSISTANT)
    return ~Q(handoff_reason="") | Exists(_held()) | (by_assistant & unheard)


def _may_need() -> Q:
    gone = (Message.Status.SENT, Message.Status.DELIVERED, Message.Status.READ)
    certain = _said().filter(Q(direction=Message.Direction.INBOUND) | Q(status__in=gone))
    unheard = In(_last_heard(certain), (*UNHEARD, NO_SCENARIO))
    return ~Q(handoff_reason="") | Exists(_held()) | unheard


def _last_heard(said: QuerySet[Message]) -> Coalesce:
    """Return why the last of `said` was left without an answer; "" where it is ours."""
    heard = Case(When(direction=Message.Direction.INBOUND, then=F("reason")), default=Value(""))
    last = said.order_by("-sent_at", "-id").annotate(heard=heard)
    return Coalesce(Subquery(last.values("heard")[:1]), Value(""))


def _said() -> QuerySet[Message]:
    return Message.objects.filter(conversation=OuterRef("pk"))


def _held() -> QuerySet[Message]:
    return _said().filter(status=Message.Status.HELD)
