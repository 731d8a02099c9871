"""Schemathesis' hooks: doors that stay open, ids that name rows, a list of what was answered.

Started by `SCHEMATHESIS_HOOKS`; `ROWS` holds the ids as JSON, `LIMITS` the address of the Redis
where calls are counted, `CALLS` names the file that gets one line for every answer.
"""

import json
import os
import random
from pathlib import Path
from typing import Any
from uuid import UUID

import schemathesis
from redis import Redis

CHANCE, MOST = random.Random(7), 0.8
LIMITS: Redis = Redis.from_url(os.environ["LIMITS"])
ROWS: dict[str, str] = json.loads(os.environ["ROWS"])
KINDS = {
    "/auth/sessions": "sign_in",
    "/contacts": "contact",
    "/conversations": "conversation",
    "/drafts": "draft",
    "/follow-ups": "follow_up",
    "/leads": "lead",
    "/replays": "replay",
    "/scenarios": "scenario",
    "/sequences": "sequence",
    "/trust": "trust",
    "/invitations": "invitation",
    "/members": "member",
    "/messages": "message",
    "/workspace/exports": "export",
}
"""Which row the id behind an address names."""


BROWSED = ("/social-accounts/{provider}/connect", "/social-accounts/{provider}/consent")
"""Operations of networks that a browser acts on: any other name is 404."""


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: Any) -> Any:
    """Let most ids name a row, and most networks be one that has the operation."""
    if context.operation.path in BROWSED and isinstance(path_parameters, dict):
        return {**path_parameters, "provider": "linkedin"} if _mostly() else path_parameters
    kind = KINDS.get(context.operation.path.partition("/{")[0])
    given = path_parameters.get("uid") if isinstance(path_parameters, dict) else None
    if kind and _is_id(given) and _mostly():
        return {**path_parameters, "uid": ROWS[kind]}
    return path_parameters


@schemathesis.hook
def before_call(_context: Any, _case: Any, _kwargs: Any) -> None:
    """Open the doors again, so that calls say more than 429."""
    for key in LIMITS.scan_iter("flowia:limit:*"):
        LIMITS.delete(key)


@schemathesis.hook
def after_call(_context: Any, case: Any, response: Any) -> None:
    """Write down what was answered."""
    with Path(os.environ["CALLS"]).open("a", encoding="utf-8") as calls:
        calls.write(f"{case.operation.label}\t{response.status_code}\n")


def _mostly() -> bool:
    return CHANCE.random() < MOST


def _is_id(value: Any) -> bool:
    try:
        return bool(UUID(str(value)))
    except ValueError:
        return False
