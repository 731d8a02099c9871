"""What the owners wrote."""
# ruff: noqa: ARG002 - Django calls these methods with arguments of its own choice

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.admin.trail import Trail, by_operator
from flowia.lib.admin import Rows
from flowia.lib.errors import InvalidError
from processing import publishing, scenarios
from processing.models import Scenario

if TYPE_CHECKING:
    _OfScenario = forms.ModelForm[Scenario]
else:
    # Django's own class takes no type parameter while it runs.
    _OfScenario = forms.ModelForm


class ScenarioForm(_OfScenario):
    """A scenario by the same rules as its owners' page."""

    def clean(self) -> dict[str, Any]:
        """Refuse what cannot be published."""
        given = super().clean() or self.cleaned_data
        try:
            scenarios.checked(_words(given), of=self.instance)
        except InvalidError as error:
            for field, sentences in (error.errors or {}).items():
                for sentence in sentences:
                    self.add_error(field, ValidationError(str(sentence)))
        return given


@admin.register(Scenario)
class Scenarios(Trail, Rows):
    """Scenarios; what was put away can be read only."""

    form = ScenarioForm
    list_display = ("name", "workspace", "kind", "autonomy", "priority", "version", "archived_at")
    list_filter = ("kind", "autonomy")
    list_select_related = ("workspace",)
    search_fields = ("name", "workspace__name", "workspace__uid", "uid")
    raw_id_fields = ("workspace", "accounts")
    readonly_fields = ("version", "archived_at")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let nobody change what was put away."""
        archived = obj is not None and obj.archived_at is not None
        return not archived and super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Iterable[str]:  # type: ignore[override]
        """Leave a scenario in its workspace."""
        found = super().get_readonly_fields(request, obj)
        return (*found, "workspace") if obj is not None else found

    def save_model(self, request: HttpRequest, obj: Scenario, form: Any, change: bool) -> None:
        """Publish a version: the ledger names the one that decided."""
        published = publishing.publish(
            obj,
            _words(form.cleaned_data),
            by=by_operator(request),
            accounts=form.cleaned_data.get("accounts"),
        )
        obj.version = published.version


def _words(given: dict[str, Any]) -> dict[str, Any]:
    return {name: given[name] for name in scenarios.FIELDS if name in given}
