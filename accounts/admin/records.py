"""What happened at the doors, for operators: sign-ins, attempts, the audit log."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts import audit, doors, verifying
from accounts.activity import KINDS, lines_of
from accounts.admin.trail import by_operator
from accounts.models import AuditChain, AuditEntry, AuditKey, SignIn, SignInAttempt, User, Workspace
from flowia.lib.admin import ReadOnlyRows, batch_of


@admin.register(SignIn)
class SignIns(ReadOnlyRows):
    """Where people are signed in; operators may sign them out."""

    list_display = ("user", "kind", "device", "created_at", "seen_at", "ended_at", "end_reason")
    list_filter = ("kind", "end_reason")
    search_fields = ("uid", "user__email", "user__uid")
    list_select_related = ("user",)
    actions = ("sign_out",)

    def has_sign_out_permission(self, request: HttpRequest) -> bool:
        """Who may change sign-ins may end them."""
        return request.user.has_perm("accounts.change_signin")

    @admin.action(description=_("Sign out"), permissions=["sign_out"])
    def sign_out(self, request: HttpRequest, queryset: QuerySet[SignIn]) -> None:
        """End the chosen sign-ins, with an entry in the audit log."""
        by = by_operator(request)
        for sign_in in batch_of(request, queryset.select_related("user")):
            doors.end_sign_in(sign_in, SignIn.End.SIGNED_OUT_ELSEWHERE, by)
        messages.success(request, _("Signed out."))


@admin.register(SignInAttempt)
class SignInAttempts(ReadOnlyRows):
    """Attempts that failed or are under way; who was meant is a keyed hash."""

    list_display = ("created_at", "address", "known_place")
    search_fields = ("uid", "address")

    @admin.display(description=_("known place"), boolean=True, ordering="trust")
    def known_place(self, attempt: SignInAttempt) -> bool:
        """Return whether the person was signed in from such a place before."""
        return attempt.trust > 0


@dataclass(frozen=True)
class Named:
    """What the ids of an entry stand for, as long as the rows are there."""

    workspace: str
    person: str
    words: str


class NamedEntries(ChangeList):
    """A page of entries with their names, which are looked up once for all of them."""

    def get_results(self, request: HttpRequest) -> None:
        """Find the entries of the page and what their ids stand for."""
        super().get_results(request)
        self.result_list: Any = list(self.result_list)
        name_all(self.result_list)


class NamedChains(ChangeList):
    """A page of chains with the names of their workspaces."""

    def get_results(self, request: HttpRequest) -> None:
        """Find the chains of the page and whose they are."""
        super().get_results(request)
        self.result_list: Any = list(self.result_list)
        names = workspaces_in({chain.key for chain in self.result_list})
        for chain in self.result_list:
            chain.place = names.get(chain.key, "")


class OfKind(admin.SimpleListFilter):
    """The filter by what an action is about."""

    title = _("kind")
    parameter_name = "about"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002 - Django's signature
        """Return the kinds, as owners read them."""
        return list(KINDS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002 - Django's signature
        """Return the entries of one kind, or all."""
        return queryset.filter(action__startswith=f"{self.value()}.") if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntries(ReadOnlyRows):
    """Who did what, everywhere."""

    list_display = ("at", "place", "number", "words", "actor_kind", "who")
    list_filter = ("actor_kind", OfKind)
    search_fields = ("uid", "chain", "actor_uid", "target_uid", "request_id")

    def get_changelist(self, request: HttpRequest, **_options: Any) -> type[ChangeList]:  # noqa: ARG002 - Django's signature
        """Return the page that knows names."""
        return NamedEntries

    @admin.display(description=_("workspace"), ordering="chain")
    def place(self, entry: Any) -> str:
        """The workspace's name above the chain's."""
        return _above(entry.named.workspace, entry.chain)

    @admin.display(description=_("person"), ordering="actor_uid")
    def who(self, entry: Any) -> str:
        """The person's address above their id."""
        return _above(entry.named.person, entry.actor_uid or "")

    @admin.display(description=_("action"), ordering="action")
    def words(self, entry: Any) -> str:
        """The sentence above the action's name."""
        return _above(entry.named.words, entry.action)


MISSING = _("A whole chain is missing.")


class Broken(admin.SimpleListFilter):
    """The filter by what the last verification found."""

    title = _("holds")
    parameter_name = "holds"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002 - Django's signature
        """Return the one question: which chains are broken."""
        return [("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002 - Django's signature
        """Return the broken chains, or all."""
        return queryset.filter(broken_at__isnull=False) if self.value() else queryset


@admin.register(AuditChain)
class AuditChains(ReadOnlyRows):
    """The chains of the audit log, and whether they hold."""

    list_display = ("place", "length", "head", "checked_at", "whole")
    list_filter = (Broken,)
    search_fields = ("uid", "key")
    actions = ("verify",)

    def get_changelist(self, request: HttpRequest, **_options: Any) -> type[ChangeList]:  # noqa: ARG002 - Django's signature
        """Return the page that knows names."""
        return NamedChains

    @admin.display(description=_("workspace"), ordering="key")
    def place(self, chain: Any) -> str:
        """The workspace's name above the chain's."""
        return _above(chain.place, chain.key)

    @admin.display(description=_("holds"), boolean=True, ordering="broken_at")
    def whole(self, chain: AuditChain) -> bool | None:
        """Return what the last verification found; None before the first."""
        return None if chain.checked_at is None else chain.broken_at is None

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Show the chains, and say above them when one is gone with its row."""
        for one in verifying.missing():
            words = _("%(chain)s is missing as a whole.") if one.chain else MISSING
            messages.error(request, words % {"chain": one.chain})
        return super().changelist_view(request, extra_context)

    @admin.action(description=_("Verify that no entry is missing"), permissions=["view"])
    def verify(self, request: HttpRequest, queryset: QuerySet[AuditChain]) -> None:
        """Say for each chosen chain whether it holds, or where it breaks."""
        for chain in batch_of(request, queryset):
            number = verifying.verify(chain.key)
            words: dict[str, Any] = {"chain": chain.key, "number": number}
            if number is None:
                messages.success(request, _("%(chain)s holds.") % words)
            else:
                messages.error(request, _("%(chain)s is broken at entry %(number)s.") % words)


@admin.register(AuditKey)
class AuditKeys(ReadOnlyRows):
    """That the key exists, since when, and how many chains it counts."""

    list_display = ("created_at", "name", "chains")
    exclude = ("sealed", "seal")


def name_all(entries: list[Any]) -> None:
    """Give each entry its names as `named`; the questions asked do not grow with the entries."""
    called = workspaces_in({entry.chain for entry in entries})
    actors = {entry.actor_uid for entry in entries} - {None}
    people = dict(User.objects.filter(uid__in=actors).values_list("uid", "email"))
    for entry, line in zip(entries, lines_of(entries), strict=True):
        who = people.get(entry.actor_uid, "")
        entry.named = Named(called.get(entry.chain, ""), who, line.words)


def workspaces_in(chains: set[str]) -> dict[str, str]:
    """Return the names of the workspaces whose chains these are, by chain."""
    found = Workspace.objects.filter(uid__in=chains - {audit.OPERATORS})
    return {str(uid): name for uid, name in found.values_list("uid", "name")}


def _above(name: str, small: object) -> str:
    return format_html("{}<br><small>{}</small>", name, small) if name else str(small)
