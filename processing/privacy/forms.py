"""What people fill in before something is erased."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import PasswordField


class EraseWorkspaceForm(forms.Form):
    """The workspace's name, written out, and the password of a person who has one."""

    confirm = forms.CharField(
        label=_("Name of the workspace"),
        max_length=150,
        help_text=_("Written exactly as above, so that nothing goes by mistake."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    password = PasswordField(label=_("Password"), new=False, required=False)
