"""The one line per tool: whoever needs a connector asks here by kind."""

from integrations.connectors.notion import NOTION
from integrations.contracts import Connector

CONNECTORS: dict[str, Connector] = {connector.kind: connector for connector in (NOTION,)}
