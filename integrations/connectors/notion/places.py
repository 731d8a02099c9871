"""Whose token it is, and which data sources it opens."""

import re
from typing import Any

from django.utils.translation import gettext as _

from integrations.connectors.notion.client import ask
from integrations.contracts import Account, Connection, ConnectorError, Target
from integrations.refusals import part

MOST = 100
ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def check(connection: Connection) -> Account:
    """Return the connection's own user in Notion; proves that the token works."""
    me = ask(connection, lambda client: client.users.me())
    bot = me.get("bot") or {}
    mine = str(me.get("name") or "Flow IA")
    detail = _("In Notion, open the database, then “•••”, “Connections”, and add “%(name)s”.")
    return Account(str(bot.get("workspace_name") or mine), detail % {"name": mine})


def targets(connection: Connection, search: str = "") -> list[Target]:
    """Return the data sources that were shared with us; a database's address may be given."""
    pasted = ID.findall(search.partition("?")[0])
    if pasted:
        return _of_address(connection, pasted[-1])
    wanted = {"filter": {"property": "object", "value": "data_source"}, "page_size": MOST}
    if search.strip():
        wanted["query"] = search.strip()
    answer = ask(connection, lambda client: client.search(**wanted))
    return [_target(one) for one in part(answer, "results", list) if not one.get("in_trash")]


def _of_address(connection: Connection, uid: str) -> list[Target]:
    """Return every data source of a database: if there are several, a person chooses."""
    try:
        database = ask(connection, lambda client: client.databases.retrieve(uid))
    except ConnectorError as error:
        if error.code != "object_not_found":
            raise
        source = ask(connection, lambda client: client.data_sources.retrieve(uid))
        return [_target(source)]
    return [
        Target(
            ids={"data_source_id": source["id"], "database_id": database.get("id", uid)},
            name=str(source.get("name") or _title(database)),
            detail=_title(database),
            url=str(database.get("url") or ""),
        )
        for source in part(database, "data_sources", list)[:MOST]
    ]


def _target(source: dict[str, Any]) -> Target:
    database = (source.get("parent") or {}).get("database_id")
    return Target(
        ids={"data_source_id": part(source, "id", str), "database_id": database or ""},
        name=_title(source),
        url=str(source.get("url") or ""),
    )


def _title(described: dict[str, Any]) -> str:
    title = described.get("title")
    parts = title if isinstance(title, list) else []
    return "".join(str(one.get("plain_text", "")) for one in parts) or str(
        described.get("name") or ""
    )
