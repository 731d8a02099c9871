"""What the tests of YouTube share: the fact sheet's samples, and credentials of its channel."""

import json
from pathlib import Path
from typing import Any

from social.contracts import Credentials

SAMPLES = Path(__file__).parents[1] / "fixtures" / "youtube"
CHANNEL = "UCinventeFlowIA0000000001"
CREDENTIALS = Credentials(
    account_external_id=CHANNEL,
    kind="youtube",
    token="ya29.invente",
    login="google",
    refresh_token="1//invente",
)


def sample(name: str, number: int) -> dict[str, Any]:
    """Return one line of a file of samples, counted from 1 as the fact sheet does."""
    lines = (SAMPLES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    found: dict[str, Any] = json.loads(lines[number - 1])
    return found


def page(items: list[Any], *, account: str = CHANNEL, stream: str = "comments") -> bytes:
    """Return items as a turn stores them."""
    whose = {"kind": "youtube", "external_id": account}
    return json.dumps({"account": whose, "stream": stream, "items": items}).encode()
