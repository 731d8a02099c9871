"""What owners fill in of a scenario, and how a replay is asked for."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from integrations.texts import NETWORKS
from processing.hours import DAYS
from processing.hours_rows import CLOSED, MalformedRowsError, hours_in, rows_of
from processing.models import Scenario
from processing.step_rows import (
    ROWS,
    fields_of_rows,
    rows_of_steps,
    rows_shown,
    steps_in,
)
from processing.trying import LONGEST_TRY
from social.models import SocialAccount

DAY_NAMES = {
    **{day: WEEKDAYS[number] for number, day in enumerate(DAYS)},
    CLOSED: _("Closed on these dates"),
}
MOST_DOLLARS = 100
MICROS = 1_000_000


class ScenarioForm(forms.Form):
    """Everything a scenario is made of; hours stand in a row of text for each day."""

    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(label=_("What it is for"), choices=Scenario.Kind.choices)
    instruction = forms.CharField(
        label=_("Instruction"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("What the assistant should aim at and how it should speak, in your words."),
    )
    trigger = forms.ChoiceField(label=_("When it answers"), choices=Scenario.Trigger.choices)
    keywords = forms.CharField(
        label=_("Keywords"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One per line. Accents, capitals and plurals do not matter."),
    )
    channel = forms.ChoiceField(label=_("Where"), choices=Scenario.Channel.choices)
    comment_answer = forms.ChoiceField(
        label=_("A comment is answered"),
        required=False,
        choices=Scenario.CommentAnswer.choices,
        widget=forms.RadioSelect,
    )
    accounts = forms.MultipleChoiceField(
        label=_("Accounts"), required=False, widget=forms.CheckboxSelectMultiple
    )
    fact_labels = forms.MultipleChoiceField(
        label=_("Facts it may use"), required=False, widget=forms.CheckboxSelectMultiple
    )
    outside_hours = forms.ChoiceField(
        label=_("Outside the hours, a message"), choices=Scenario.Outside.choices
    )
    language = forms.ChoiceField(
        label=_("Language of the answers"), choices=Scenario.Language.choices
    )
    autonomy = forms.ChoiceField(label=_("Autonomy"), choices=Scenario.Autonomy.choices)
    priority = forms.IntegerField(
        label=_("Priority"),
        min_value=-10_000,
        max_value=10_000,
        help_text=_("Of the scenarios that fit a message, the highest number answers."),
    )

    def __init__(
        self, workspace: Workspace, *arguments: Any, labels: list[str], **options: Any
    ) -> None:
        """Offer the workspace's own accounts and facts.

        `labels` are those the scenario names already: one that left the fact sheet stays to be
        seen, since a scenario that names none may use them all.
        """
        super().__init__(*arguments, **options)
        self.workspace = workspace
        self.account_rows = list(SocialAccount.objects.filter(workspace=workspace).order_by("pk"))
        chosen = {
            str(one.uid): f"{one.name} ({NETWORKS.get(one.kind, one.kind)})"
            for one in self.account_rows
        }
        self._choices("accounts", list(chosen.items()))
        known = list(workspace.facts.values_list("label", flat=True))
        offered = dict.fromkeys([*known, *labels])
        gone = _("no longer in the fact sheet")
        self._choices(
            "fact_labels",
            [(one, one if one in known else f"{one} ({gone})") for one in offered],
        )
        for day, name in DAY_NAMES.items():
            example = "2026-12-25" if day == CLOSED else "09:00-12:30, 14:00-19:00"
            widget = forms.TextInput(attrs={"placeholder": example})
            self.fields[f"hours_{day}"] = forms.CharField(
                label=capfirst(str(name)), required=False, max_length=2000, widget=widget
            )
        self.fields |= fields_of_rows()
        self.steps: list[dict[str, Any]] | None = None
        """What the rows of a valid form say; None where they are not for it."""

    def clean(self) -> dict[str, Any]:
        """Read the rows of hours together, and those of steps; each wrong one is told."""
        given = super().clean() or self.cleaned_data
        self._clean_steps(given)
        rows = {day: str(given.pop(f"hours_{day}", "")) for day in DAY_NAMES}
        try:
            given["hours"] = hours_in(rows)
        except MalformedRowsError as error:
            for day, sentence in error.errors.items():
                self.add_error(f"hours_{day}", sentence)
        return given

    @property
    def hour_rows(self) -> list[forms.BoundField]:
        """The seven days and the closed dates, as fields."""
        return [self[f"hours_{day}"] for day in DAY_NAMES]

    @property
    def step_rows(self) -> list[tuple[int, forms.BoundField, forms.BoundField, forms.BoundField]]:
        """The rows of the steps as fields, with their numbers: those in use and blank ones."""
        names = [name for row in ROWS for name in (row.delay, row.words)]
        shown = rows_shown({name: self[name].value() for name in names})
        return [(row.number, self[row.delay], self[row.unit], self[row.words]) for row in shown]

    @property
    def content(self) -> dict[str, Any]:
        """What a valid form says, as `publishing.publish` takes it."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "accounts"}
        if not given["comment_answer"]:
            del given["comment_answer"]
        lines = [line.strip() for line in given["keywords"].splitlines()]
        return {**given, "keywords": [line for line in lines if line]}

    @property
    def chosen_accounts(self) -> list[SocialAccount]:
        """The accounts that were ticked."""
        chosen = self.cleaned_data["accounts"]
        return [one for one in self.account_rows if str(one.uid) in chosen]

    def _clean_steps(self, given: dict[str, Any]) -> None:
        values = {
            name: given.pop(name, None) for row in ROWS for name in (row.delay, row.unit, row.words)
        }
        if given.get("kind") != Scenario.Kind.FOLLOW_UP:
            return
        self.steps, errors = steps_in(values)
        for name, sentence in errors.items():
            self.add_error(name, sentence)
        if not self.steps and given.get("autonomy") != Scenario.Autonomy.OFF:
            self.add_error(ROWS[0].words, _("A follow-up needs at least one step."))

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = choices


def filled(content: dict[str, Any]) -> dict[str, Any]:
    """Return a content as the form's first values."""
    rows = {f"hours_{day}": row for day, row in rows_of(content.get("hours", {})).items()}
    steps = rows_of_steps(content.get("steps", ()))
    keywords = "\n".join(content.get("keywords", ()))
    first = {"priority": 0, "autonomy": "draft", "comment_answer": "public"}
    return {**first, **content, **rows, **steps, "keywords": keywords}


class TryForm(forms.Form):
    """A first message to try, and where it is written; nothing leaves that to the scenario."""

    place = forms.ChoiceField(
        label=_("Written as"),
        required=False,
        choices=[("direct", _("a direct message")), ("comment", _("a comment under a post"))],
    )

    text = forms.CharField(
        label=_("A customer writes"),
        max_length=LONGEST_TRY,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReplayForm(forms.Form):
    """A period in local days, both included, and what the replay may cost at most."""

    first = forms.DateField(
        label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    dollars = forms.DecimalField(
        label=_("Cost limit, in US dollars"),
        min_value=0,
        max_value=MOST_DOLLARS,
        decimal_places=6,
        required=False,
    )

    @property
    def cost_limit(self) -> int:
        """The limit in millionths of a dollar."""
        return int((self.cleaned_data.get("dollars") or 0) * MICROS)

    def period(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the moments between which the chosen days lie."""
        first, last = self.cleaned_data["first"], self.cleaned_data["last"]
        return midnight(first, zone), midnight(last + timedelta(days=1), zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the beginning of a local day."""
    return datetime.combine(day, time(), zone)
