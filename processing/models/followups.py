"""Writing again to people who wrote: the owner's sequences, and each planned message."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from flowia.lib.rows import Row
from processing.models.people import Conversation
from processing.models.scenarios import Scenario
from processing.models.talk import Message


class DmSequence(Row):
    """The steps of one follow-up scenario; which conversations it is for stands there."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="sequences")
    scenario = models.OneToOneField(Scenario, models.CASCADE, related_name="sequence")
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("sequence")
        verbose_name_plural = _("sequences")

    def __str__(self) -> str:
        return f"{self.scenario_id}"


class SequenceStep(Row):
    """One message of a sequence: how long after the one before, and what it should say."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="sequence_steps")
    sequence = models.ForeignKey(DmSequence, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField(_("position"))
    delay_minutes = models.PositiveIntegerField(_("minutes after the message before"))
    instruction = models.TextField(_("instruction"), max_length=4000)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ("sequence_id", "position")
        constraints = (
            models.UniqueConstraint(fields=["sequence", "position"], name="one_step_per_position"),
        )

    def __str__(self) -> str:
        return f"{self.sequence_id} {self.position}"


class FollowUp(Row):
    """One planned message of a sequence to one conversation, or the task it became.

    *pending* has a `next_at`; what can no longer be sent by itself is a *task* for a human until
    `task_until`, the end of the reply window, when its `next_at` lets it end as well.
    """

    class Status(models.TextChoices):
        """How far it has come."""

        PENDING = "pending", _("planned")
        SENT = "sent", _("written")
        CANCELLED = "cancelled", _("cancelled")
        TASK = "task", _("a human should write")
        DONE = "done", _("done")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="follow_ups")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="follow_ups")
    sequence = models.ForeignKey(DmSequence, models.CASCADE, related_name="follow_ups")
    position = models.PositiveSmallIntegerField(_("step"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    next_at = models.DateTimeField(_("due"), null=True, blank=True)
    task_until = models.DateTimeField(_("a human may write until"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    quota_day = models.DateField(_("day of the quota it holds"), null=True, blank=True)
    message = models.OneToOneField(
        Message, models.SET_NULL, null=True, blank=True, related_name="follow_up"
    )
    request_id = models.CharField(_("request id"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        constraints = (
            models.UniqueConstraint(
                fields=["conversation"],
                condition=models.Q(status="pending"),
                name="one_pending_follow_up",
            ),
        )
        indexes = (
            models.Index(
                fields=["next_at"], name="follow_up_due", condition=models.Q(next_at__isnull=False)
            ),
            models.Index(
                fields=["workspace"], name="follow_up_tasks", condition=models.Q(status="task")
            ),
            models.Index(
                fields=["workspace", "quota_day"],
                name="follow_up_holds_quota",
                condition=models.Q(quota_day__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.status}"
