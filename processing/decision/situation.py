"""What the gates may know of a message: plain values, brought by whoever asks."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Situation:
    """Everything the gates may know about a message, as plain values; moments are aware.

    `opens_at` is when the scenario's hours begin again, None while they are open (or never begin,
    with `never_opens`). `night_until` is the next morning, None by day. `risk`, `model_trouble` and
    `lacking` (the ability that the account would need) are codes, empty where there is none.
    `window_left` is how many messages the network still takes in the window, None for any number.
    What operators paused is looked at again at `provider_until` (with `everything_paused` more
    than the network rests), `account_stopped_until` and `model_paused_until`.

    Of the day's messages `quota_ahead` are for those who wait before this one, `quota_kept` for
    who cannot wait (`quota_priority`), until `quota_opens_at`, None where they stay kept.
    `quota_renews_at` is when the day ends, None where nothing can wait for that. `quota_phone`
    tells that a phone number was left. `quota_since` is when the contact wrote first of what is
    not answered, `quota_closed` until when that could be answered.

    `unseen` tells that earlier words of the contact are still to be read, `unseen_at` when it is
    looked at again. `unagreed` tells that the network forbids automatic answers and the owner did
    not agree to them.
    `category` is what kind of conversation it is (`Conversation.Category`), "" where none is told.
    """

    now: datetime
    duplicate: bool = False
    echo: bool = False
    suspended: bool = False
    assistant_on: bool = True
    opted_out: bool = False
    handled_by_human: bool = False
    human_until: datetime | None = None
    everything_paused: bool = False
    provider_paused: bool = False
    provider_until: datetime | None = None
    account_status: str = "active"
    account_retry_at: datetime | None = None
    account_held_until: datetime | None = None
    account_stopped_until: datetime | None = None
    lacking: str = ""
    newer_inbound: bool = False
    answered: bool = False
    removed: bool = False
    hidden: bool = False
    other_app: bool = False
    category: str = ""
    has_text: bool = True
    risk: str = ""
    window_closes_at: datetime | None = None
    window_left: int | None = None
    scenario: str | None = None
    scenario_off: bool = False
    outside_hours: bool = False
    opens_at: datetime | None = None
    left_to_human: bool = False
    automatic_today: int = 0
    settles_at: datetime | None = None
    next_automatic_at: datetime | None = None
    quota_limit: int | None = None
    quota_remaining: int | None = None
    quota_held: bool = False
    quota_ahead: int = 0
    quota_priority: bool = False
    quota_phone: bool = False
    quota_kept: int = 0
    quota_since: datetime | None = None
    quota_closed: datetime | None = None
    quota_opens_at: datetime | None = None
    quota_renews_at: datetime | None = None
    model_trouble: str = ""
    model_paused_until: datetime | None = None
    night_until: datetime | None = None
    unagreed: bool = False
    unseen: bool = False
    unseen_at: datetime | None = None
