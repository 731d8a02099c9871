"""Airtable: one record per lead in a table (crm.md, section 2)."""

from integrations.connectors.airtable import places, rows, schema
from integrations.contracts import Connector

AIRTABLE = Connector(
    kind="airtable",
    name="Airtable",
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
