"""Calls of Meta, written short: an envelope around items."""

import json
from typing import Any

PAGE, PERSON = "104857600012345", "7012345678901234"


def envelope(*items: Any, kind: str = "page", **entry: Any) -> bytes:
    inner = {"id": PAGE, "time": 1794819600000, "messaging": list(items), **entry}
    return json.dumps({"object": kind, "entry": [inner]}).encode()


def item(**event: Any) -> dict[str, Any]:
    parties = {"sender": {"id": PERSON}, "recipient": {"id": PAGE}, "timestamp": 1794819600000}
    return {**parties, **event}
