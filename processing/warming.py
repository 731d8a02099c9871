"""What a process builds at its first message, built before it parts from those that share it.

Each process of a worker would otherwise build all of this for itself: some 40 MB, and half a second
of its first message (docs/performance.md). Nothing here leaves a connection open or starts a
thread.
"""

from datetime import date

import requests
import structlog

from flowia.lib import standing
from processing.ai import client
from processing.factlock import unsupported
from processing.language import language_of
from processing.phones import phone_in

log = structlog.get_logger("flowia.warming")
SAID = "Bonjour, la lampe coûte 49 € et part sous 3 jours. Mon numéro : 06 12 34 56 78. Thank you!"


def build() -> None:
    """Build it; without an address and a key for the model, its client is left for later."""
    standing.build_all()
    try:
        client.rehearse()
    except Exception as error:  # noqa: BLE001 - an address or a key that is wrong stops answers alone
        log.info("no rehearsal with the model", error=type(error).__name__)
    unsupported(SAID, [SAID], today=date(2026, 1, 1))
    language_of(SAID)
    phone_in(SAID)
    with requests.Session() as session:
        session.prepare_request(requests.Request("POST", "https://example.invalid/", json={}))
