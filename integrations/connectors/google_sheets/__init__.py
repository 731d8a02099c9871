"""Google Sheets: one row per lead in a sheet (crm.md, section 3)."""

from integrations.connectors.google_sheets import places, rows, sheet
from integrations.contracts import Connector

GOOGLE_SHEETS = Connector(
    kind="google_sheets",
    name="Google Sheets",
    secrets=("service_account",),
    batch=rows.BATCH,
    check=places.check,
    targets=places.targets,
    columns=sheet.columns,
    create_columns=sheet.create_columns,
    push=rows.push,
    erase=rows.erase,
    present=rows.present,
)
