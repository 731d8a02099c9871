"""How a new wording becomes a scenario's version in force; putting away, bringing back."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from flowia.lib import clock
from flowia.lib.errors import ConflictError, InvalidError, NotFoundError
from processing import sequences
from processing.models import Replay, Scenario, ScenarioVersion
from processing.scenarios import (
    FIELDS,
    accounts_in,
    checked,
    content_of,
    content_with,
    follows_up,
)
from processing.steps import faults_of
from social.models import SocialAccount


class ChangedMeanwhileError(ConflictError):
    """Somebody published another version since the form was opened."""

    code = "changed_meanwhile"
    detail = _("Somebody changed this scenario in the meantime. Look at it again before you save.")


def publish(
    scenario: Scenario,
    changes: dict[str, Any],
    *,
    by: audit.By,
    accounts: Iterable[SocialAccount] | None = None,
    seen: int | None = None,
    steps: list[dict[str, Any]] | None = None,
    active: bool | None = None,
) -> Scenario:
    """Make `changes` the version in force; saving the same words again makes no version.

    `seen` is the version the editor looked at: ChangedMeanwhileError when it is another by now.
    `steps` (`delay_minutes`, `instruction`) and `active` are those of a follow-up's sequence; one
    that would write needs a step.
    Raises InvalidError, by field, for what cannot be, NotFoundError for one that was put away.
    """
    if steps and (faults := faults_of(steps)):
        raise InvalidError(errors={"steps": list(faults)})
    with transaction.atomic():
        before = None
        if scenario.pk:
            scenario = _locked(scenario, seen)
            before = content_of(scenario)
        for name, value in checked(changes, of=scenario).items():
            setattr(scenario, name, value)
        chosen = None if accounts is None else list(accounts)
        if scenario.pk is None:
            scenario.save()
        if scenario.kind == Scenario.Kind.FOLLOW_UP:
            sequences.keep_steps(scenario, steps, active)
            # A change of place alone is no reason to look at what was written before.
            if steps is not None or active is not None or set(changes) - {"priority"}:
                _check_steps(content_of(scenario))
        if before is not None and content_with(scenario, chosen) == before:
            return scenario
        scenario.version = scenario.version + 1 if before is not None else 1
        scenario.save()
        if chosen is not None:
            scenario.accounts.set(chosen)
        _tell(scenario, keep_version(scenario, author_uid=by.uid).content, before, by)
    return scenario


def _check_steps(content: dict[str, Any]) -> None:
    if follows_up(content) and not content["steps"]:
        raise InvalidError(errors={"steps": [_("A follow-up needs at least one step.")]})


def _tell(
    scenario: Scenario, content: dict[str, Any], before: dict[str, Any] | None, by: audit.By
) -> None:
    """Write the change into the audit log, and call off follow-ups that it ends."""
    if before is None:
        audit.record("scenario.made", by=by, workspace=scenario.workspace, target=scenario)
        return
    changed = sorted(name for name in content if content[name] != before.get(name))
    data = {"version": scenario.version, "fields": changed}
    audit.record(
        "scenario.changed", by=by, workspace=scenario.workspace, target=scenario, data=data
    )
    if not follows_up(content):
        sequences.cancel_all_of(scenario, "scenario_off", now=clock.now())


def publish_replayed(replay: Replay, *, by: audit.By) -> Scenario:
    """Make the replay's draft the scenario's version in force.

    Raises ChangedMeanwhileError when the scenario was changed since the replay began.
    """
    content = replay.content
    return publish(
        replay.scenario,
        {name: content[name] for name in FIELDS if name in content},
        by=by,
        accounts=accounts_in(replay.workspace, content),
        seen=content["version"],
    )


def keep_version(scenario: Scenario, *, author_uid: UUID | None) -> ScenarioVersion:
    """Keep the scenario as it now is under its version's number."""
    return ScenarioVersion.objects.create(
        workspace=scenario.workspace,
        scenario=scenario,
        number=scenario.version,
        content=content_of(scenario),
        author_uid=author_uid,
    )


def restore(
    scenario: Scenario, version: ScenarioVersion, *, by: audit.By, seen: int | None = None
) -> Scenario:
    """Publish the words of an old version as a new one; accounts that are gone stay away."""
    return publish(
        scenario,
        {name: version.content[name] for name in FIELDS if name in version.content},
        by=by,
        accounts=accounts_in(scenario.workspace, version.content),
        seen=seen,
        steps=version.content.get("steps"),
        active=version.content.get("active"),
    )


def put_away(scenario: Scenario, *, by: audit.By, now: Any) -> None:
    """Let the scenario answer no more; its versions stay, since the ledger names them."""
    with transaction.atomic():
        if Scenario.objects.filter(pk=scenario.pk, archived_at=None).update(archived_at=now):
            sequences.cancel_all_of(scenario, "scenario_put_away", now=now)
            audit.record("scenario.put_away", by=by, workspace=scenario.workspace, target=scenario)


def bring_back(scenario: Scenario, *, by: audit.By) -> None:
    """Let a scenario that was put away answer again, with the words and the place it had.

    What it had planned stays called off.
    """
    with transaction.atomic():
        away = Scenario.objects.filter(pk=scenario.pk, archived_at__isnull=False)
        if away.update(archived_at=None):
            audit.record(
                "scenario.brought_back", by=by, workspace=scenario.workspace, target=scenario
            )


def move(scenario: Scenario, *, up: bool, by: audit.By) -> None:
    """Let the scenario change places with the one above it, or below; at the end nothing happens.

    Only the priorities that have to change do, each as a version of its own.
    """
    with transaction.atomic():
        rows = Scenario.objects.filter(workspace=scenario.workspace_id, archived_at=None)
        order = list(rows.select_for_update(no_key=True).order_by("-priority", "id"))
        here = order.index(scenario)
        there = here - 1 if up else here + 1
        if not 0 <= there < len(order):
            return
        order[here], order[there] = order[there], order[here]
        for row, priority in _priorities(order):
            publish(row, {"priority": priority}, by=by)


def _locked(scenario: Scenario, seen: int | None) -> Scenario:
    """Lock the scenario as it now is; its version is kept if it was not made here.

    Without its key: a message that names the scenario may be written meanwhile.
    """
    rows = Scenario.objects.select_for_update(no_key=True, of=("self",)).select_related("workspace")
    found = rows.filter(pk=scenario.pk, archived_at=None).first()
    if found is None:
        raise NotFoundError
    if seen is not None and seen != found.version:
        raise ChangedMeanwhileError
    if not found.versions.filter(number=found.version).exists():
        keep_version(found, author_uid=None)
    return found


def _priorities(order: list[Scenario]) -> Iterator[tuple[Scenario, int]]:
    """Yield the rows whose priority has to grow so that they stand in `order`."""
    below: tuple[int, int] | None = None
    for row in reversed(order):
        place = (row.priority, -row.pk)
        if below is not None and place <= below:
            place = (below[0] + 1, -row.pk)
            yield row, place[0]
        below = place
