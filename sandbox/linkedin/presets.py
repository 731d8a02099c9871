"""The traps that the visitor's page offers: a name for people, and the options that make it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from sandbox.linkedin import options
from sandbox.linkedin.models import Option, Person


@dataclass(frozen=True)
class Preset:
    """One trap with its switch; `group` is the heading it stands below."""

    key: str
    name: Any
    group: Any
    options: dict[str, Any]


SESSION, PAGE, SENDING = _("The session"), _("The page"), _("Sending")
ALL = (
    Preset("login", _("Logged out"), SESSION, {"gate": "login"}),
    Preset("login_script", _("Logged out by a script"), SESSION, {"gate": "login_script"}),
    Preset("checkpoint", _("A security check"), SESSION, {"gate": "checkpoint"}),
    Preset("restricted", _("The account is restricted"), SESSION, {"gate": "restricted"}),
    Preset("robot", _("Refused as a robot (999)"), SESSION, {"gate": "999"}),
    Preset("too_many", _("Too many requests (429)"), SESSION, {"gate": "429"}),
    Preset("hang", _("The page never comes"), SESSION, {"gate": "hang"}),
    Preset("renamed", _("The composer has another name"), PAGE, {"renamed": {"composer": 1}}),
    Preset("unknown", _("The composer is not to be found"), PAGE, {"missing": ["composer"]}),
    Preset("button", _("The send button is gone"), PAGE, {"missing": ["send"]}),
    Preset("overlay", _("A second composer, of another thread"), PAGE, {"overlay": "other"}),
    Preset("stale", _("The thread before stays on the page"), PAGE, {"stale": "never"}),
    Preset("reorders", _("The list changes its order"), PAGE, {"reorders_ms": 800}),
    Preset("deep_link", _("Addresses of threads are broken"), PAGE, {"deep_link": "wrong"}),
    Preset("no_root", _("The list has another form"), PAGE, {"voyager_conversations": "no_root"}),
    Preset("doubles", _("The composer doubles blank lines"), SENDING, {"composer": "doubles"}),
    Preset("arrives", _("The contact writes while one types"), SENDING, {"arrives": "typing"}),
    Preset("refused", _("A message is refused (403)"), SENDING, {"send": "403"}),
    Preset("hang_sent", _("A message is kept, never answered"), SENDING, {"send": "hang"}),
    Preset("cut_lost", _("A message is lost, never answered"), SENDING, {"send": "cut_before"}),
)


@dataclass(frozen=True)
class Switch:
    """A preset as the page shows it."""

    preset: Preset
    pressed: bool


def switches(member: Person) -> list[Switch]:
    """Return every preset, and whether it is on for this member."""
    return [Switch(one, _is_on(one, member)) for one in ALL]


def press(key: str, member: Person) -> None:
    """Turn a preset on for this member, or off; an unknown key does nothing."""
    for one in ALL:
        if one.key == key:
            off = dict.fromkeys(one.options)
            options.change({**(off if _is_on(one, member) else one.options), **_whose(member)})


def release(member: Person) -> None:
    """Turn every preset off for this member."""
    Option.objects.filter(member=member.profile_id).delete()


def _whose(member: Person) -> dict[str, str]:
    return {"member": member.profile_id}


def _is_on(preset: Preset, member: Person) -> bool:
    return all(options.value(name, member) == one for name, one in preset.options.items())
