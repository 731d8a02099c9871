"""The form of the letters a member chooses, and what each of them is called."""

from dataclasses import dataclass
from datetime import time
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Membership
from accounts.notifications import kinds_for, wishes_of


@dataclass(frozen=True)
class About:
    """What a kind of letter is called, and what goes on whether it is sent or not."""

    words: Promise
    help: Promise


LETTERS: dict[str, About] = {
    "human_needed": About(
        _("A conversation needs a human"),
        _("Once an hour at most for one conversation. The inbox shows it in any case."),
    ),
    "draft_waiting": About(
        _("An answer waits for approval"),
        _("With a link to approve it without signing in. Several drafts come in one e-mail."),
    ),
    "quota_waiting": About(
        _("Somebody waits because today's messages are used up"),
        _("Once a day at most."),
    ),
    "account_state": About(
        _("A social account is disconnected or limited"),
        _("Until it is connected again, the assistant answers nobody there."),
    ),
    "tool_state": About(
        _("A tool must be connected again"),
        _("Until then your leads wait here; none is lost."),
    ),
    "webhook_off": About(
        _("An outgoing webhook was switched off"),
        _("After five days of failures, or because its address is gone."),
    ),
    "plan_news": About(
        _("News of the plan and of payments"),
        _("The page of the plan shows a failed payment in any case."),
    ),
}


class NotificationsForm(forms.Form):
    """A box for each letter the member may choose, and from when until when none shall come."""

    quiet_from = forms.TimeField(
        label=_("No e-mails from"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, "%H:%M"),
    )
    quiet_until = forms.TimeField(
        label=pgettext_lazy("a time of day", "until"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, "%H:%M"),
    )

    def __init__(self, member: Membership, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        never = wishes_of(member).never
        self.kinds = kinds_for(member)
        for kind in self.kinds:
            about = LETTERS[kind]
            self.fields[kind] = forms.BooleanField(
                label=str(about.words),
                help_text=str(about.help),
                required=False,
                initial=kind not in never,
            )
        self.fields["quiet_from"].initial = member.quiet_from
        self.fields["quiet_until"].initial = member.quiet_until

    def clean(self) -> dict[str, Any]:
        """Ask for both ends of the quiet hours, or for none."""
        given: dict[str, Any] = super().clean() or {}
        since, until = given.get("quiet_from"), given.get("quiet_until")
        if not self.errors and (since is None) != (until is None):
            missing = "quiet_until" if until is None else "quiet_from"
            self.add_error(missing, _("Quiet hours need a beginning and an end."))
        return given

    @property
    def boxes(self) -> list[forms.BoundField]:
        """Return the fields of the letters, in their order."""
        return [self[kind] for kind in self.kinds]

    @property
    def wanted(self) -> set[str]:
        """Return the kinds that are wanted."""
        return {kind for kind in self.kinds if self.cleaned_data[kind]}

    @property
    def quiet(self) -> tuple[time, time] | None:
        """Return the quiet hours; None without any."""
        since, until = self.cleaned_data["quiet_from"], self.cleaned_data["quiet_until"]
        return None if since is None or until is None else (since, until)
