"""Notion: one page per lead in a data source (crm.md, section 1)."""

from integrations.connectors.notion import places, rows, schema
from integrations.contracts import Connector

NOTION = Connector(
    kind="notion",
    name="Notion",
    secrets=("token",),
    batch=rows.BATCH,
    check=places.check,
    targets=places.targets,
    columns=schema.columns,
    create_columns=schema.create_columns,
    push=rows.push,
    erase=rows.erase,
    present=rows.present,
)
