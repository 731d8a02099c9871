"""How long a connection to PostgreSQL may be silent before its ends give each other up.

A host that is cut off says nothing: without these, its own processes wait for two hours (the
system's keepalive) or a quarter of an hour (its retransmissions), and PostgreSQL keeps the locks of
a transaction that nobody will end for as long. Both ends know within half a minute.
Sources: PostgreSQL's manual, 32.1.2 (parameters of a connection) and 19.3.2 (TCP settings).
"""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from flowia.lib import stale

OURS: Mapping[str, int] = {
    "connect_timeout": 3,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    # Milliseconds; Linux alone, elsewhere nobody looks at it.
    "tcp_user_timeout": 15_000,
}
"""What our end does: a query that was asked of a host that vanished fails after 15 s."""
THEIRS: Mapping[str, str] = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "2",
    "tcp_user_timeout": "20s",
    # No transaction of ours waits for anything but the database.
    "idle_in_transaction_session_timeout": "60s",
}
"""What the server's end does, for each of our sessions: locks of a host that vanished are free
after 20 s."""

PREPARED: Mapping[str, Any] = {"server_side_binding": True, "prepare_threshold": 5}
"""What comes again is read and planned once for a connection, which halves PostgreSQL's time of a
message (docs/performance.md, https://www.psycopg.org/psycopg3/docs/advanced/prepare.html)."""


def prepare_statements() -> None:
    """Have this process prepare what it asks often: a worker's, which can do a task once more.

    Not behind a pooler that shares sessions out by transaction, where each has its own statements.
    """
    told = connection.settings_dict
    if connection.vendor == "postgresql" and not told["DISABLE_SERVER_SIDE_CURSORS"]:
        told["OPTIONS"].update(PREPARED)
        connection.execute_wrappers.append(stale.telling)


def options(told: Mapping[str, Any], *, pooled: bool) -> dict[str, Any]:
    """Return the options of Django's connections: ours, and over them what DATABASE_URL says.

    `pooled`: a pooler shares the server's sessions out by transaction, so that nothing may be said
    for a session. What `THEIRS` says then stands in the database's own settings
    (docs/scaling.md).
    """
    words = "" if pooled else " ".join(f"-c {name}={value}" for name, value in THEIRS.items())
    return {**OURS, **({"options": words} if words else {}), **told}
