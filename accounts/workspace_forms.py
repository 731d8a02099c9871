"""What owners fill in of their workspace: its settings and its fact sheet."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.blanks import has_blank
from accounts.forms import LanguageField, TimeZoneField
from accounts.models import Workspace
from accounts.workspaces import CHANGEABLE, MOST_FACTS

if TYPE_CHECKING:
    _OfWorkspace = forms.ModelForm[Workspace]
    _Rows = forms.BaseFormSet["FactForm"]
else:
    # Django's own classes take no type parameter while they run.
    _OfWorkspace, _Rows = forms.ModelForm, forms.BaseFormSet

MOST_MINUTES = 43_200
MOST_APPROVALS = 1000
BLANK_FACTS = 2


class WorkspaceForm(_OfWorkspace):
    """The workspace's settings."""

    language = LanguageField()
    timezone = TimeZoneField()
    business_profile = forms.CharField(
        label=_("Business profile"),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Who you are and how you speak with customers; the assistant reads it."),
    )
    assistant_on = forms.BooleanField(label=_("The assistant answers messages"), required=False)
    release_after_minutes = forms.IntegerField(
        label=_("Minutes before the assistant answers again after a human stepped in"),
        min_value=1,
        max_value=MOST_MINUTES,
    )

    ai_notice = forms.CharField(
        label=_("What the assistant says of itself"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "Before its first answer, after a long silence, and when you give a conversation"
            " back. Blank: “This is the automatic assistant (AI)” and your name."
        ),
    )
    handoff_text = forms.CharField(
        label=_("What customers are told when a human takes over"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Sent once for each handoff. Blank: nothing is sent."),
    )
    trust_after = forms.IntegerField(
        label=_("Approvals without edits before automatic answers are proposed"),
        min_value=1,
        max_value=MOST_APPROVALS,
    )

    class Meta:
        model = Workspace
        fields = CHANGEABLE


class FactForm(forms.Form):
    """One line of the fact sheet; a line left blank is no line."""

    label = forms.CharField(label=_("What"), max_length=120)
    value = forms.CharField(label=_("Answer"), widget=forms.Textarea(attrs={"rows": 2}))

    @property
    def is_unused(self) -> bool:
        """Whether the line says something, but the assistant does not read it: it has a blank."""
        line = [str(self[name].value() or "") for name in ("label", "value")]
        return any(line) and any(map(has_blank, line))


class FactSheet(_Rows):
    """The lines of the fact sheet. All of them may be left blank, also those that were not."""

    def initial_form_count(self) -> int:
        """Return 0: no line is bound to stay."""
        return 0


def fact_sheet(*, lines: list[dict[str, str]] | None = None, data: Any = None) -> Any:
    """Return the fact sheet's rows: those of `lines` and two blank ones, or what `data` posts."""
    kind = forms.formset_factory(
        FactForm,
        formset=FactSheet,
        extra=len(lines or ()) + BLANK_FACTS,
        can_delete=True,
        max_num=MOST_FACTS,
        absolute_max=MOST_FACTS + BLANK_FACTS,
        validate_max=True,
    )
    return kind(data, initial=lines, prefix="facts")


def rows_in(sheet: Any) -> list[dict[str, str]]:
    """Return the rows of a posted fact sheet as they were typed, but those marked to go."""
    kept = [row for row in sheet.forms if row["DELETE"].value() not in {"on", True}]
    rows = [{name: row[name].value() or "" for name in ("label", "value")} for row in kept]
    return [row for row in rows if any(row.values())]


def facts_in(sheet: Any) -> list[dict[str, str]]:
    """Return the lines of a valid fact sheet that are neither blank nor marked to go."""
    kept = [row for row in sheet.forms if row.has_changed() and row not in sheet.deleted_forms]
    return [{name: row.cleaned_data[name] for name in ("label", "value")} for row in kept]
