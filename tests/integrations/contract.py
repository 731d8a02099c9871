"""What the one suite of all connectors needs: each tool's demo table, as its stand-in has it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from integrations.connectors.registry import CONNECTORS
from integrations.contracts import Connection, Connector, Item, LeadRecord, Outcome
from sandbox import demo
from tests.sandbox.tools import Tools

NAMES = demo.NOTION_FIELD_MAP
UIDS = [f"0189abcd-0000-7000-8000-{number:012d}" for number in range(500)]


@dataclass(frozen=True)
class Kind:
    """One tool: its name at the stand-in, and the operations that create and change rows there."""

    kind: str
    service: str
    creates: str
    changes: str
    target: dict[str, Any]
    field_map: dict[str, str]


KINDS = (
    Kind(
        "notion",
        "notion",
        "create_page",
        "page",
        {"data_source_id": demo.NOTION_DATA_SOURCE_ID},
        NAMES,
    ),
    Kind(
        "airtable",
        "airtable",
        "update",
        "update",
        {"base_id": demo.AIRTABLE_BASE_ID, "table_id": demo.AIRTABLE_TABLE_ID},
        demo.AIRTABLE_FIELD_IDS,
    ),
    Kind(
        "google_sheets",
        "sheets",
        "append",
        "batch_update",
        {"spreadsheet_id": demo.SPREADSHEET_ID, "sheet_id": demo.SPREADSHEET_GID},
        NAMES,
    ),
)


@dataclass
class Subject:
    """One tool at work: what we do by its connector, what people do there, what they see."""

    kind: Kind
    tools: Tools
    connection: Connection

    @property
    def connector(self) -> Connector:
        return CONNECTORS[self.kind.kind]

    def push(self, *items: Item) -> list[Outcome]:
        return list(self.connector.push(self.connection, items))

    def with_map(self, **changed: str) -> Connection:
        return replace(self.connection, field_map={**self.connection.field_map, **changed})

    def do(self, deed: str, **more: Any) -> Any:
        return self.tools.do(self.kind.service, deed, **more)

    def fault(self, kind: str, **more: Any) -> None:
        self.tools.fault(self.kind.service, kind, **more)

    def rows(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.tools.seen(self.kind.service)["rows"]
        return [row for row in found if not row.get("trashed")]

    def cells(self) -> list[dict[str, str]]:
        blank = dict.fromkeys(self.tools.seen(self.kind.service)["columns"], "")
        return [blank | row["cells"] for row in self.rows()]

    def row_of(self, uid: str) -> str:
        """Return how people would name the lead's row."""
        rows = (row for row in self.rows() if row["cells"]["Flow IA ID"] == uid)
        return str(next(rows)["row"])

    def calls(self, operation: str = "") -> list[dict[str, Any]]:
        asked = {"service": self.kind.service, "operation": operation}
        found: list[dict[str, Any]] = self.tools.sandbox.get("/calls", **asked)["calls"]
        return found


def subject(kind: Kind, tools: Tools) -> Subject:
    """Return the tool, connected as the demo connects it."""
    tokens = {"notion": demo.NOTION_TOKEN, "airtable": demo.AIRTABLE_TOKEN}
    token = tokens.get(kind.kind)
    secrets = {"token": token} if token else {"service_account": tools.key()}
    return Subject(kind, tools, Connection(secrets, kind.target, kind.field_map))


def lead(number: int = 0, **changed: Any) -> LeadRecord:
    """Return a lead; the number makes its identifier."""
    record = LeadRecord(
        lead_uid=UIDS[number],
        name="Zoé Martin",
        level="hot",
        phone="+33612345678",
        network="instagram",
        evidence=("Je le prends", "Vous livrez à Lyon ?"),
        intent="price",
        updated_at="2026-11-20T12:00:00+00:00",
        summary=("Veut une lampe", "Habite à Lyon"),
        stage="new",
        link="https://flowia.example/leads/1",
    )
    return replace(record, **changed)


def items(records: Iterable[LeadRecord], rows: Iterable[Outcome] = ()) -> list[Item]:
    """Return the leads to write, with the rows that an earlier push gave them."""
    known = {one.lead_uid: getattr(one, "row_id", "") for one in rows}
    return [Item(record, known.get(record.lead_uid, "")) for record in records]
