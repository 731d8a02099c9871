"""Who lives on the TikTok stand-in: three accounts, their videos, a few people. All invented."""

from dataclasses import dataclass
from datetime import date

# Where TikTok offers no messages by API: the EEA, Switzerland and the United Kingdom.
CLOSED_TO_MESSAGES = frozenset(
    {"AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT"}
    | {"LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE"}
    | {"IS", "LI", "NO", "CH", "GB"}
)


@dataclass(frozen=True)
class Account:
    """An account whose owner may let Flow IA in; `region` is where it was registered."""

    open_id: str
    username: str
    display_name: str
    region: str
    business: bool = True

    @property
    def has_messages(self) -> bool:
        """Whether its messages can be reached by API."""
        return self.business and self.region not in CLOSED_TO_MESSAGES


@dataclass(frozen=True)
class Person:
    """Somebody who writes; `uid` is what TikTok calls the unique identifier."""

    uid: str
    username: str
    display_name: str
    region: str = "CA"
    follower: bool = True


@dataclass(frozen=True)
class Video:
    """One video of an account, and the day it was published."""

    item_id: str
    owner: str
    caption: str
    published: date


FRANCE = Account("_000atelierLumiereNantes01", "atelier.lumiere", "Atelier Lumière", "FR")
CANADA = Account("_000atelierLumiereMontreal02", "lumiere.montreal", "Lumière Montréal", "CA")
PERSONAL = Account(
    "_000camilleAubryPerso03", "camille.aubry", "Camille Aubry", "FR", business=False
)
ACCOUNTS = {account.open_id: account for account in (FRANCE, CANADA, PERSONAL)}
BY_USERNAME = {account.username: account for account in ACCOUNTS.values()}

PEOPLE = (
    Person("uniq_sandbox_zoe", "zoe.tremblay", "Zoé Tremblay"),
    Person("uniq_sandbox_youssef", "youssef.b", "Youssef B.", "MA", follower=False),
    Person("uniq_sandbox_lina", "lina.dubois", "Lina Dubois", "BE"),
)
"""Two people whose messages are announced whole, and one of the EEA, whose are not."""

VIDEOS = (
    Video("7500000000000000101", FRANCE.open_id, "La lampe Aube au four", date(2026, 11, 20)),
    Video("7500000000000000102", FRANCE.open_id, "Une journée à l'atelier", date(2026, 11, 9)),
    Video("7500000000000000201", CANADA.open_id, "Nos lampes à Montréal", date(2026, 11, 21)),
    Video("7500000000000000202", CANADA.open_id, "Émailler une tasse Galet", date(2026, 11, 2)),
    Video("7500000000000000301", PERSONAL.open_id, "Mon chat et le tour", date(2026, 11, 18)),
)


def videos_of(open_id: str) -> list[Video]:
    """Return the account's videos, the newest first."""
    mine = [video for video in VIDEOS if video.owner == open_id]
    return sorted(mine, key=lambda one: one.published, reverse=True)


def video(item_id: str) -> Video | None:
    """Return the video with that id, or None."""
    return next((video for video in VIDEOS if video.item_id == item_id), None)
