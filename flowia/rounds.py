"""What beat calls, and how often; operators adjust the rows that are made of it."""

from typing import Any

from celery.schedules import crontab

ROUNDS: dict[str, dict[str, Any]] = {
    "dispatch": {
        "task": "processing.tasks.dispatch",
        "schedule": 1.0,
    },
    "figures": {
        "task": "processing.tasks.digest",
        "schedule": 5.0,
        "options": {"expire_seconds": 5},
    },
    "quotas": {
        "task": "processing.tasks.tend_quotas",
        "schedule": 60.0,
        "options": {"expire_seconds": 60},
    },
    "browser": {
        "task": "processing.tasks.note_browser",
        "schedule": 60.0,
        "options": {"expire_seconds": 60},
    },
    "polls": {
        "task": "processing.tasks.ensure_polls",
        "schedule": 300.0,
        "options": {"expire_seconds": 300},
    },
    "leads": {
        "task": "processing.tasks.cool_leads",
        "schedule": crontab(hour="4", minute="10"),
        "options": {"expire_seconds": 3600},
    },
    "privacy": {
        "task": "processing.privacy.tasks.sweep",
        "schedule": 10.0,
        "options": {"expire_seconds": 10},
    },
    "invariants": {
        "task": "processing.invariants.tasks.check",
        "schedule": crontab(minute="35"),
        "options": {"expire_seconds": 1800},
    },
    "purge": {
        "task": "processing.privacy.tasks.purge",
        "schedule": crontab(hour="3", minute="20"),
        "options": {"expire_seconds": 3600},
    },
    "stripe": {
        "task": "billing.tasks.reconcile",
        "schedule": crontab(hour="2", minute="40"),
        "options": {"expire_seconds": 3600},
    },
    "verify_audit": {
        "task": "accounts.tasks.verify_audit",
        "schedule": crontab(hour="4", minute="20"),
        "options": {"expire_seconds": 3600},
    },
}
