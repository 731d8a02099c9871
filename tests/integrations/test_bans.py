"""What no connector may use: calls that would read a lead's words as a formula, or replace rows."""

import re
from pathlib import Path

import pytest

from flowia.embedded import BASE_DIR

FOLDER = BASE_DIR / "integrations/connectors"
BANNED = {
    # gspread writes these as if a person typed them (crm.md, section 3).
    "update_cell": r"\bupdate_cell\b",
    "update_acell": r"\bupdate_acell\b",
    "USER_ENTERED": r"USER_ENTERED",
    "raw=False": r"raw\s*=\s*False",
    # Airtable clears every field that a replacement does not name (section 2).
    "replace=True": r"replace\s*=\s*True",
    "PUT": r"""["']put["']|\.put\(""",
    # It asks Google in a thread of its own, past our limits.
    "AuthorizedSession": r"\bAuthorizedSession\b",
    "google's own credentials": r"service_account_from_dict|gspread\.service_account",
    # Where the key's file says: a stranger's choice.
    "token_uri of the file": r"""\[["']token_uri["']\]|get\(["']token_uri""",
}


@pytest.mark.parametrize("name", BANNED)
def test_no_connector_uses_what_is_banned(name: str) -> None:
    found = [path.name for path in _files() if re.search(BANNED[name], path.read_text("utf-8"))]
    assert found == []


def test_every_value_for_a_sheet_says_raw() -> None:
    text = (FOLDER / "google_sheets/sheet.py").read_text("utf-8")
    calls = re.findall(r"http\.values_(?:batch_update|append|update)\(", text)
    assert len(calls) == text.count('"valueInputOption": RAW') == 2


def _files() -> list[Path]:
    found = sorted(FOLDER.rglob("*.py"))
    assert len(found) > 10
    return found
