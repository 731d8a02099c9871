"""What the tools hold at first: the demo's base, spreadsheet and database, all of them empty."""

from typing import Any

from django.db import transaction

from sandbox import demo, settings
from sandbox.tools import limits, options
from sandbox.tools.airtable import fields
from sandbox.tools.airtable import tokens as airtable_tokens
from sandbox.tools.models import Base, NotionDatabase, NotionSource, Spreadsheet, Tab, Table
from sandbox.tools.notion import columns
from sandbox.tools.notion import front as notion
from sandbox.tools.sheets import keys
from sandbox.tools.sheets import tokens as sheets_tokens

NOTION_TYPES = {
    "name": "title",
    "lead_id": "rich_text",
    "level": "select",
    "phone": "phone_number",
    "network": "select",
    "evidence": "rich_text",
    "intent": "rich_text",
    "updated": "date",
}
LEVELS = ("Chaud", "Tiède", "Froid")
NETWORKS = ("Messenger", "Instagram", "TikTok", "YouTube")
AIRTABLE_TYPES: dict[str, tuple[str, dict[str, Any]]] = {
    "name": ("singleLineText", {}),
    "lead_id": ("singleLineText", {}),
    "level": ("singleSelect", {"choices": LEVELS}),
    "phone": ("phoneNumber", {}),
    "network": ("singleSelect", {"choices": NETWORKS}),
    "evidence": ("multilineText", {}),
    "intent": ("singleLineText", {}),
    "updated": (
        "dateTime",
        {
            "timeZone": "Europe/Paris",
            "dateFormat": {"name": "european", "format": "D/M/YYYY"},
            "timeFormat": {"name": "24hour", "format": "HH:mm"},
        },
    ),
}


def restore() -> None:
    """Create what is missing of the demo; what people did to the rest stays."""
    keys.service_account(settings.VAR_DIR, demo.SERVICE_ACCOUNT_EMAIL)
    with transaction.atomic():
        if not Base.objects.exists():
            _airtable()
        if not Spreadsheet.objects.exists():
            _sheets()
        if not NotionDatabase.objects.exists():
            _notion()


def reset() -> None:
    """Bring everything back to how it was at first, tokens, options and limits, too."""
    with transaction.atomic():
        for model in (Base, Spreadsheet, NotionDatabase):
            model.objects.all().delete()
        restore()
    airtable_tokens.restore()
    sheets_tokens.restore()
    notion.restore_tokens()
    options.forget()
    limits.forget()


def leads_fields() -> list[fields.Field]:
    """Return the columns of the demo's Airtable table."""
    return [
        _field(name, demo.AIRTABLE_FIELD_IDS[name], *AIRTABLE_TYPES[name])
        for name in AIRTABLE_TYPES
    ]


def _airtable() -> None:
    base = Base.objects.create(base_id=demo.AIRTABLE_BASE_ID, name=demo.WORKSPACE_NAME)
    Table.objects.create(
        table_id=demo.AIRTABLE_TABLE_ID, base=base, name="Leads", fields=leads_fields()
    )
    other = Base.objects.create(base_id=demo.AIRTABLE_OTHER_BASE_ID, name="Les marchés")
    name = {"id": fields.new_id("fld"), "name": "Nom", "type": "singleLineText"}
    Table.objects.create(
        table_id=demo.AIRTABLE_OTHER_TABLE_ID, base=other, name="Stands", fields=[name]
    )


def _field(name: str, field_id: str, kind: str, said: dict[str, Any]) -> fields.Field:
    field = {"id": field_id, "name": demo.NOTION_FIELD_MAP[name], "type": kind}
    if "choices" in said:
        said = {"choices": [fields.choice(one) for one in said["choices"]]}
    return {**field, "options": said} if said else field


def _sheets() -> None:
    file = Spreadsheet.objects.create(
        spreadsheet_id=demo.SPREADSHEET_ID,
        title=f"{demo.WORKSPACE_NAME} : leads",
        shared={demo.SERVICE_ACCOUNT_EMAIL: "writer"},
    )
    header = list(demo.NOTION_FIELD_MAP.values())
    Tab.objects.create(
        spreadsheet=file, gid=demo.SPREADSHEET_GID, title=demo.SPREADSHEET_TAB, cells=[header]
    )


def _notion() -> None:
    leads = [_column(number, name) for number, name in enumerate(demo.NOTION_FIELD_MAP)]
    plain = [{"id": "title", "name": "Nom", "type": "title"}]
    first, second = demo.NOTION_DOUBLE_SOURCE_IDS
    _database(demo.NOTION_DATABASE_ID, "Leads", {demo.NOTION_DATA_SOURCE_ID: ("Leads", leads)})
    other = {demo.NOTION_OTHER_SOURCE_ID: ("Clients de l'atelier", plain)}
    _database(demo.NOTION_OTHER_DATABASE_ID, "Clients de l'atelier", other)
    double = {first: ("Boutique", leads), second: ("Marchés", plain)}
    _database(demo.NOTION_DOUBLE_DATABASE_ID, "Ventes", double)


def _database(uid: str, title: str, sources: dict[str, tuple[str, list[columns.Column]]]) -> None:
    database = NotionDatabase.objects.create(uid=uid, title=title)
    for source, (name, known) in sources.items():
        NotionSource.objects.create(uid=source, database=database, name=name, columns=known)


def _column(number: int, name: str) -> columns.Column:
    kind = NOTION_TYPES[name]
    column_id = "title" if kind == "title" else f"c{number}%3A"
    column = {"id": column_id, "name": demo.NOTION_FIELD_MAP[name], "type": kind}
    options = {"level": list(LEVELS), "network": list(NETWORKS)}
    return {**column, "options": options[name]} if name in options else column
