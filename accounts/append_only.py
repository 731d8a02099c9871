"""What the database itself refuses: an entry of the audit log is never changed, and goes by purge.

An entry may be deleted once its chain says that it was dropped (`purged_to`, which is sealed), or
when the chain is gone with its workspace. This stops slips and queries that were smuggled in, not
whoever may change the tables themselves: those show in `verifying`.

SQLite drops a table's triggers when Django's migrations rebuild the table: a migration that alters
`AuditEntry` has to call `guard` again.
"""

from typing import Any

TABLE, CHAINS = "accounts_auditentry", "accounts_auditchain"
KEPT = f"EXISTS (SELECT 1 FROM {CHAINS} WHERE key = OLD.chain AND OLD.number > purged_to)"  # noqa: S608 - our own names
WORDS = "the audit log is only added to"
POSTGRESQL = (
    f"""CREATE FUNCTION audit_entries_are_kept() RETURNS trigger AS $$ BEGIN
        IF TG_OP = 'DELETE' AND NOT {KEPT} THEN RETURN OLD; END IF;
        RAISE EXCEPTION '{WORDS}';
        END $$ LANGUAGE plpgsql""",
    f"""CREATE TRIGGER audit_entries_are_kept BEFORE UPDATE OR DELETE ON {TABLE}
        FOR EACH ROW EXECUTE FUNCTION audit_entries_are_kept()""",
)
SQLITE = (
    f"""CREATE TRIGGER audit_entries_stay BEFORE UPDATE ON {TABLE}
        BEGIN SELECT RAISE(ABORT, '{WORDS}'); END""",
    f"""CREATE TRIGGER audit_entries_are_kept BEFORE DELETE ON {TABLE} WHEN {KEPT}
        BEGIN SELECT RAISE(ABORT, '{WORDS}'); END""",
)
OFF = {
    "postgresql": (
        f"DROP TRIGGER IF EXISTS audit_entries_are_kept ON {TABLE}",
        "DROP FUNCTION IF EXISTS audit_entries_are_kept()",
    ),
    "sqlite": (
        "DROP TRIGGER IF EXISTS audit_entries_stay",
        "DROP TRIGGER IF EXISTS audit_entries_are_kept",
    ),
}


def guard(connection: Any) -> None:
    """Make the triggers, anew where there are some."""
    unguard(connection)
    with connection.cursor() as cursor:
        for statement in POSTGRESQL if connection.vendor == "postgresql" else SQLITE:
            cursor.execute(statement)


def unguard(connection: Any) -> None:
    """Drop the triggers."""
    with connection.cursor() as cursor:
        for statement in OFF[connection.vendor]:
            cursor.execute(statement)
