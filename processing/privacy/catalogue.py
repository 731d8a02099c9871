"""Which tables tell something of whom: the one list that exports and erasures go by.

A path leads from a table to the contact, the workspace or the member. A new table has to be
entered here: `tests/privacy` asks for it.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Field, Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import models as who
from billing import models as may_we
from integrations import models as memory
from processing import models as mind
from processing.privacy.models import DeletionRequest, Erasure, Export
from social import models as ears

Paths = dict[type[Model], str]

CONTACT: Paths = {
    mind.InteractionEvent: "conversation__contact",
    mind.ReplayResult: "message__conversation__contact",
    mind.ReplayAnswer: "message__conversation__contact",
    mind.FollowUp: "conversation__contact",
    mind.Delivery: "message__conversation__contact",
    mind.Message: "conversation__contact",
    mind.LeadActRow: "lead__contact",
    mind.Lead: "contact",
    mind.Conversation: "contact",
    mind.Contact: "pk",
}
"""From a row to the contact it is about; in the order in which rows are deleted."""

LEAD: Paths = {
    memory.SyncRun: "lead_uid",
    memory.SyncedRow: "lead_uid",
    memory.HookCall: "lead_uid",
}
"""From a row to the lead whose contact it is about."""

WORKSPACE: Paths = {
    mind.DailyFigure: "workspace",
    mind.InteractionEvent: "workspace",
    mind.DeadLetter: "workspace",
    mind.ReplayResult: "workspace",
    mind.ReplayAnswer: "workspace",
    mind.Replay: "workspace",
    mind.FollowUp: "workspace",
    mind.Delivery: "workspace",
    mind.Message: "workspace",
    mind.LeadActRow: "workspace",
    mind.LeadAct: "workspace",
    mind.Lead: "workspace",
    mind.Conversation: "workspace",
    mind.Contact: "workspace",
    mind.SequenceStep: "workspace",
    mind.DmSequence: "workspace",
    mind.Beginning: "workspace",
    mind.Trust: "workspace",
    mind.ScenarioVersion: "workspace",
    mind.Scenario: "workspace",
    memory.SyncRun: "workspace",
    memory.SyncOrder: "workspace",
    memory.SyncedRow: "workspace",
    memory.Removal: "workspace",
    memory.Integration: "workspace",
    memory.HookCall: "workspace",
    memory.Hook: "workspace",
    ears.Forgotten: "workspace",
    ears.Poll: "workspace",
    ears.UnitDay: "workspace",
    ears.Connecting: "workspace",
    ears.BrowserSession: "workspace",
    ears.SentDay: "workspace",
    ears.Consent: "workspace",
    ears.SocialAccount: "workspace",
    may_we.Quota: "workspace",
    may_we.PlanChange: "workspace",
    may_we.Checkout: "workspace",
    may_we.PastCustomer: "workspace",
    may_we.Subscription: "workspace",
    Export: "workspace",
    Erasure: "workspace",
    who.Invitation: "workspace",
    who.IdempotentCall: "workspace",
    who.Fact: "workspace",
    who.Membership: "workspace",
    who.Workspace: "pk",
}
"""From a row to the workspace it belongs to; in the order in which rows are deleted."""

MEMBER: Paths = {
    who.User: "pk",
    who.Membership: "user",
    who.SignIn: "user",
    who.OperatorFactor: "user",
    who.Letter: "user",
    who.IdempotentCall: "user",
    ears.Connecting: "user",
    who.Invitation: "email",
    who.AuditEntry: "actor_uid",
    ears.Consent: "user_uid",
    Export: "asked_by",
}
"""From a row to the person who signs in, as their own export shows it."""

ELSEWHERE: dict[type[Model], str] = {
    ears.WebhookEvent: "holds people of several workspaces; cleaned by their ids",
    ears.ForgettingKey: "a sealed key",
    ears.ProviderPause: "about a network, set by operators",
    ears.Stop: "what operators let rest; names an account by its public id",
    ears.Breaker: "counts of calls of a network or an account",
    ears.Drift: "the structure of a network's page, without a word",
    ears.SelectorUse: "counts of how elements of a network's pages were found",
    ears.UnitTotal: "what a network counts for all workspaces together",
    mind.ModelState: "about the model's service",
    may_we.StripeEvent: "names of Stripe's objects; gone within months",
    may_we.Closing: "a customer of an erased workspace at Stripe; gone within months",
    who.AuditChain: "counts and digests",
    who.AuditKey: "a sealed key",
    DeletionRequest: "a hash and a code, by which nobody finds the person",
    who.OAuthState: "gone within minutes",
    who.UsedToken: "a hash, gone within the day",
    who.SignInAttempt: "keyed hashes and network addresses, gone within days",
}
"""Tables that no path reaches, and why that is right."""

SECRETS = {
    "password",
    "sealed",
    "sealed_credentials",
    "digest",
    "previous",
    "key",
    "recovery",
    "last_counter",
}
"""Columns that never leave the house, in whatever table they stand."""


NAMELESS = {
    "uid": _("public id"),
    "created_at": _("created"),
    "in_reply_to": _("in reply to"),
    "asked_by": _("asked by"),
    "invited_by": _("invited by"),
    "chain": _("log"),
}
"""What people read where a column has no name of its own; a link bears that of where it leads."""


@dataclass(frozen=True)
class Column:
    """One column as an export shows it: `lookup` reads it, `label` names it for people.

    `choices` are the words for its values, where these are names of our own.
    """

    name: str
    lookup: str
    label: str
    choices: dict[Any, str]


def rows_of(model: type[Model], **wanted: Any) -> QuerySet[Any]:
    """Select the rows of a table by a path of this catalogue."""
    return model._default_manager.filter(**wanted)  # noqa: SLF001 - Django's documented name


def columns_of(model: type[Model]) -> list[Column]:
    """Return the columns of an export, without inner numbers and without secrets.

    A foreign key is shown as the public id of the row it points to.
    """
    found = []
    for field in model._meta.concrete_fields:  # noqa: SLF001 - Django's documented name
        if field.primary_key or field.name in SECRETS:
            continue
        lookup = f"{field.name}__uid" if field.is_relation else field.name
        found.append(Column(field.name, lookup, _label_of(field), _choices_of(field)))
    return found


def _label_of(field: "Field[Any, Any]") -> str:
    # What Django made of the column's name is a plain text, what we named waits for a language.
    if isinstance(field.verbose_name, Promise):
        return str(field.verbose_name)
    target = field.related_model
    if field.name not in NAMELESS and target is not None and not isinstance(target, str):
        return str(target._meta.verbose_name)  # noqa: SLF001 - Django's documented name
    return str(NAMELESS.get(field.name, field.verbose_name))


def _choices_of(field: "Field[Any, Any]") -> dict[Any, str]:
    if isinstance(field, BooleanField):
        return {True: gettext("yes"), False: gettext("no")}
    return {value: str(label) for value, label in field.flatchoices}
