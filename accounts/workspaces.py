"""What members change of their workspace."""

import hashlib
import json
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import Fact, Workspace
from flowia.lib.errors import ConflictError, InvalidError

MOST_FACTS = 200
CHANGEABLE = (
    "name",
    "language",
    "timezone",
    "business_profile",
    "assistant_on",
    "release_after_minutes",
    "ai_notice",
    "handoff_text",
    "trust_after",
)
"""What members read, and owners change."""

Listener = Callable[[Workspace], None]
_LISTENERS: list[Listener] = []


def when_zone_changes(listener: Listener) -> None:
    """Let `listener(workspace)` hear of another time zone once that is kept; called once by it."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


class ChangedMeanwhileError(ConflictError):
    """Somebody else changed the workspace since the page was opened."""

    code = "changed_meanwhile"
    detail = _(
        "Somebody else changed these settings in the meantime. What you entered is still here,"
        " not saved; save again to keep yours."
    )


def change_workspace(
    workspace: Workspace,
    changes: dict[str, Any],
    *,
    facts: list[dict[str, str]] | None = None,
    by: audit.By,
) -> Workspace:
    """Change columns of the workspace, and replace its fact sheet when `facts` is given.

    The audit log keeps the names of what changed, not the words. Raises InvalidError for a fact
    sheet that is too long.
    """
    if facts is not None and len(facts) > MOST_FACTS:
        sentence = _("A fact sheet has %(most)s lines at most.") % {"most": MOST_FACTS}
        raise InvalidError(errors={"facts": [sentence]})
    changed = [name for name, value in changes.items() if getattr(workspace, name) != value]
    with transaction.atomic():
        for name in changed:
            setattr(workspace, name, changes[name])
        if changed:
            workspace.save(update_fields=changed)
        if facts is not None and facts != facts_of(workspace):
            _replace_facts(workspace, facts)
            changed.append("facts")
        if changed:
            data = {"fields": changed}
            audit.record(
                "workspace.changed", by=by, workspace=workspace, target=workspace, data=data
            )
        if "timezone" in changed:
            for listener in _LISTENERS:
                # What waits is locked in an order of its own, with nothing locked before.
                transaction.on_commit(partial(listener, workspace))
    return workspace


def change_as_seen(
    workspace: Workspace,
    changes: dict[str, Any],
    *,
    facts: list[dict[str, str]],
    seen: str,
    by: audit.By,
) -> None:
    """Do as `change_workspace` if the workspace still is what `seen` says (see `version_of`).

    Raises ChangedMeanwhileError, and what `change_workspace` raises.
    """
    with transaction.atomic():
        current = Workspace.objects.select_for_update().get(pk=workspace.pk)
        if version_of(current) != seen:
            raise ChangedMeanwhileError
        change_workspace(current, changes, facts=facts, by=by)


def version_of(workspace: Workspace) -> str:
    """Return a digest of what can be changed; another one says that somebody changed it."""
    content = [[getattr(workspace, name) for name in CHANGEABLE], facts_of(workspace)]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]


def facts_of(workspace: Workspace) -> list[dict[str, str]]:
    """Return the fact sheet as `change_workspace` takes it."""
    return [{"label": fact.label, "value": fact.value} for fact in workspace.facts.all()]


def _replace_facts(workspace: Workspace, facts: list[dict[str, str]]) -> None:
    workspace.facts.all().delete()
    Fact.objects.bulk_create(
        Fact(workspace=workspace, position=position, **fact) for position, fact in enumerate(facts)
    )
