"""TikTok over HTTP on loopback: its samples of answers, and an account that asks."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from social.contracts import Credentials
from tests.standin import Asked, StandIn

OURS, ZOE = "_000inventeBusinessOpenId01", "uniq_invente_7788"
THREAD, VIDEO = "a1AbCdEfGhIj2+kLm3Nop/Q==", "7500000000000000001"
QUESTION, REPLY, ANSWER = "7510000000000000201", "7510000000000000202", "7510000000000000203"
WE = Credentials(OURS, "tiktok", "act.invente", "tiktok", "rft.invente")
SECOND = 1794819600

_lines = (Path(__file__).parents[1] / "fixtures" / "tiktok" / "answers.jsonl").read_bytes()
ANSWERS: list[dict[str, Any]] = [json.loads(line) for line in _lines.splitlines()]
TOKEN, NEXT_TOKEN = ANSWERS[0], ANSWERS[1]
SENT, SENT_TYPING, THREADS, CONTENTS, REPLIED = ANSWERS[4:9]
EXPIRED, THROTTLED, BLOCKED, NO_REGION, SYSTEM = ANSWERS[9:14]


def ok(**data: Any) -> dict[str, Any]:
    return {"code": 0, "message": "OK", "request_id": "2026INVENTE", "data": data}


def refused(code: int, message: str = "Refusé (texte inventé)") -> dict[str, Any]:
    return {"code": code, "message": message, "request_id": "2026INVENTE", "data": {}}


def answering(service: StandIn, *bodies: Any) -> None:
    """Let TikTok answer these, one after the other."""
    for body in bodies:
        service.answer(200, body)


def path_of(asked: Asked) -> str:
    return urlsplit(asked.path).path


def query_of(asked: Asked) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(asked.path).query))
