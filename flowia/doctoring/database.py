"""What the database says of itself, and what the tables say of us."""

import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from flowia.doctoring.findings import GOOD, Finding, Findings, bad, good, look
from flowia.lib import clock, notes
from flowia.lib.crypto import current_head, key_id_of, known_ids
from flowia.lib.rotation import UNKNOWN, rows_by_key
from flowia.watching.reading import MOST_CONNECTIONS
from processing.invariants import breaches

SKEW, GREAT_SKEW = 2.0, 30.0
NEEDED_CONNECTIONS = 45
"""Web 2 × 4, workers 5 + 3 + 2 + 2, beat: 21; twice that while a version is replaced, and a few."""
OLDEST_POSTGRES = 140_000
"""Django 5.2 knows no older one."""
COLLATES = 150_000
"""From here on a database knows by which version of the sorting rules it was made."""
WINDOW, LATE_SECONDS = timedelta(hours=48), 3 * 3600
INVALID = """
SELECT named.relname FROM pg_index state JOIN pg_class named ON named.oid = state.indexrelid
WHERE NOT state.indisvalid AND pg_table_is_visible(named.oid) ORDER BY 1
"""
FORMED = """
SELECT datcollversion, pg_database_collation_actual_version(oid)
FROM pg_database WHERE datname = current_database()
"""
CAUSES = (
    ("password", "database.login"),
    ("does not exist", "database.name"),
    ("resolve", "database.host"),
    ("translate host", "database.host"),
    ("refused", "database.refused"),
    ("too many", "database.many"),
    ("remaining connection", "database.many"),
    ("timeout", "database.silent"),
    ("timed out", "database.silent"),
)


def look_at_database() -> Findings:
    """Tell whether it answers, whether its schema is ours, and how it is set up."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except ImproperlyConfigured:
        says = _("DATABASE_URL names no kind of database that the product knows.")
        yield bad("database.url", says, _("It begins with postgresql:// or sqlite:///."))
        return
    except (DatabaseError, OSError) as error:
        yield _away(str(error))
        return
    yield from _engine()
    if connection.vendor == "postgresql":
        yield from _postgres()
    schema = _schema()
    yield schema
    if schema.level != GOOD:
        return
    yield from _people()
    yield from look_at_keys()
    yield from _timers()


def look_at_keys() -> Findings:
    """Tell whether the keys that stored secrets need are there, and which older ones still are."""
    found, known = rows_by_key(), known_ids()
    current = key_id_of(current_head())
    lost = {key: number for key, number in found.items() if key not in known}
    for key, number in sorted(lost.items()):
        says = ngettext(
            "%(number)d secret cannot be read: it needs the key %(key)s, which is not here.",
            "%(number)d secrets cannot be read: they need the key %(key)s, which is not here.",
            number,
        )
        do = _("Add that key at the end of ENCRYPTION_KEY; its accounts rest until then.")
        name = _("of an unknown form") if key == UNKNOWN else key
        yield bad("keys.lost", says % {"number": number, "key": name}, do)
    old = sum(number for key, number in found.items() if key in known and key != current)
    if old:
        says = ngettext(
            "%(number)d secret still needs an older key.",
            "%(number)d secrets still need an older key.",
            old,
        )
        yield look("keys.old", says % {"number": old}, "manage.py rotate_encryption")
    elif not lost:
        says = _("All %(number)d stored secrets are under the key in use.")
        yield good("keys", says % {"number": sum(found.values())})
        if len(known) > 1:
            says = _("An older key is no longer needed.")
            yield look("keys.spare", says, _("Remove it ten minutes after the change."))


def look_at_invariants() -> Findings:
    """Tell what holds of the last days' rows; it may take minutes."""
    now = clock.now()
    broken = breaches(since=now - WINDOW, now=now)
    notes.keep(notes.INVARIANTS, broken=len(broken))
    for one in broken:
        says = f"{one.code} {one.says} ({one.number})"
        yield bad(f"invariants.{one.code}", says, "manage.py check_invariants")
    if not broken:
        yield good("invariants", _("All invariants hold."))


def _away(text: str) -> Finding:
    code = next((code for word, code in CAUSES if word in text), "database.away")
    says = {
        "database.login": _("The database refuses the user or the password of DATABASE_URL."),
        "database.name": _("The database or the user of DATABASE_URL does not exist."),
        "database.host": _("The host of DATABASE_URL is not known."),
        "database.refused": _("At the address of DATABASE_URL nobody answers."),
        "database.many": _("The database takes no more connections."),
        "database.silent": _("The database does not answer in time."),
    }.get(code, _("The database does not answer."))
    return bad(code, says, _("Look whether it runs, and at DATABASE_URL."))


