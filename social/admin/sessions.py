"""Operators' pages about members' own sessions: what each does, its days, what was agreed to."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin.trail import by_operator, person_of
from accounts.models import User
from flowia.lib import clock
from flowia.lib.admin import HasError, ReadOnlyRows
from social import switching
from social.admin.holding import may_switch, switches
from social.models import BrowserSession, Consent, SentDay
from social.providers.registry import PROVIDERS
from social.running import OK

NEW = BrowserSession.State.NEW


class Stopped(admin.SimpleListFilter):
    """The filter by whether somebody stopped the browser."""

    title = _("stopped")
    parameter_name = "stopped"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002 - Django's signature
        """Yes or no."""
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002 - Django's signature
        """Return the stopped ones, or the others."""
        if self.value() in {"yes", "no"}:
            return queryset.filter(stopped_at__isnull=self.value() == "no")
        return queryset


@admin.register(BrowserSession)
class BrowserSessions(ReadOnlyRows):
    """Sessions that browsers use; what is sealed in them is never shown."""

    error = ~Q(state__in=[OK, NEW])
    list_display = (
        "account",
        "shown",
        "since",
        "busy",
        "stopped",
        "today",
        "rests",
        "hours",
    )
    list_filter = ("state", Stopped, HasError, "social_account__provider")
    list_select_related = ("workspace", "social_account")
    search_fields = (
        "social_account__name",
        "social_account__uid",
        "workspace__name",
        "workspace__uid",
        "uid",
    )
    fields = (
        "social_account",
        "workspace",
        "secret",
        "saved_at",
        "expires_at",
        "state",
        "state_since",
        "detail",
        "until",
        "cooldowns",
        "busy",
        "last_run_at",
        "today",
        "hours",
        "stopped_at",
        "stopper",
        "uid",
        "created_at",
    )
    readonly_fields = ("secret", "busy", "today", "hours", "stopper")
    actions = ("stop", "go_on")
    change_list_template = "admin/social/switches.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[BrowserSession]:
        """Bring each session's last day of sending along."""
        days = SentDay.objects.filter(social_account=OuterRef("social_account")).order_by("-day")
        last = {f"last_{name}": Subquery(days.values(name)[:1]) for name in ("day", "sent", "most")}
        rows: QuerySet[BrowserSession] = super().get_queryset(request)
        return rows.annotate(**last)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the button that stops a whole network above the sessions."""
        browsed = [name for name, one in PROVIDERS.items() if one.session]
        shown = {
            "switches": switches(browsed), "may_switch": may_switch(request), "back": "sessions",
        }  # fmt: skip
        return super().changelist_view(request, {**(extra_context or {}), **shown})

    @admin.display(description=_("social account"), ordering="social_account__name")
    def account(self, session: BrowserSession) -> str:
        """The account's name above its workspace's."""
        words = "{}<br><small>{}</small>"
        return format_html(words, session.social_account.name, session.workspace.name)

    @admin.display(description=_("state"), ordering="state")
    def shown(self, session: BrowserSession) -> str:
        """The state above the code of what was seen."""
        return format_html("{}<br><small>{}</small>", session.get_state_display(), session.detail)

    @admin.display(description=_("since"), ordering="state_since")
    def since(self, session: BrowserSession) -> str:
        """Return since when the state is so."""
        return _short(session.state_since)

    @admin.display(description=_("stopped"), ordering="stopped_at")
    def stopped(self, session: BrowserSession) -> str:
        """Return when somebody stopped it."""
        return _short(session.stopped_at)

    @admin.display(description=_("rests until"), ordering="until")
    def rests(self, session: BrowserSession) -> str:
        """Return until when it rests, where that lies ahead."""
        ahead = session.until is not None and session.until > clock.now()
        return _short(session.until) if ahead else ""

    @admin.display(description=_("session"))
    def secret(self, session: BrowserSession) -> str:
        """Return asterisks where there is a session; it is not decrypted for that."""
        return "****" if session.ciphertext else "-"

    @admin.display(description=_("in use"), ordering="busy_until")
    def busy(self, session: BrowserSession) -> str:
        """Return for what a browser has it now."""
        busy = session.busy_until is not None and session.busy_until > clock.now()
        return session.run_for if busy else ""

    @admin.display(description=_("today"))
    def today(self, session: Any) -> str:
        """Return how many messages left on the account's local day, and of how many."""
        zone = ZoneInfo(session.workspace.timezone)
        if session.last_day != clock.now().astimezone(zone).date():
            return "0"
        return f"{session.last_sent} / {session.last_most}"

    @admin.display(description=_("hours of the browser"))
    def hours(self, session: BrowserSession) -> str:
        """Return the local hours and days in which a browser may act."""
        days = " ".join(str(WEEKDAYS_ABBR[one]) for one in session.works_days)
        return f"{session.works_from}-{session.works_until} {days} ({session.workspace.timezone})"

    @admin.display(description=_("stopped by"))
    def stopper(self, session: BrowserSession) -> str:
        """Return who stopped it."""
        return person_of(session.stopped_by)

    def has_switch_permission(self, request: HttpRequest) -> bool:
        """Who may change sessions may stop them and let them go on."""
        return request.user.has_perm("social.change_browsersession")

    @admin.action(description=_("Stop the browser of these accounts"), permissions=["switch"])
    def stop(self, request: HttpRequest, queryset: QuerySet[BrowserSession]) -> None:
        """Let no browser act for them; one that does stops within seconds."""
        by, user = by_operator(request), request.user
        rows = queryset.select_related("social_account__workspace")
        number = sum(
            switching.stop(one.social_account, user=user, by=by)
            for one in rows
            if isinstance(user, User)
        )
        sentence = ngettext(
            "%(count)s browser was stopped.", "%(count)s browsers were stopped.", number
        )
        messages.success(request, sentence % {"count": number})

    @admin.action(description=_("Allow it again"), permissions=["switch"])
    def go_on(self, request: HttpRequest, queryset: QuerySet[BrowserSession]) -> None:
        """Undo what operators stopped; what a member stopped is the member's."""
        by = by_operator(request)
        rows = list(queryset.select_related("social_account__workspace"))
        number = sum(switching.go_on(one.social_account, by=by) for one in rows)
        sentence = ngettext(
            "%(count)s browser may act again.", "%(count)s browsers may act again.", number
        )
        messages.success(request, sentence % {"count": number})
        if len(rows) > number:
            left = len(rows) - number
            sentence = ngettext(
                "%(count)s was left alone: it is not stopped, or by its own member.",
                "%(count)s were left alone: they are not stopped, or by their own members.",
                left,
            )
            messages.warning(request, sentence % {"count": left})


def _short(moment: datetime | None) -> str:
    return date_format(moment, "SHORT_DATETIME_FORMAT") if moment else ""


@admin.register(SentDay)
class SentDays(ReadOnlyRows):
    """What left through each session, by the account's local day."""

    list_display = ("day", "social_account", "workspace", "sent", "most", "next_at")
    list_filter = ("day", "social_account__provider")
    list_select_related = ("workspace", "social_account")
    search_fields = ("social_account__name", "workspace__name", "workspace__uid", "uid")


@admin.register(Consent)
class Consents(ReadOnlyRows):
    """Who agreed to which text, when and from where: the proof, kept when it is withdrawn."""

    list_display = (
        "given_at",
        "workspace",
        "social_account",
        "provider",
        "kind",
        "version",
        "language",
        "user_uid",
        "address",
        "withdrawn_at",
    )
    list_filter = ("provider", "kind", "version", "withdrawn_at")
    list_select_related = ("workspace", "social_account")
    search_fields = (
        "workspace__name",
        "workspace__uid",
        "social_account__name",
        "user_uid",
        "digest",
        "uid",
    )
