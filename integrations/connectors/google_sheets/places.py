"""Whom a spreadsheet is shared with, and the sheets of a file that a member names."""

import re

from django.utils.translation import gettext as _

from integrations.connectors.google_sheets.account import access_token, service_account
from integrations.connectors.google_sheets.client import Paced
from integrations.connectors.google_sheets.sheet import about
from integrations.contracts import Account, Connection, ConnectorError, Target
from integrations.refusals import part
from integrations.texts import folded

ADDRESS = re.compile(
    r"/spreadsheets/(?:u/\d+/)?d/([A-Za-z0-9_-]{20,})"
    r"|://drive\.google\.com/open\?(?:.*&)?id=([A-Za-z0-9_-]{20,})"
)
BARE_ID = re.compile(r"[A-Za-z0-9_-]{30,}")
MOST = 100


def check(connection: Connection) -> Account:
    """Return the service account's address, to share with; proves that the key works."""
    account = service_account(connection.secrets)
    access_token(account, fresh=True)
    detail = _("In Google Sheets, share the spreadsheet with %(email)s as an editor.")
    return Account(account.email, detail % {"email": account.email})


def targets(connection: Connection, search: str = "") -> list[Target]:
    """Return the sheets of the spreadsheet whose address, or id, is given.

    A service account cannot list files with the access that we ask for, and asks for no more. The
    address may also be kept as the target's `spreadsheet`; then the search is for sheets' names.
    """
    named, kept = file_id_of(search), str(connection.target.get("spreadsheet") or "")
    chosen = "" if kept else str(connection.target.get("spreadsheet_id") or "")
    file_id = named or file_id_of(kept) or chosen
    if not file_id and (search.strip() or kept):
        raise ConnectorError("not_a_spreadsheet")
    if not file_id:
        return []
    words = "" if named else folded(search)
    file_title, known = about(Paced(connection), file_id)
    return [
        Target(
            ids={"spreadsheet_id": file_id, "sheet_id": one["sheetId"]},
            name=part(one, "title", str),
            detail=file_title,
            url=f"https://docs.google.com/spreadsheets/d/{file_id}/edit#gid={one['sheetId']}",
        )
        for one in known
        if one.get("sheetType", "GRID") == "GRID" and words in folded(str(one.get("title")))
    ][:MOST]


def file_id_of(pasted: str) -> str:
    """Return the spreadsheet's id in what a member pasted; empty when there is none."""
    found = ADDRESS.search(pasted)
    if found:
        return found[1] or found[2]
    return pasted.strip() if BARE_ID.fullmatch(pasted.strip()) else ""
