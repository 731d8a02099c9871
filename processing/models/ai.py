"""What is known of the model's service, what its answers cost, and what was tried in replay."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from flowia.lib.rows import Row
from processing.models.scenarios import Scenario
from processing.models.talk import Message


class ModelState(Row):
    """Why the model is not asked at the moment: one row per trouble that asking cannot mend.

    Until `retry_at` nobody asks; then one message tries, and a good answer clears the row.
    """

    code = models.CharField(_("trouble"), max_length=60, unique=True)
    since = models.DateTimeField(_("since"))
    retry_at = models.DateTimeField(_("tried again"))
    failures = models.PositiveIntegerField(_("failures"), default=1)

    class Meta:
        verbose_name = _("trouble with the model")
        verbose_name_plural = _("troubles with the model")

    def __str__(self) -> str:
        return self.code


class Replay(Row):
    """The time machine: a scenario's draft run over the messages of a period, nothing sent."""

    class Status(models.TextChoices):
        """How far it has come."""

        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        PAUSED = "paused", _("stopped at its cost limit")
        CANCELLED = "cancelled", _("cancelled")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="replays")
    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="replays")
    content = models.JSONField(_("draft"), default=dict)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    total = models.PositiveIntegerField(_("messages in all"), default=0)
    done = models.PositiveIntegerField(_("messages done"), default=0)
    calls = models.PositiveIntegerField(_("model calls"), default=0)
    cost = models.PositiveBigIntegerField(_("cost, millionths of a dollar"), default=0)
    cost_limit = models.PositiveBigIntegerField(_("cost limit, millionths of a dollar"))
    last_message = models.BigIntegerField(_("last message done"), default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    error_code = models.CharField(_("error code"), max_length=60, blank=True)
    asked_by_uid = models.UUIDField(_("asked by"), null=True, blank=True)

    class Meta:
        verbose_name = _("replay")
        verbose_name_plural = _("replays")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["workspace"],
                condition=models.Q(status__in=["queued", "running"]),
                name="one_replay_at_a_time",
            ),
        )
        indexes = (
            models.Index(
                fields=["next_at"], name="replay_due", condition=models.Q(next_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.workspace_id} {self.status}"


class ReplayResult(Row):
    """What one message would get now, beside what it got."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="replay_results")
    replay = models.ForeignKey(Replay, models.CASCADE, related_name="results")
    message = models.ForeignKey(Message, models.CASCADE, related_name="replay_results")
    outcome = models.CharField(_("outcome"), max_length=12)
    reason = models.CharField(_("reason"), max_length=60)
    data = models.JSONField(_("numbers of the reason"), default=dict, blank=True)
    text = models.TextField(_("text"), blank=True)
    level = models.CharField(_("level"), max_length=5, blank=True)
    level_before = models.CharField(_("level before"), max_length=5, blank=True)
    changed = models.BooleanField(_("changed"), default=False)
    at = models.DateTimeField(_("when it would be decided"))
    day = models.DateField(_("local day"))
    cost = models.PositiveBigIntegerField(_("cost, millionths of a dollar"), default=0)
    cached = models.BooleanField(_("known from before"), default=False)

    class Meta:
        verbose_name = _("result of a replay")
        verbose_name_plural = _("results of replays")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=["replay", "message"], name="one_result_per_message"),
        )

    def __str__(self) -> str:
        return f"{self.replay_id} {self.message_id}: {self.outcome}"


class ReplayAnswer(Row):
    """An answer of the model that was paid for already: same message, same prompt."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="replay_answers")
    message = models.ForeignKey(Message, models.CASCADE, related_name="replay_answers")
    prompt = models.CharField(_("digest of the prompt"), max_length=64)
    answer = models.JSONField(_("answer"), default=dict)
    cost = models.PositiveBigIntegerField(_("cost, millionths of a dollar"), default=0)

    class Meta:
        verbose_name = _("known answer")
        verbose_name_plural = _("known answers")
        constraints = (
            models.UniqueConstraint(fields=["message", "prompt"], name="one_answer_per_prompt"),
        )

    def __str__(self) -> str:
        return f"{self.message_id} {self.prompt[:8]}"
