"""Connecting a tool: its secrets, its table, its columns; and what a member does with it later.

No call to a tool is made inside a transaction. An owner's deeds are in the audit log.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import Workspace
from flowia.lib import clock
from flowia.lib.errors import ConflictError, FlowError, InvalidError, NotFoundError
from integrations import pacing
from integrations.connecting import connection_of
from integrations.connectors.registry import CONNECTORS
from integrations.contracts import (
    FIELDS,
    Column,
    Connection,
    Connector,
    ConnectorError,
    Field,
    Target,
)
from integrations.fitting import Misfit, column_of, default_map, misfits
from integrations.models import Integration
from integrations.moving import moved
from integrations.queueing import resume, unchanged
from integrations.words import sentence_about_key, sentence_of

Asked = TypeVar("Asked")
Say = Callable[[str, str], str]
Status = Integration.Status
NAMED = {field.name: field for field in FIELDS}
HINT, LEAST_FOR_HINT = 4, 16
LONGEST_SEARCH = 500


class ToolRefusedError(FlowError):
    """The tool refused what we asked it; the sentence says what to do."""

    code = "tool_refused"
    status = 422
    detail = _("The tool refused our call.")


class ToolUnreachableError(FlowError):
    """The tool did not answer, or asked for patience."""

    code = "tool_unreachable"
    status = 502
    detail = _("The tool does not answer at the moment. Try again in a minute.")


class NotConnectedError(ConflictError):
    """There is no such connection, or it lacks its table."""

    code = "not_connected"
    detail = _("Connect the tool first.")


WHY: dict[str, Promise] = {
    "needed": _("Choose a column that can hold it, or let us make one."),
    "gone": _("This column is not there any more: choose another one, or none."),
    "unfit": _("This column cannot hold it: choose another one, or none."),
    "twice": _("This column has another field already: choose another one, or none."),
}
"""What is amiss with one field, and what to do."""


@dataclass(frozen=True)
class Fit:
    """How our fields and the table's columns go together.

    `chosen` maps our fields to columns' ids, `missing` are fields without one, `misfits` what keeps
    leads from being written and found again.
    """

    columns: tuple[Column, ...]
    chosen: dict[str, str]
    misfits: tuple[Misfit, ...]

    @property
    def missing(self) -> tuple[Field, ...]:
        """The fields that no column takes."""
        return tuple(field for field in FIELDS if field.name not in self.chosen)

    @property
    def ready(self) -> bool:
        """Whether leads can be written and found again."""
        return not self.misfits


def connector_of(kind: str) -> Connector:
    """Return the connector of `kind`; raises NotFoundError."""
    if kind not in CONNECTORS:
        raise NotFoundError
    return CONNECTORS[kind]


def tool_of(workspace: Workspace, kind: str) -> Integration | None:
    """Return the workspace's connection to the tool, None without one; raises NotFoundError."""
    connector_of(kind)
    rows = Integration.objects.filter(workspace=workspace, kind=kind)
    return rows.select_related("workspace").first()


def connected_tool(workspace: Workspace, kind: str) -> Integration:
    """Return the workspace's connection to the tool; raises NotConnectedError without one."""
    found = tool_of(workspace, kind)
    if found is None:
        raise NotConnectedError
    return found


def connect(
    workspace: Workspace, kind: str, given: Mapping[str, str], *, by: audit.By
) -> Integration:
    """Connect a tool, or give a connection new secrets; its table and columns stay.

    With new secrets the table is looked at, too: the status says what was found, unless another
    table or other columns were chosen meanwhile. Raises InvalidError for what is missing or
    unusable, ToolRefusedError where the tool does not know it.
    """
    connector, found = connector_of(kind), tool_of(workspace, kind)
    secrets, place = _secrets(connector, given), _place(connector, given)
    known: tuple[Any, Any] = (found.target, found.field_map) if found else ({}, {})
    trial = Connection(secrets, {**known[0], **place}, known[1], pacing.wait_turn)
    account = _asked(lambda: connector.check(trial), connector, said=sentence_about_key)
    _check_place(connector, trial)
    status, reason = _stands(connector, trial)
    with transaction.atomic():
        rows = Integration.objects.select_for_update(of=("self",)).select_related("workspace")
        row, _made = rows.get_or_create(
            workspace=workspace, kind=kind, defaults={"status": Status.SETTING_UP}
        )
        same = (row.target, row.field_map) == known
        row.seal(secrets)
        row.target, row.account_name = {**row.target, **place}, account.name[:200]
        row.secret_hint = _hint(secrets)
        row.checked_at, row.held_until = clock.now(), None
        if same and row.status != Status.PAUSED:
            row.status, row.status_reason = status, reason
        row.save()
        audit.record("tool.connected", by=by, workspace=workspace, target=row, data={"tool": kind})
    if row.status == Status.ACTIVE:
        resume(row, now=clock.now())
    return row


