"""The one line per tool: whoever needs a connector asks here by kind."""

from integrations.connectors.airtable import AIRTABLE
from integrations.connectors.google_sheets import GOOGLE_SHEETS
from integrations.connectors.notion import NOTION
from integrations.contracts import Connector

CONNECTORS: dict[str, Connector] = {
    connector.kind: connector for connector in (NOTION, AIRTABLE, GOOGLE_SHEETS)
}