def _engine() -> Findings:
    if connection.vendor != "postgresql":
        says = _("The database is SQLite: good for one machine and a few workspaces.")
        yield look("database.sqlite", says, _("Name a PostgreSQL in DATABASE_URL for more."))
        return
    version = connection.pg_version  # type: ignore[attr-defined] # PostgreSQL's own
    told = {"version": f"{version // 10_000}.{version % 10_000}"}
    if version < OLDEST_POSTGRES:
        says = _("PostgreSQL %(version)s is too old.") % told
        yield bad("database.version", says, _("Upgrade it to 14 or later."))
    else:
        yield good("database.version", _("PostgreSQL %(version)s answers.") % told)


def _schema() -> Finding:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    strange = set(executor.loader.applied_migrations) - set(executor.loader.graph.nodes)
    strange -= set(executor.loader.disk_migrations)
    if plan:
        says = ngettext(
            "%(number)d migration is not applied (%(first)s).",
            "%(number)d migrations are not applied (%(first)s and later).",
            len(plan),
        )
        first = f"{plan[0][0].app_label}.{plan[0][0].name}"
        told = {"number": len(plan), "first": first}
        return bad("database.migrations", says % told, "manage.py migrate")
    if strange:
        says = _("The database is of a newer version than this code.")
        return bad("database.newer", says, _("Deploy the newer version again."))
    return good("database.migrations", _("The database's schema is of this version."))


def _postgres() -> Findings:
    asked = time.time()
    encoding, autovacuum, at = _row(
        "SELECT current_setting('server_encoding'), current_setting('autovacuum'),"
        " extract(epoch FROM clock_timestamp())"
    )
    skew = float(at) - (asked + time.time()) / 2
    if abs(skew) > SKEW:
        says = _("The database's clock and this machine's differ by %(seconds).0f s.")
        make = bad if abs(skew) > GREAT_SKEW else look
        yield make(
            "database.clock", says % {"seconds": abs(skew)}, _("Let both ask a time server.")
        )
    if encoding != "UTF8":
        says = _("The database's encoding is %(encoding)s: many letters cannot be stored.")
        do = _("Make it anew with UTF8, and restore a dump into it.")
        yield bad("database.encoding", says % {"encoding": encoding}, do)
    if autovacuum != "on":
        says = _("Autovacuum is off: the tables grow and every question becomes slow.")
        yield bad("database.autovacuum", says, _("Set autovacuum to on."))
    yield from _connections()
    yield from _indexes()


def _connections() -> Findings:
    (used,) = _row("SELECT COUNT(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")
    (most,) = _row(MOST_CONNECTIONS)
    told = {"used": used, "most": most, "needed": NEEDED_CONNECTIONS}
    if most < NEEDED_CONNECTIONS:
        says = _("We may have %(most)d connections; an upgrade needs %(needed)d.") % told
        do = _("Raise max_connections or the role's limit, or use a pooler.")
        yield bad("database.connections", says, do)
    elif used > most * 0.8:
        says = _("%(used)d of %(most)d connections of the server are used.") % told
        yield look("database.connections", says, _("See in pg_stat_activity whose they are."))
    else:
        says = _("%(used)d of %(most)d connections of the server are used.") % told
        yield good("database.connections", says)


def _indexes() -> Findings:
    with connection.cursor() as cursor:
        cursor.execute(INVALID)
        broken = [name for (name,) in cursor.fetchall()]
    if broken:
        says = _("Indexes that were begun and never ended: %(names)s.")
        do = _("Run manage.py migrate again; if it leaves one, REINDEX INDEX CONCURRENTLY.")
        yield bad("database.indexes", says % {"names": ", ".join(broken)}, do)
    if connection.pg_version >= COLLATES:  # type: ignore[attr-defined] # PostgreSQL's own
        then, now = _row(FORMED)
        if then and then != now:
            says = _("The system sorts letters otherwise than when the database was made.")
            do = "REINDEX DATABASE; ALTER DATABASE … REFRESH COLLATION VERSION"
            yield bad("database.collation", says, do)


def _people() -> Findings:
    people = get_user_model().objects.filter(is_superuser=True, is_active=True)
    if not people.exists():
        says = _("There is no operator: nobody can open /admin/.")
        yield look("people.operator", says, "manage.py createsuperuser")


def _timers() -> Findings:
    noted = notes.all_of_them()
    invariants, backup = noted.get(notes.INVARIANTS), noted.get(notes.BACKUP)
    if invariants is None or invariants["age"] > LATE_SECONDS:
        says = _("The invariants were not checked within three hours.")
        do = _("See that beat runs, and that the periodic task invariants is on.")
        yield look("invariants.late", says, do)
    elif invariants.get("broken"):
        says = _("The last check found invariants that do not hold.")
        yield bad("invariants.broken", says, "manage.py check_invariants")
    if settings.PRODUCTION and (backup is None or backup["age"] > 26 * 3600):
        says = _("No backup was noted within a day.")
        yield look("backup.late", says, _("Have it end with manage.py note_backup."))


def _row(sql: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found: tuple[Any, ...] = cursor.fetchone()
    return found