def targets_of(tool: Integration, search: str = "") -> list[Target]:
    """Return the tables that leads could be written into; raises ToolRefusedError.

    `search` is a part of a name, or a pasted address.
    """
    connector = CONNECTORS[tool.kind]
    words = search.replace("\0", "").strip()[:LONGEST_SEARCH]
    return _asked(lambda: connector.targets(connection_of(tool), words), connector)


def key_of(target: Target) -> str:
    """Return a short name of the table for forms and the API."""
    told = json.dumps(target.ids, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def is_at(tool: Integration, target: Target) -> bool:
    """Tell whether this is the table that was chosen."""
    return all(tool.target.get(name) == told for name, told in target.ids.items())


def choose_target(tool: Integration, key: str, search: str = "", *, by: audit.By) -> None:
    """Choose one of the tables that the tool lists for `search`.

    Of another table the columns are to be chosen anew. Raises InvalidError for one not listed.
    """
    found = next((one for one in targets_of(tool, search) if key_of(one) == key), None)
    if found is None:
        raise InvalidError(errors={"target": [_("Choose one of the listed tables.")]})
    place = {"spreadsheet": found.url[:500]} if _is_named(CONNECTORS[tool.kind]) else {}
    words = {"key": key, "name": found.name[:200], "url": found.url[:500]}
    target = {**place, **found.ids, **words}
    same, left = is_at(tool, found), 0
    with transaction.atomic():
        if same:
            tool.target = target
            tool.save(update_fields=["target"])
        else:
            left = moved(tool, target)
        told = {"left": left} if left else {}
        audit.record("tool.table_chosen", by=by, workspace=tool.workspace, target=tool, data=told)
    if same and tool.status == Status.NEEDS_ATTENTION:
        test_tool(tool)


def fit_of(tool: Integration, chosen: Mapping[str, str] | None = None) -> Fit:
    """Return how the table's columns fit now: as `chosen`, as kept, or as a sensible default."""
    columns = _columns_of(tool)
    wanted = chosen if chosen is not None else tool.field_map or default_map(columns).field_map
    return _fit(columns, wanted)


def _fit(columns: Sequence[Column], wanted: Mapping[str, str]) -> Fit:
    named = {name: column_of(one, columns) for name, one in wanted.items() if name in NAMED}
    kept = {name: column.id for name, column in named.items() if column is not None}
    return Fit(tuple(columns), kept, tuple(misfits(dict(wanted), columns)))


def set_columns(
    tool: Integration, chosen: Mapping[str, str], create: Sequence[str], *, by: audit.By
) -> Fit:
    """Keep which column holds which field, after making those in `create` (names of fields).

    A paused tool stays paused. Raises InvalidError when a needed field has no column or one cannot
    hold its field; then nothing is made and nothing is kept.
    """
    connector = CONNECTORS[tool.kind]
    wanted = {name: column for name, column in chosen.items() if column}
    fresh = [NAMED[name] for name in create if name in NAMED and name not in wanted]
    _require(_fit(_columns_of(tool), wanted), but=[field.name for field in fresh])
    made: list[Column] = []
    if fresh:
        used = replace(connection_of(tool), field_map=wanted)
        made = _asked(lambda: connector.create_columns(used, fresh), connector)
    new = {field.name: column.id for field, column in zip(fresh, made, strict=True)}
    fit = _fit(_columns_of(tool), {**wanted, **new})
    _require(fit)
    with transaction.atomic():
        tool.field_map = fit.chosen
        if not Integration.objects.filter(pk=tool.pk).update(field_map=fit.chosen):
            raise NotConnectedError
        audit.record("tool.columns_chosen", by=by, workspace=tool.workspace, target=tool)
    if _status_of(tool) != Status.PAUSED:
        resume(tool, now=clock.now())
    return fit


def test_tool(tool: Integration) -> Fit | None:
    """Look whether leads could be written now, writing nothing; the status says what was found.

    Returns how the columns fit, None while there is no table. Raises what a call raises.
    """
    connector = CONNECTORS[tool.kind]
    try:
        account = connector.check(connection_of(tool))
        columns = connector.columns(connection_of(tool)) if tool.field_map else []
    except ConnectorError as error:
        if error.needs:
            note_state(tool, error.needs, error.code)
        raise _told(error, connector) from error
    rows = Integration.objects.filter(pk=tool.pk)
    rows.update(checked_at=clock.now(), account_name=account.name[:200])
    if not tool.field_map:
        return None
    fit = _fit(columns, tool.field_map)
    if not fit.ready:
        note_state(tool, Status.NEEDS_MAPPING, f"column_{fit.misfits[0].code}")
    elif note_state(tool, Status.ACTIVE, ""):
        resume(tool, now=clock.now())
    return fit


def note_state(tool: Integration, status: str, reason: str) -> bool:
    """Write the status that a call showed; False for a tool that is paused or being set up.

    What a call showed of a key, a table or columns that were replaced meanwhile is not written.
    """
    rows = unchanged(tool).exclude(status__in=[Status.PAUSED, Status.SETTING_UP])
    return bool(rows.update(status=status, status_reason=reason[:100]))


def set_paused(tool: Integration, *, paused: bool, by: audit.By) -> bool:
    """Pause or resume, and return whether that changed anything.

    Resuming mends nothing that a member has to mend. Raises NotConnectedError for a tool that is
    not set up.
    """
    if tool.status == Status.SETTING_UP or not tool.field_map:
        raise NotConnectedError
    rows = Integration.objects.filter(pk=tool.pk)
    rows = rows.exclude(status=Status.PAUSED) if paused else rows.filter(status=Status.PAUSED)
    with transaction.atomic():
        status = Status.PAUSED if paused else Status.ACTIVE
        changed = bool(rows.update(status=status, status_reason=""))
        if changed:
            name = "tool.paused" if paused else "tool.resumed"
            audit.record(name, by=by, workspace=tool.workspace, target=tool)
    _status_of(tool)
    if changed and not paused:
        resume(tool, now=clock.now())
    return changed


def _status_of(tool: Integration) -> str:
    """Read its status anew; raises NotConnectedError when it was disconnected meanwhile."""
    try:
        tool.refresh_from_db(fields=["status", "status_reason"])
    except Integration.DoesNotExist:
        raise NotConnectedError from None
    return tool.status


def disconnect(tool: Integration, *, left: int = 0, by: audit.By) -> None:
    """Forget the secrets and where leads stand; what was written stays in the tool.

    `left` rows of erased people are still there: the audit log says how many.
    """
    told = {"tool": tool.kind, **({"left": left} if left else {})}
    with transaction.atomic():
        audit.record("tool.disconnected", by=by, workspace=tool.workspace, target=tool, data=told)
        tool.delete()


def _asked(ask: Callable[[], Asked], connector: Connector, *, said: Say = sentence_of) -> Asked:
    try:
        return ask()
    except ConnectorError as error:
        raise _told(error, connector, said=said) from error


def _told(error: ConnectorError, connector: Connector, *, said: Say = sentence_of) -> FlowError:
    if error.retryable:
        wait = int(error.retry_after) + 1 if error.retry_after else None
        return ToolUnreachableError(retry_after=wait)
    return ToolRefusedError(said(error.code, connector.name))


def _columns_of(tool: Integration) -> list[Column]:
    connector = CONNECTORS[tool.kind]
    return _asked(lambda: connector.columns(connection_of(tool)), connector)


def _require(fit: Fit, *, but: Sequence[str] = ()) -> None:
    """Raise InvalidError for what is amiss; `but` names fields whose column is made afterwards."""
    amiss = [one for one in fit.misfits if one.field not in but]
    if amiss:
        raise InvalidError(errors={one.field: [WHY[one.code]] for one in amiss})


def _stands(connector: Connector, trial: Connection) -> tuple[str, str]:
    """Return the status and the reason that these secrets give a tool."""
    if not trial.field_map:
        return Status.SETTING_UP, ""
    try:
        fit = _fit(connector.columns(trial), trial.field_map)
    except ConnectorError as error:
        # Who does not answer now is asked again by the next push.
        return (error.needs, error.code[:100]) if error.needs else (Status.ACTIVE, "")
    reason = "" if fit.ready else f"column_{fit.misfits[0].code}"
    return (Status.NEEDS_MAPPING if reason else Status.ACTIVE), reason


def _secrets(connector: Connector, given: Mapping[str, str]) -> dict[str, str]:
    secrets = {name: given.get(name, "").strip() for name in connector.secrets}
    empty = [name for name, value in secrets.items() if not value]
    if empty:
        raise InvalidError(errors={name: [_("This field is needed.")] for name in empty})
    return secrets


def _is_named(connector: Connector) -> bool:
    """Tell whether a member names the file that holds the tables: the tool cannot list them."""
    return "service_account" in connector.secrets


def _place(connector: Connector, given: Mapping[str, str]) -> dict[str, str]:
    address = given.get("spreadsheet", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    return {"spreadsheet": address} if _is_named(connector) and address else {}


def _check_place(connector: Connector, trial: Connection) -> None:
    """Raise InvalidError for what is no spreadsheet's address; whether it is shared shows later."""
    if not trial.target.get("spreadsheet"):
        return
    try:
        connector.targets(trial, "")
    except ConnectorError as error:
        if error.code == "not_a_spreadsheet":
            said = sentence_of(error.code, connector.name)
            raise InvalidError(errors={"spreadsheet": [said]}) from error


def _hint(secrets: Mapping[str, str]) -> str:
    """Return the end of a token, by which its owner knows it; nothing of a short one."""
    token = secrets.get("token", "")
    return token[-HINT:] if len(token) >= LEAST_FOR_HINT else ""
