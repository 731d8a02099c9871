"""What people fill in on the pages of accounts; the rules are those of the API."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from accounts.doors import LONGEST_PASSWORD
from accounts.models import Membership, User
from flowia.lib.errors import FlowError

CONTINENTS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
# Each by its own name: whoever cannot read the page finds theirs.
LANGUAGES = [
    (code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES
]


def zones() -> list[tuple[str, str]]:
    """Return the time zones people choose from, by the names of the tz database."""
    named = sorted(one for one in available_timezones() if one.partition("/")[0] in CONTINENTS)
    return [(one, one.replace("_", " ")) for one in (*named, "UTC")]


def tell(form: forms.BaseForm, error: FlowError) -> None:
    """Add what an action refused to the form: beside its fields, or above all of them."""
    for field, sentences in (error.errors or {"": [error.detail]}).items():
        for sentence in sentences:
            form.add_error(field if field in form.fields else None, str(sentence))


class PasswordField(forms.CharField):
    """A password: kept as typed, 128 characters at most, never sent back."""

    def __init__(self, *, new: bool, **options: Any) -> None:
        names = {"autocomplete": "new-password" if new else "current-password"}
        widget = forms.PasswordInput(attrs=names)
        super().__init__(max_length=LONGEST_PASSWORD, strip=False, widget=widget, **options)


class NewPasswordField(PasswordField):
    """A password that is chosen here."""

    def __init__(self, **options: Any) -> None:
        advice = _("8 characters or more. A few words in a row are easy to remember.")
        super().__init__(new=True, help_text=advice, **options)


class EmailField(forms.EmailField):
    """An e-mail address."""

    def __init__(self, *, autocomplete: str) -> None:
        widget = forms.EmailInput(attrs={"autocomplete": autocomplete})
        super().__init__(label=_("E-mail address"), max_length=254, widget=widget)


class LanguageField(forms.ChoiceField):
    """One of the languages Flow IA speaks."""

    def __init__(self) -> None:
        super().__init__(label=_("Language"), choices=LANGUAGES)


class TimeZoneField(forms.ChoiceField):
    """A name of the tz database ("Europe/Paris")."""

    def __init__(self) -> None:
        super().__init__(label=_("Time zone"), choices=zones)


class RegisterForm(forms.Form):
    """A person and the workspace they open."""

    email = EmailField(autocomplete="username")
    password = NewPasswordField(label=_("Password"))
    workspace_name = forms.CharField(
        label=_("Name of your business"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    language = LanguageField()
    timezone = TimeZoneField()


class InvitedForm(forms.Form):
    """A person whose address an invitation names."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = NewPasswordField(label=_("Password"))
    language = LanguageField()


class ProofForm(forms.Form):
    """The password of an account that exists."""

    password = PasswordField(label=_("Password"), new=False)


class ForgottenForm(forms.Form):
    """The address to write to."""

    email = EmailField(autocomplete="username")


class ResetForm(forms.Form):
    """A new password, after the old one was forgotten."""

    password = NewPasswordField(label=_("New password"))


class ProfileForm(forms.Form):
    """What people may change of themselves."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = LanguageField()
    theme = forms.ChoiceField(label=_("Colours"), choices=User.Theme.choices, required=False)


class ThemeForm(forms.Form):
    """The colours of a person's pages."""

    theme = forms.ChoiceField(choices=User.Theme.choices)


class PasswordForm(forms.Form):
    """The password until now, and the next one."""

    current = PasswordField(label=_("Current password"), new=False)
    new = NewPasswordField(label=_("New password"))
    keep_google = forms.BooleanField(
        label=_("Keep the connection with Google"),
        help_text=_("Only if you are sure that the Google account is yours."),
        required=False,
    )


class OpenWorkspaceForm(forms.Form):
    """A workspace to be opened."""

    name = forms.CharField(label=_("Name of the workspace"), max_length=150)
    language = LanguageField()
    timezone = TimeZoneField()


class InviteForm(forms.Form):
    """Whom to invite, and as what."""

    email = EmailField(autocomplete="off")
    role = forms.ChoiceField(
        label=_("Role"), choices=Membership.Role.choices, initial=Membership.Role.MEMBER
    )
