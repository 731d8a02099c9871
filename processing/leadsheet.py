"""The leads of a workspace as a table for spreadsheets."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from accounts.models import Workspace
from flowia.lib.sheets import sheet
from processing.intents import INTENTS
from processing.models import Lead

BATCH = 500


def sheet_of(workspace: Workspace, rows: QuerySet[Lead]) -> StreamingHttpResponse:
    """Return `rows`, the latest first, as a download in the active language."""
    heads = [_("Name"), _("Network"), _("Level"), _("Set by"), _("Stage"), _("Phone"), _("Intent")]
    heads += [_("In their own words"), _("Summary"), _("Last sign of interest"), _("Updated")]
    heads.append(_("Identifier"))
    words = {value: str(label) for value, label in (*Lead.Level.choices, *Lead.Stage.choices)}
    words |= {code: str(name) for code, name in INTENTS.items()}
    by = (_("the contact's words"), _("a member"))
    cells = _cells(rows.select_related("contact__social_account"), words, by, workspace.timezone)
    return sheet("leads.csv", heads, cells)


def _cells(
    rows: QuerySet[Lead], words: dict[str, str], by: tuple[str, str], timezone: str
) -> Iterator[list[Any]]:
    zone = ZoneInfo(timezone)
    for lead in _batches(rows):
        moments = (lead.warmed_at, lead.updated_at)
        yield [
            lead.contact.name,
            lead.contact.social_account.kind,
            words[lead.level],
            by[lead.level_by_member],
            words[lead.stage],
            lead.phone,
            words.get(lead.intent, lead.intent),
            " · ".join(one["quote"] for one in lead.evidence),
            " · ".join(lead.summary),
            *(at.astimezone(zone).isoformat(timespec="seconds") if at else "" for at in moments),
            lead.uid,
        ]


def _batches(rows: QuerySet[Lead]) -> Iterator[Lead]:
    """Yield the leads that exist now, one page of the database at a time.

    By id, not by place or by time: a lead that changes meanwhile stays where it is.
    """
    ordered = rows.order_by("-id")
    batch = list(ordered[:BATCH])
    while batch:
        yield from batch
        batch = list(ordered.filter(pk__lt=batch[-1].pk)[:BATCH])
