"""Scenarios as a page shows them: the list with its figures, the versions with their words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext as _

from accounts.models import User, Workspace
from processing.decision import Kind
from processing.differences import Difference, differences
from processing.models import DmSequence, InteractionEvent, Scenario, ScenarioVersion, SequenceStep
from processing.scenarios import complete
from processing.step_rows import lines_of_steps
from social.models import SocialAccount

WEEK = timedelta(days=7)
SHOWN_VERSIONS = 10


@dataclass(frozen=True)
class Shown:
    """One version for its reader: who wrote it, and what it changed; no author is the system."""

    version: ScenarioVersion
    author: str
    changes: list[Difference]


def scenarios_of(workspace: Workspace) -> QuerySet[Scenario]:
    """Return the workspace's scenarios in the order in which they are asked."""
    return Scenario.objects.filter(workspace=workspace, archived_at=None).order_by(
        "-priority", "id"
    )


def retired_of(workspace: Workspace) -> QuerySet[Scenario]:
    """Return the scenarios that were put away, the latest first."""
    rows = Scenario.objects.filter(workspace=workspace, archived_at__isnull=False)
    return rows.order_by("-archived_at", "-id")


def decided_lately(workspace: Workspace, *, now: datetime) -> dict[str, int]:
    """Return how many answers each scenario wrote within seven days, by its public id."""
    # The index by workspace and time finds the week's rows, however long the ledger is.
    decided = InteractionEvent.objects.filter(
        workspace=workspace,
        created_at__gte=now - WEEK,
        kind=InteractionEvent.Kind.DECIDED,
        outcome__in=[Kind.REPLY, Kind.HOLD],
    )
    named = decided.annotate(scenario_uid=KeyTextTransform("scenario_id", "data"))
    counts = named.values("scenario_uid").annotate(number=Count("pk")).order_by()
    return {row["scenario_uid"]: row["number"] for row in counts if row["scenario_uid"]}


def versions_of(scenario: Scenario, accounts: Iterable[SocialAccount]) -> list[Shown]:
    """Return the latest versions, each with what it changed, the newest first.

    `accounts` are the workspace's, for their names.
    """
    rows = list(scenario.versions.order_by("-number")[: SHOWN_VERSIONS + 1])
    uids = {row.author_uid for row in rows if row.author_uid}
    names = {user.uid: user.name or user.email for user in User.objects.filter(uid__in=uids)}
    called = {str(one.uid): one.name for one in accounts}
    shown = []
    for row, before in zip_longest(rows, rows[1:]):
        # The first one has all its words anew.
        older = {} if before is None else before.content
        changes = changes_between(older, row.content, called)
        author = names.get(row.author_uid, "") if row.author_uid else ""
        shown.append(Shown(row, author, changes))
    return shown[:SHOWN_VERSIONS]


def changes_between(
    before: dict[str, Any], after: dict[str, Any], called: dict[str, str]
) -> list[Difference]:
    """Return what differs, codes and ids in words; `called` holds accounts' names by their id."""
    return differences(_in_words(complete(before), called), _in_words(complete(after), called))


def _in_words(content: dict[str, Any], called: dict[str, str]) -> dict[str, Any]:
    words = {}
    for field in Scenario._meta.get_fields():  # noqa: SLF001 - Django's documented name
        # A draft names the version it changes, which is no change of its own.
        if field.name not in content or field.name == "version":
            continue
        value = content[field.name]
        if field.name == "accounts":
            value = [called.get(uid, uid) for uid in value]
        choices = dict(getattr(field, "flatchoices", ()))
        words[str(getattr(field, "verbose_name", field.name))] = (
            choices.get(value, value) if (choices) else value
        )
    if "steps" in content:
        active = DmSequence._meta.get_field("active").verbose_name  # noqa: SLF001 - as above
        words[str(active)] = _("yes") if content.get("active") else _("no")
        name = SequenceStep._meta.verbose_name_plural  # noqa: SLF001 - as above
        words[str(name)] = lines_of_steps(content["steps"])
    return {
        name: str(one) if not isinstance(one, dict | list) else one for name, one in words.items()
    }
