"""What owners fill in on the pages of outgoing webhooks; the rules are those of the API."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from integrations.hooks.queueing import EVENTS
from integrations.models import Hook


class HookForm(forms.Form):
    """A webhook."""

    name = forms.CharField(label=_("Name"), max_length=80)
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("The https:// address that n8n, Make or your own program gives you."),
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    events = forms.MultipleChoiceField(
        label=_("It is told when"),
        choices=list(EVENTS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )

    @classmethod
    def of(cls, hook: Hook | None, data: Any = None) -> "HookForm":
        """Return the form with what a hook has now; for a new one everything is ticked."""
        kept = {"name": hook.name, "url": hook.url, "events": hook.events} if hook else {}
        return cls(data, initial=kept or {"events": list(EVENTS)})


class SinceForm(forms.Form):
    """From when on calls are made again."""

    since = forms.DateTimeField(
        label=_("Since"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    which = forms.ChoiceField(
        label=_("What"),
        choices=[("failed", _("what failed")), ("everything", _("everything"))],
    )

    @classmethod
    def at(cls, since: datetime) -> "SinceForm":
        """Return the form with a moment to begin with."""
        local = timezone.localtime(since).replace(second=0, microsecond=0)
        return cls(initial={"since": local, "which": "failed"})
