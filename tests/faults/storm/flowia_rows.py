"""What Flow IA's tables say, asked by SQL: the product's own code is not a witness here."""

from collections import Counter
from typing import Any

import psycopg

from tests.faults.storm.witness import Day, Heard, Rows, Sent, Work

WAITS = "quota_waits"
SOON = "interval '330 seconds'"
"""A look-up that comes later than this is not waited for: it is longer than a look-up's lease."""
LIMITS = {"freemium": 10, "premium": 100, "ultra": None}
OPEN = f"""
SELECT (SELECT COUNT(*) FROM social_webhookevent WHERE status = 'received')
 + (SELECT COUNT(next_at) FROM processing_message WHERE outcome = '' AND direction = 'inbound'
    AND reason <> '{WAITS}')
 + (SELECT COUNT(*) FROM processing_delivery WHERE status IN ('queued', 'sending'))
 + (SELECT COUNT(*) FROM processing_delivery WHERE status = 'unconfirmed'
    AND next_at < clock_timestamp() + {SOON})
 + (SELECT COUNT(*) FROM integrations_syncrun WHERE status IN ('queued', 'running'))
"""
DONE = """
SELECT (SELECT COUNT(*) FROM social_webhookevent WHERE status <> 'received')
 + (SELECT COUNT(*) FROM processing_interactionevent)
 + (SELECT COALESCE(SUM(attempts + looks), 0) FROM processing_delivery)
 + (SELECT COUNT(*) FILTER (WHERE finished_at IS NOT NULL) + COALESCE(SUM(attempts), 0)
    FROM integrations_syncrun)
"""
HEARD = f"""
SELECT m.external_id, c.external_id, m.outcome, m.reason,
       COUNT(*) OVER (PARTITION BY m.external_id),
       m.outcome = '' AND m.reason = '{WAITS}' AND m.next_at IS NOT NULL
  FROM processing_message m JOIN processing_conversation v ON v.id = m.conversation_id
  JOIN processing_contact c ON c.id = v.contact_id WHERE m.direction = 'inbound' ORDER BY m.id
"""
SENT = """
SELECT c.external_id, m.text, m.external_id, 'delivery:' || d.uid, d.status,
       COALESCE(q.external_id, '')
  FROM processing_delivery d JOIN processing_message m ON m.id = d.message_id
  JOIN processing_conversation v ON v.id = m.conversation_id
  JOIN processing_contact c ON c.id = v.contact_id
  LEFT JOIN processing_message q ON q.id = m.in_reply_to_id ORDER BY d.id
"""
DAYS = """
SELECT a.external_id, q.used, q.reserved, COALESCE(s.plan, 'freemium')
  FROM billing_quota q JOIN social_socialaccount a ON a.workspace_id = q.workspace_id
  LEFT JOIN billing_subscription s ON s.workspace_id = q.workspace_id
"""
SETTLED = """
SELECT reason, COUNT(*) FROM processing_interactionevent WHERE kind = 'delivery' GROUP BY reason
"""
LETTERS = "SELECT COUNT(*) FROM processing_deadletter"
Connection = psycopg.Connection[tuple[Any, ...]]


def work(connection: Connection) -> Work:
    """Return how many rows wait for somebody, but for tomorrow's quota, and how many are done."""
    rows = [connection.execute(sql.encode()).fetchone() for sql in (OPEN, DONE)]
    left, done = (int(row[0]) if row else 0 for row in rows)
    return Work(left, done)


def read(connection: Connection) -> Rows:
    """Return what the tables say."""
    rows = {
        name: connection.execute(sql.encode()).fetchall()
        for name, sql in (("heard", HEARD), ("sent", SENT), ("days", DAYS), ("settled", SETTLED))
    }
    letters = connection.execute(LETTERS.encode()).fetchone()
    return Rows(
        heard=[Heard(*row) for row in rows["heard"]],
        sent=[Sent(*row) for row in rows["sent"]],
        days=[Day(name, used, kept, LIMITS[plan]) for name, used, kept, plan in rows["days"]],
        settled=Counter({str(reason): int(number) for reason, number in rows["settled"]}),
        letters=int(letters[0]) if letters else 0,
    )
