"""Operators' page about e-mails."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin.trail import replay
from accounts.models import Letter
from accounts.tasks import post_again
from accounts.wording import Kind
from flowia.lib.admin import HasError, ReadOnlyRows, batch_of

KINDS: dict[str, Promise] = {
    Kind.VERIFY_ADDRESS: _("Confirm your e-mail address"),
    Kind.RESET_PASSWORD: _("Choose a new password"),
    Kind.RESET_UNKNOWN: _("A new password for an unknown address"),
    Kind.PASSWORD_CHANGED: _("Your password was changed"),
    Kind.ADDRESS_TAKEN: _("You already have an account"),
    Kind.INVITATION: _("Invitation"),
    Kind.NEW_SIGN_IN: _("Your account was opened from a new place"),
    Kind.GOOGLE_LINKED: _("A Google account opens your account now"),
    Kind.ADDRESS_CHANGED: _("The e-mail address of your account was changed"),
    Kind.TOKEN_REUSED: _("We signed a program out of your account"),
    Kind.FACTOR_ENROLLED: _("A second factor was set up for your account"),
    Kind.FACTOR_RESET: _("The second factor of your account was reset"),
    Kind.RECOVERY_USED: _("A recovery code opened your account"),
    Kind.CODES_RENEWED: _("Your recovery codes were made anew"),
    Kind.DRAFT_WAITING: _("An answer waits for your approval"),
    Kind.ACCOUNT_STATE: _("A connected account needs its owner"),
    Kind.PLAN_NEWS: _("Your plan changed"),
    Kind.WEBHOOK_OFF: _("An outgoing webhook was switched off"),
    Kind.TOOL_STATE: _("A tool must be connected again"),
    Kind.QUOTA_WAITING: _("Somebody waits for tomorrow's messages"),
    Kind.HUMAN_NEEDED: _("A conversation needs an answer from a human"),
}
"""What each kind is called: its subject, where that is the same for everybody."""


class OfKind(admin.SimpleListFilter):
    """The filter by kind of letter."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002 - Django's signature
        """Return the kinds."""
        return [(str(kind), words) for kind, words in KINDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Letter]) -> QuerySet[Letter]:  # noqa: ARG002 - Django's signature
        """Return the letters of one kind, or all."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Letter)
class Letters(ReadOnlyRows):
    """E-mails; their links are made when they are sent, and stand nowhere."""

    error = Q(status=Letter.Status.FAILED)
    list_display = (
        "created_at",
        "subject",
        "email",
        "status",
        "attempts",
        "next_at",
        "error_code",
        "sent_at",
        "request_id",
    )
    list_filter = ("status", HasError, OfKind)
    search_fields = ("uid", "email", "user__uid", "subject_uid", "request_id")
    actions = ("post_again",)

    @admin.display(description=_("kind"), ordering="kind")
    def subject(self, letter: Letter) -> str:
        """Return what the kind is called."""
        return str(KINDS.get(letter.kind, letter.kind))

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Who may change letters may have them sent again."""
        return request.user.has_perm("accounts.change_letter")

    @admin.action(description=_("Send the failed ones again"), permissions=["replay"])
    def post_again(self, request: HttpRequest, queryset: QuerySet[Letter]) -> None:
        """Send the failed letters among the selected; the others are left as they are."""
        rows = batch_of(request, queryset, self.error)
        posted = sum(replay(request, letter, post_again) for letter in rows)
        sentence = ngettext(
            "%(count)s letter is being sent again.",
            "%(count)s letters are being sent again.",
            posted,
        )
        level = messages.SUCCESS if posted else messages.WARNING
        self.message_user(request, sentence % {"count": posted}, level)
