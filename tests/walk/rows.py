"""A world in which every page has something to show, and a newcomer's in which none has."""

import json
import re
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db import models
from django.utils import timezone

from accounts import links, notifications
from accounts.models import Invitation, User, Workspace
from flowia.celery import QUEUES, app
from processing.links import approval_link
from processing.models import Conversation, Message
from processing.privacy.models import DeletionRequest
from processing.tasks import STEPS
from tests.factories import (
    make_contact,
    make_conversation,
    make_decision,
    make_lead,
    make_member,
    make_message,
    make_reply,
    make_user,
    make_workspace,
)
from tests.isolation.world import MARK, World, make_world

FRAMEWORK = {"auth", "contenttypes", "sessions", "admin"}
WORD = re.compile(r"[A-Za-zÀ-ÿ]{2,}")
HOLDS_WORDS = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
MANY = 40
"""Rows of a list: more than one page of it."""
OUTCOMES = (("reply", "replied"), ("hold", "needs_approval"), ("silent", "nothing_to_add"))


def make_place() -> tuple[dict[str, User], dict[str, str]]:
    """Make all rows; returns who looks, and the ids that stand in addresses (`Page.row`)."""
    world = make_world()
    fill(world)
    newcomer = make_member(make_workspace(f"{MARK}-new"), email=f"new-{MARK}@exemple.fr")
    operator = make_user(
        f"operator-{MARK}@exemple.fr", is_staff=True, is_superuser=True, language="fr"
    )
    unproved = make_member(
        make_workspace(f"{MARK}-unproved"),
        email=f"unproved-{MARK}@exemple.fr",
        email_verified_at=None,
    )
    people = {"newcomer": newcomer, "operator": operator, "unproved": unproved}
    people |= {name: user for name, user in world.people.items() if user is not None}
    return people, {**world.ids, **_tokens(world, unproved), **_one_of_each(world)}


def fill(world: World) -> None:
    """Add conversations of which some have a lead, a draft or a decision."""
    now = timezone.now()
    first = Conversation.objects.get(uid=world.ids["conversation"])
    for number in range(MANY):
        at = now - timedelta(hours=number)
        contact = make_contact(first.social_account, f"{MARK}-{number}")
        talk = make_conversation(
            world.workspace,
            account=first.social_account,
            contact=contact,
            last_message_at=at,
        )
        outcome, reason = OUTCOMES[number % 3]
        question = make_message(talk, MARK, sent_at=at, outcome=outcome, reason=reason)
        make_decision(question, outcome=outcome, reason=reason, gates=[])
        if outcome == "reply":
            make_reply(question, MARK, sent_at=at + timedelta(seconds=20))
        if outcome == "hold":
            make_reply(question, MARK, status="held", drafted=MARK, sent_at=at)
        if number % 2:
            level = ("hot", "warm", "cold")[number % 3]
            make_lead(
                contact, level=level, intent=MARK, evidence=[{"quote": MARK, "message": None}]
            )


def _tokens(world: World, unproved: User) -> dict[str, str]:
    owner, draft = world.people["owner"], Message.objects.get(uid=world.ids["draft"])
    assert owner is not None
    invitation = Invitation.objects.get(uid=world.ids["invitation"])
    asked = DeletionRequest.objects.create(provider="meta", kind="deletion", key=MARK, code=MARK)
    letters = notifications.links_for("draft_waiting", owner.memberships.get())
    return {
        "letters/stop/<str:token>": letters["stop"].rsplit("/", 1)[1],
        "data-deletion/<slug:code>": asked.code,
        "password/reset/<str:token>": links.reset_token(owner),
        "verify/<str:token>": links.verification_token(unproved),
        "approve/<str:token>": approval_link(draft, owner).rsplit("/", 1)[1],
        "invitation/<str:token>": links.invitation_token(invitation),
    }


def _one_of_each(world: World) -> dict[str, str]:
    """Return the key of one row of every table that operators see; makes what there is none of."""
    found = {}
    for model in admin.site._registry:
        row = _first(model, world.workspace)
        found[f"{model._meta.app_label}/{model._meta.model_name}"] = str(row.pk)
    return found


def _first(model: type[models.Model], workspace: Workspace) -> models.Model:
    rows = model._default_manager.all()
    if any(field.name == "workspace" for field in model._meta.fields):
        rows = rows.filter(workspace=workspace)
    row = rows.order_by("pk").first()
    return row if row is not None else _made(model, workspace)


def _made(model: type[models.Model], workspace: Workspace) -> models.Model:
    values = {
        field.name: _value(field, workspace)
        for field in model._meta.concrete_fields
        if not (field.primary_key and isinstance(field, models.AutoField))
        and not field.has_default()
    }
    return model._default_manager.bulk_create([model(**values)])[0]


def _value(field: Any, workspace: Workspace) -> Any:
    """Return something that fits the column: the mark wherever it takes any text."""
    if field.null:
        return None
    if isinstance(field, models.ForeignKey):
        whole: Any = field.related_model
        return workspace if whole is Workspace else _first(whole, workspace)
    if field.choices:
        return field.choices[0][0]
    kinds: tuple[tuple[type[models.Field[Any, Any]], Any], ...] = (
        (models.DateTimeField, timezone.now()),
        (models.DateField, timezone.now().date()),
        (models.UUIDField, workspace.uid),
        (models.BinaryField, MARK.encode()),
        (models.JSONField, {}),
        (models.BooleanField, False),
        (models.IntegerField, 1),
        (models.FloatField, 1.0),
        (models.DecimalField, 1),
    )
    mark = MARK[: field.max_length]
    return next((value for kind, value in kinds if isinstance(field, kind)), mark)


def words_in_rows() -> set[str]:
    """Return every word in a row of the product, and the names of its queues and steps."""
    found = {*QUEUES, *STEPS}
    for task in app.tasks:
        found.update(WORD.findall(task), {task.rpartition(".")[2]})
    for model in apps.get_models():
        if model._meta.app_label in FRAMEWORK:
            continue
        names = [
            field.attname for field in model._meta.concrete_fields if isinstance(field, HOLDS_WORDS)
        ]
        for values in model._default_manager.values_list(*names) if names else ():
            found.update(*(WORD.findall(_as_shown(value)) for value in values if value))
    return found


def _as_shown(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode(errors="replace")
    return value if isinstance(value, str) else json.dumps(value)
