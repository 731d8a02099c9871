"""What an error code means: what happened, and what to do. The one table for pages and the API.

Codes are the tools' own or ours; `%(tool)s` is the tool's name.
"""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KEY = _("%(tool)s no longer accepts our key. Connect the tool again; what waits is written then.")
REFUSED = _(
    "%(tool)s refuses this key. Check that it was copied whole and has the rights named above."
)
BEYOND = _("Your plan allows fewer tools; this one goes on with a larger plan.")
ACCESS = _(
    "%(tool)s does not let us reach the table. Share it with us again, or choose another one; "
    "what waits is written then."
)
COLUMNS = _(
    "The table's columns no longer fit: one is gone, or holds something else. Choose the columns "
    "again; what waits is written then."
)
VALUE = _(
    "%(tool)s refused a value of this lead. Look at the column's type and options, then try again."
)
PATIENCE = _("%(tool)s asked us to slow down. It goes on by itself.")
SILENCE = _("%(tool)s did not answer. It is tried again by itself.")
OTHER = _("%(tool)s refused it (%(code)s). Try again; if it stays so, write to us.")
SENTENCES: dict[str, Promise] = {
    # Ours.
    "row_missing": _(
        "The lead's row was taken away in %(tool)s, so we leave it alone. Write the lead again if "
        "you want it back."
    ),
    "row_duplicated": _(
        "The lead stands in %(tool)s more than once, and we do not know which row is right. Take "
        "the others away there, then write it again."
    ),
    "option_missing": _(
        "A column in %(tool)s lacks the option that this lead needs. Add the option there, then "
        "try again."
    ),
    "gave_up": _("It failed several times in a row. Try again; if it stays so, write to us."),
    "vanished": _("Our own work was interrupted. It is done again by itself."),
    "superseded": _("The lead changed meanwhile: its newer values are written instead."),
    "paced": _("Many leads are being written at once. This one follows in its turn."),
    "no_outcome": SILENCE,
    "unreachable": SILENCE,
    "timeout": SILENCE,
    "not_json": SILENCE,
    "unexpected_answer": SILENCE,
    "cannot_decrypt": _(
        "The key that we kept can no longer be read. Connect %(tool)s again; what waits is written "
        "then."
    ),
    "token_unusable": _("The key has a form that %(tool)s does not know. Copy it once more."),
    "no_target": _("No table is chosen yet. Choose one; what waits is written then."),
    "in_trash": _(
        "The table lies in %(tool)s's trash. Bring it back, or choose another one; what waits is "
        "written then."
    ),
    "invalid_id": ACCESS,
    "table_gone": ACCESS,
    "sheet_gone": ACCESS,
    "auth": SILENCE,
    "column_needed": COLUMNS,
    "column_gone": COLUMNS,
    "column_unfit": COLUMNS,
    "column_twice": COLUMNS,
    "header_gap": _(
        "A column between ours has no name in the first row, so %(tool)s would write beside the "
        "table. Name it; what waits is written then."
    ),
    "table_shifted": _(
        "There is something beside the table without a name in the first row, so %(tool)s would "
        "write in the wrong columns. Name that column or empty it; what waits is written then."
    ),
    "rows_moved": _("The rows were being moved while we wrote. It is tried again by itself."),
    "key_unusable": _(
        "This is not the JSON key of a service account. Create one in Google Cloud, and give us "
        "the whole file."
    ),
    "not_a_spreadsheet": _("This is not the address of a spreadsheet. Copy it from the browser."),
    "office_file": _(
        "This file is an Excel workbook. In Google Sheets, choose File, then “Save as Google "
        "Sheets”, and give us the address of the new file."
    ),
    "cannot_create_columns": _(
        "Our access does not allow us to add columns in %(tool)s. Add them there, or give us an "
        "access that may."
    ),
    # Notion's.
    "unauthorized": KEY,
    "restricted_resource": ACCESS,
    "object_not_found": ACCESS,
    "validation_error": COLUMNS,
    "rate_limited": PATIENCE,
    "service_overload": PATIENCE,
    "conflict_error": SILENCE,
    "internal_server_error": SILENCE,
    "service_unavailable": SILENCE,
    # Airtable's.
    "AUTHENTICATION_REQUIRED": KEY,
    "INVALID_PERMISSIONS": ACCESS,
    "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND": ACCESS,
    "NOT_FOUND": ACCESS,
    "MODEL_ID_NOT_FOUND": ACCESS,
    "TABLE_NOT_FOUND": ACCESS,
    "UNKNOWN_FIELD_NAME": COLUMNS,
    "INVALID_VALUE_FOR_COLUMN": VALUE,
    "INVALID_MULTIPLE_CHOICE_OPTIONS": VALUE,
    "RATE_LIMIT_REACHED": PATIENCE,
    "SERVER_ERROR": SILENCE,
    # Google's.
    "UNAUTHENTICATED": KEY,
    "invalid_grant": KEY,
    "PERMISSION_DENIED": ACCESS,
    "INVALID_ARGUMENT": COLUMNS,
    "RESOURCE_EXHAUSTED": PATIENCE,
    "RATE_LIMIT_EXCEEDED": PATIENCE,
    "SERVICE_DISABLED": _(
        "The Google Sheets API is switched off in the project of this key. Switch it on in Google "
        "Cloud; what waits is written then."
    ),
    "UNAVAILABLE": SILENCE,
    "INTERNAL": SILENCE,
}
BY_STATUS: tuple[tuple[str, Promise], ...] = (
    ("401", KEY),
    ("403|404|410", ACCESS),
    ("400|422", COLUMNS),
    ("429|529", PATIENCE),
    ("408|409|423|425|5..", SILENCE),
)
"""Where a tool names nothing but the status of HTTP: `http_503`."""


def sentence_of(code: str, tool: str) -> str:
    """Return what happened and what to do, in the active language; `tool` is its name."""
    return str(_said(code)) % {"tool": tool, "code": code}


def sentence_about_key(code: str, tool: str) -> str:
    """Return what is said of a key that is given just now: it cannot have been accepted before."""
    said = _said(code)
    return str(REFUSED if said is KEY else said) % {"tool": tool, "code": code}


def sentence_to_mend(code: str, tool: str) -> str:
    """Return the sentence of a tool that does not work, empty where it says not how to mend it."""
    return "" if _said(code) in {OTHER, SILENCE, PATIENCE} else sentence_of(code, tool)


def _said(code: str) -> Promise:
    return SENTENCES.get(code) or _by_status(code)


def _by_status(code: str) -> Promise:
    status = code.removeprefix("http_") if code.startswith("http_") else ""
    found = (said for pattern, said in BY_STATUS if re.fullmatch(pattern, status))
    return next(found, OTHER)
