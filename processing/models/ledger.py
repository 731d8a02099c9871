"""Why: the append-only ledger, and what failed for good."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from flowia.lib.rows import Row
from processing.models.people import Conversation
from processing.models.talk import Message


class InteractionEvent(Row):
    """One thing that happened, or was deliberately not done, with its reason.

    `gates` lists what was checked, in order: `{"gate", "passed", "reason"}`. `data` holds numbers
    and codes (never a text of the contact): scenario and prompt version, model, tokens, cost.
    """

    class Kind(models.TextChoices):
        """What the row tells."""

        RECEIVED = "received", _("message received")
        IGNORED = "ignored", _("ignored")
        DECIDED = "decided", _("decision")
        QUEUED = "queued", _("reply queued")
        DELIVERY = "delivery", _("delivery")
        STATUS = "status", _("status")
        TAKEOVER = "takeover", _("human steps in")
        RELEASE = "release", _("back to the assistant")
        LEAD = "lead", _("lead")
        DRAFT = "draft", _("draft")
        FOLLOW_UP = "follow_up", _("follow-up")
        NOTICE = "notice", _("notice")
        CONSENT = "consent", _("consent")
        TRUST = "trust", _("trust ladder")
        PLAN = "plan", _("plan")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="interactions")
    # Found by `ledger_of_thread`.
    conversation = models.ForeignKey(
        Conversation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="interactions",
        db_index=False,
    )
    message = models.ForeignKey(
        Message, models.CASCADE, null=True, blank=True, related_name="interactions"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    outcome = models.CharField(_("outcome"), max_length=12, blank=True)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    gates = models.JSONField(_("gates"), default=list, blank=True)
    data = models.JSONField(_("data"), default=dict, blank=True)
    request_id = models.CharField(_("request id"), max_length=64, blank=True)
    # Whether `DailyFigure` holds it; the only column that is ever changed.
    counted = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = _("ledger row")
        verbose_name_plural = _("ledger")
        ordering = ("id",)
        indexes = (
            models.Index(fields=["conversation", "id"], name="ledger_of_thread"),
            models.Index(fields=["workspace", "-created_at"], name="ledger_of_workspace"),
            models.Index(fields=["request_id"], name="ledger_of_request"),
            models.Index(fields=["reason", "-id"], name="ledger_by_reason"),
            models.Index(
                fields=["workspace", "id"],
                name="ledger_uncounted",
                condition=models.Q(counted=False),
            ),
            # A compliance file reads a year of them, out of a ledger of millions.
            models.Index(
                fields=["workspace", "-created_at"],
                name="ledger_notices",
                condition=models.Q(kind="notice"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.reason}"


class DailyFigure(Row):
    """How often something happened in a workspace on one local day, summed from the ledger.

    `name` is `kind:outcome:reason` or a measure of `processing.figures`; `amount` is the sum of
    what is measured (millionths of a dollar, seconds), 0 for what is only counted.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="figures")
    day = models.DateField(_("day in the workspace's time zone"))
    name = models.CharField(_("figure"), max_length=120)
    count = models.PositiveBigIntegerField(_("count"), default=0)
    amount = models.PositiveBigIntegerField(_("amount"), default=0)

    class Meta:
        verbose_name = _("figure of a day")
        verbose_name_plural = _("figures by day")
        constraints = (
            models.UniqueConstraint(fields=["workspace", "day", "name"], name="one_figure_per_day"),
        )

    def __str__(self) -> str:
        return f"{self.workspace_id} {self.day} {self.name}"


class DeadLetter(Row):
    """A piece of work that failed for good; an operator may have it tried again."""

    workspace = models.ForeignKey(
        Workspace, models.CASCADE, null=True, blank=True, related_name="dead_letters"
    )
    kind = models.CharField(_("kind of work"), max_length=20)
    object_id = models.BigIntegerField(_("row"))
    reason = models.CharField(_("reason"), max_length=60)
    error = models.TextField(_("error"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    replayed_at = models.DateTimeField(_("replayed"), null=True, blank=True)

    class Meta:
        verbose_name = _("dead letter")
        verbose_name_plural = _("dead letters")
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "object_id"],
                condition=models.Q(replayed_at__isnull=True),
                name="one_open_dead_letter",
            ),
        )
        indexes = (models.Index(fields=["replayed_at", "kind", "reason"], name="letters_by_cause"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}: {self.reason}"
