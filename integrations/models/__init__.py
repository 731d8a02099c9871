"""Memory: the outside tools a workspace writes its leads into, and who is told of them."""

from integrations.models.hooks import Hook, HookCall
from integrations.models.tools import Integration, Removal, SyncedRow, SyncOrder, SyncRun

__all__ = [
    "Hook",
    "HookCall",
    "Integration",
    "Removal",
    "SyncOrder",
    "SyncRun",
    "SyncedRow",
]
