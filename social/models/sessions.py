"""Accounts that are acted for in a browser, with their owner's own session: rows of that."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import AuditEntry, Workspace
from flowia.lib.rows import Row
from flowia.lib.sealed import Sealed
from social.models.accounts import SocialAccount


def weekdays() -> list[int]:
    """Return Monday to Friday, as `date.weekday` counts."""
    return [0, 1, 2, 3, 4]


class BrowserSession(Sealed):
    """The session of one account, sealed; when a browser may use it, and what the last one saw.

    One browser at a time, on whatever machine: who has `run_uid` has it until `busy_until`, and
    renews that while it works.
    """

    class State(models.TextChoices):
        """What the network showed last."""

        NEW = "new", _("not looked at yet")
        OK = "ok", _("works")
        NEEDS_LOGIN = "needs_login", _("signed out")
        CHECKPOINT = "checkpoint", _("asks for a check")
        RESTRICTED = "restricted", _("restricted")
        COOLDOWN = "cooldown", _("rests")
        DRIFT = "drift", _("changed pages")
        UNKNOWN = "unknown", _("not understood")

    sealed_as = "browser_session.sealed"
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="browser_sessions")
    social_account = models.OneToOneField(
        SocialAccount, models.CASCADE, related_name="browser_session"
    )
    sealed = models.TextField(blank=True, editable=False)
    saved_at = models.DateTimeField(_("session saved"), null=True, blank=True)
    expires_at = models.DateTimeField(_("session ends"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.NEW)
    state_since = models.DateTimeField(_("since"), null=True, blank=True)
    detail = models.CharField(_("seen"), max_length=60, blank=True)
    until = models.DateTimeField(_("rests until"), null=True, blank=True)
    cooldowns = models.PositiveSmallIntegerField(_("rests in a row"), default=0)
    busy_until = models.DateTimeField(_("in use until"), null=True, blank=True)
    run_uid = models.UUIDField(_("used by"), null=True, blank=True)
    run_for = models.CharField(_("used for"), max_length=12, blank=True)
    last_run_at = models.DateTimeField(_("last use"), null=True, blank=True)
    works_from = models.PositiveSmallIntegerField(_("first working hour"), default=9)
    works_until = models.PositiveSmallIntegerField(_("end of the working hours"), default=19)
    works_days = models.JSONField(_("working days"), default=weekdays)
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True)
    stopped_by = models.UUIDField(_("stopped by"), null=True, blank=True)
    stopped_kind = models.CharField(
        _("stopped as"), max_length=10, choices=AuditEntry.Actor, blank=True
    )

    class Meta:
        verbose_name = _("browser session")
        verbose_name_plural = _("browser sessions")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(works_from__lt=models.F("works_until"), works_until__lte=24),
                name="working_hours_are_hours",
            ),
        )

    def __str__(self) -> str:
        return f"{self.social_account_id} {self.state}"

    @property
    def stopped_by_operators(self) -> bool:
        """Whether an operator stopped it as such, whatever became of them since."""
        return self.stopped_at is not None and self.stopped_kind == AuditEntry.Actor.OPERATOR

    def free(self) -> None:
        """Take a member's stop away, in this instance alone; an operator's stays."""
        if not self.stopped_by_operators:
            self.stopped_at, self.stopped_by, self.stopped_kind = None, None, ""


class SentDay(Row):
    """How many messages left through an account's session on one of its local days.

    `most` is that day's cap, `last_at` when the last one was begun, `next_at` when the next one may
    leave.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="sent_days")
    social_account = models.ForeignKey(SocialAccount, models.CASCADE, related_name="sent_days")
    day = models.DateField(_("day"))
    sent = models.PositiveSmallIntegerField(_("sent"), default=0)
    most = models.PositiveSmallIntegerField(_("at most"), default=0)
    last_at = models.DateTimeField(_("last one"), null=True, blank=True)
    next_at = models.DateTimeField(_("next one"), null=True, blank=True)

    class Meta:
        verbose_name = _("messages of a day")
        verbose_name_plural = _("messages of a day")
        constraints = (
            models.UniqueConstraint(fields=["social_account", "day"], name="one_sent_day"),
            models.CheckConstraint(
                condition=models.Q(sent__lte=models.F("most")), name="sent_within_the_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.social_account_id} {self.day}"


class Consent(Row):
    """A person's agreement to a risk, with what proves it: which text, when, from where.

    Kept when it is withdrawn, and when the account goes.
    """

    class Kind(models.TextChoices):
        """What was agreed to."""

        SESSION = "session", _("acting in a browser with the member's session")
        AUTOMATION = "automation", _("answering without approval")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="consents")
    social_account = models.ForeignKey(
        SocialAccount, models.SET_NULL, null=True, blank=True, related_name="consents"
    )
    provider = models.CharField(_("provider"), max_length=20)
    kind = models.CharField(_("agreed to"), max_length=12, choices=Kind)
    version = models.CharField(_("version of the text"), max_length=20)
    language = models.CharField(_("language of the text"), max_length=8)
    digest = models.CharField(_("SHA-256 of the text"), max_length=64)
    user_uid = models.UUIDField(_("agreed by"))
    address = models.CharField(_("from the address"), max_length=45, blank=True)
    given_at = models.DateTimeField(_("agreed"))
    withdrawn_at = models.DateTimeField(
        pgettext_lazy("consent", "withdrawn"), null=True, blank=True
    )

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = (
            models.UniqueConstraint(
                fields=["social_account", "kind"],
                condition=models.Q(withdrawn_at__isnull=True, social_account__isnull=False),
                name="one_living_consent",
            ),
        )

    def __str__(self) -> str:
        return f"{self.provider} {self.kind} {self.version}"


class Drift(Row):
    """A network's pages are no longer as we know them: what that stops rests until it is lifted.

    `for_all`: for every account of the network. `snapshot` is the page's structure without a
    word of anybody.
    """

    provider = models.CharField(_("provider"), max_length=20)
    capability = models.CharField(_("what rests"), max_length=10)
    social_account = models.ForeignKey(
        SocialAccount, models.SET_NULL, null=True, blank=True, related_name="drifts"
    )
    for_all = models.BooleanField(_("for every account"), default=True)
    missing = models.CharField(_("what was not found"), max_length=60, blank=True)
    detail = models.CharField(_("seen"), max_length=60, blank=True)
    snapshot = models.TextField(_("structure of the page"), blank=True)
    times = models.PositiveIntegerField(_("times"), default=1)
    found_at = models.DateTimeField(_("found"))
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.CharField(_("lifted by"), max_length=254, blank=True)

    class Meta:
        verbose_name = _("changed page")
        verbose_name_plural = _("changed pages")
        constraints = (
            models.UniqueConstraint(
                fields=["provider", "capability"],
                condition=models.Q(for_all=True, lifted_at__isnull=True),
                name="one_open_drift",
            ),
        )

    def __str__(self) -> str:
        return f"{self.provider} {self.capability} {self.missing}"


class SelectorUse(Row):
    """How often an element was found on a day by the selector of which rank; -1: by none."""

    provider = models.CharField(_("provider"), max_length=20)
    name = models.CharField(_("element"), max_length=60)
    rank = models.SmallIntegerField(_("rank"))
    day = models.DateField(_("day, UTC"))
    times = models.PositiveIntegerField(_("times"), default=0)

    class Meta:
        verbose_name = _("use of a selector")
        verbose_name_plural = _("uses of selectors")
        constraints = (
            models.UniqueConstraint(
                fields=["provider", "name", "rank", "day"], name="one_use_a_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.provider} {self.name} {self.rank}"
