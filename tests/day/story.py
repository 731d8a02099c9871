"""What one conversation of the day is: what is said and done, and what has to come of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.journeys.driver import Driver
from tests.journeys.envelopes import envelope, message, new_mid

Deed = Callable[[Driver, str], object]
"""Something that happens in the conversation with one contact, besides words."""


@dataclass(frozen=True)
class Said:
    """The contact writes; `burst` are several messages at once, the last one decides."""

    burst: tuple[str, ...]


@dataclass(frozen=True)
class Done:
    """Somebody or something else acts; `inbound` is how many messages of the contact that adds."""

    words: str
    deed: Deed
    inbound: int = 0


Step = Said | Done


@dataclass(frozen=True)
class Story:
    """One conversation: its name, its steps, and what has to be true at its end.

    `outcome` and `reason` are those of the contact's last message, `sends` how many texts the
    network took; `words` must stand in the last of them; `level` and `phone` are the lead's.
    """

    name: str
    steps: tuple[Step, ...]
    outcome: str
    reason: str
    sends: int
    words: str = ""
    level: str = ""
    phone: str = ""
    account: str = "messenger"
    seconds: float = 60.0


@dataclass
class Result:
    """What happened instead, or as well."""

    story: Story
    outcome: str = ""
    reason: str = ""
    sends: int = 0
    differs: list[str] = field(default_factory=list)


def says(*texts: str) -> Said:
    """The contact writes, in one go."""
    return Said(texts)


def does(words: str, deed: Deed, *, inbound: int = 0) -> Done:
    """Something else happens."""
    return Done(words, deed, inbound)


def twice(text: str) -> Done:
    """The network delivers one message two times."""
    mid = new_mid()

    def deed(driver: Driver, contact: str) -> None:
        body = envelope(message(contact, text, mid=mid))
        again = envelope(message(contact, text, mid=mid))
        for call in (body, again):
            assert driver.post(call).status == 200

    return Done(f"twice: {text}", deed, inbound=1)


def picture(driver: Driver, contact: str) -> None:
    """The contact sends a picture without words."""
    event: dict[str, Any] = message(contact, "")
    event["message"] = {
        "mid": new_mid(),
        "attachments": [{"type": "image", "payload": {"url": "https://cdn.example/photo.jpg"}}],
    }
    assert driver.post(envelope(event)).status == 200


def human_writes(text: str) -> Done:
    """The owner answers in the network's own app: we see the echo."""

    def deed(driver: Driver, contact: str) -> None:
        event = message(contact, text)
        page = event["recipient"]["id"]
        event["sender"], event["recipient"] = {"id": page}, {"id": contact}
        event["message"] |= {"is_echo": True, "app_id": 263902037430900}
        raw = envelope({**event, "recipient": {"id": page}})
        body = raw.replace(
            f'"recipient": {{"id": "{page}"}}'.encode(),
            f'"recipient": {{"id": "{contact}"}}'.encode(),
        )
        assert driver.post(body).status == 200

    return Done(f"the owner writes in the app: {text}", deed)


def in_charge(what: str) -> Done:
    """A member takes the conversation over, or gives it back."""

    def deed(driver: Driver, contact: str) -> None:
        driver.api(f"/conversations/{driver.conversation(contact)['id']}/{what}", {})

    return Done(what, deed)


def decides(what: str, **body: Any) -> Done:
    """A member decides on the draft that waits in the conversation."""

    def deed(driver: Driver, contact: str) -> None:
        found = driver.conversation(contact)["id"]
        (draft,) = driver.api(f"/drafts?conversation={found}")["results"]
        driver.act(f"/drafts/{draft['id']}/{what}", body)

    return Done(f"{what} the draft", deed)


def due_now(driver: Driver, contact: str) -> None:
    """Let the planned follow-up be due: the day is shorter than its delay."""
    driver.rows(
        "UPDATE processing_followup SET next_at = CURRENT_TIMESTAMP WHERE status = 'pending'"
        " AND conversation_id IN (SELECT v.id FROM processing_conversation v"
        " JOIN processing_contact c ON c.id = v.contact_id WHERE c.external_id = %s)",
        contact,
    )
