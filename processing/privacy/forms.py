"""What people fill in before something is erased, or told for a period."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms import PasswordField
from flowia.lib import clock
from processing.analytics import FIRST_YEAR
from processing.privacy.compliance import Span


class EraseWorkspaceForm(forms.Form):
    """The workspace's name, written out, and the password of a person who has one."""

    confirm = forms.CharField(
        label=_("Name of the workspace"),
        max_length=150,
        help_text=_("Written exactly as above, so that nothing goes by mistake."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    password = PasswordField(label=_("Password"), new=False)

    def __init__(self, *given: Any, has_password: bool) -> None:
        """Ask for a password of who has one; a form without it has no such field to fill in."""
        super().__init__(*given)
        self.fields["password"].required = has_password


class PeriodForm(forms.Form):
    """A period in whole days, both included, by the workspace's clock."""

    since = forms.DateField(
        label=pgettext_lazy("period", "From"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    until = forms.DateField(
        label=pgettext_lazy("period", "To"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a period of other years than the figures', or that ends before it begins."""
        given: dict[str, Any] = super().clean() or {}
        years = range(FIRST_YEAR, clock.now().year + 2)
        for name in ("since", "until"):
            if name in given and given[name].year not in years:
                self.add_error(name, _("Choose a day of these years."))
        if not self.errors and given["until"] < given["since"]:
            self.add_error("until", _("The period ends before it begins."))
        return given

    @property
    def days(self) -> dict[str, str]:
        """Return both days as addresses name them; the form is valid."""
        return {name: self.cleaned_data[name].isoformat() for name in ("since", "until")}

    def span(self, zone: str) -> Span:
        """Return the period as moments; the form is valid."""
        first, last = self.cleaned_data["since"], self.cleaned_data["until"]
        here = ZoneInfo(zone)
        since = datetime.combine(first, time.min, here)
        until = datetime.combine(last, time.min, here) + timedelta(days=1)
        return Span(since.astimezone(UTC), until.astimezone(UTC))
