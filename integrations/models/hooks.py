"""Addresses of the workspace's own that are told of its leads, and each call to them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from flowia.lib.rows import Row
from flowia.lib.sealed import SealedRow


class Hook(SealedRow):
    """An address outside that hears of events (Standard Webhooks 1.0).

    Its credentials: `secret`, and `former` ones, each with the moment `until` which (ISO 8601, UTC)
    it signs, too.
    """

    class Status(models.TextChoices):
        """Whether it is called."""

        ACTIVE = "active", _("active")
        PAUSED = "paused", _("paused by a member")
        DISABLED = "disabled", _("switched off after failures")

    sealed_as = "hook.credentials"
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="hooks")
    name = models.CharField(_("name"), max_length=80)
    url = models.URLField(_("address"), max_length=500)
    events = models.JSONField(_("events"), default=list)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    status_reason = models.CharField(_("reason"), max_length=60, blank=True)
    secret_hint = models.CharField(_("end of the key"), max_length=8, blank=True)
    # Since when every call failed; nothing while calls go through.
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    called_at = models.DateTimeField(_("last taken"), null=True, blank=True)

    class Meta:
        verbose_name = _("outgoing webhook")
        verbose_name_plural = _("outgoing webhooks")
        constraints = (
            models.UniqueConstraint(fields=["workspace", "url"], name="one_hook_per_address"),
        )
        indexes = (
            models.Index(fields=["id"], name="hook_off", condition=models.Q(status="disabled")),
        )

    def __str__(self) -> str:
        return self.name


class HookCall(Row):
    """One event for one address; its `uid` is the event's name there, the same at each attempt."""

    class Status(models.TextChoices):
        """How far it has come."""

        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("taken")
        FAILED = "failed", _("failed")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="hook_calls")
    hook = models.ForeignKey(Hook, models.CASCADE, related_name="calls")
    event = models.CharField(_("event"), max_length=40)
    lead_uid = models.UUIDField(_("lead"), null=True, blank=True)
    payload = models.JSONField(_("what is sent"), default=dict)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    http_status = models.PositiveSmallIntegerField(_("answer"), null=True, blank=True)
    milliseconds = models.PositiveIntegerField(_("took"), null=True, blank=True)
    error_code = models.CharField(_("error code"), max_length=60, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    request_id = models.CharField(_("request id"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("call of a webhook")
        verbose_name_plural = _("calls of webhooks")
        indexes = (
            models.Index(
                fields=["next_at"], name="hook_call_due", condition=models.Q(next_at__isnull=False)
            ),
            models.Index(
                fields=["id"],
                name="hook_call_forgotten",
                condition=models.Q(models.Q(status="queued") | models.Q(status="running"))
                & models.Q(next_at__isnull=True),
            ),
            models.Index(fields=["hook", "-id"], name="calls_of_hook"),
            models.Index(fields=["lead_uid", "-id"], name="calls_of_lead"),
        )

    def __str__(self) -> str:
        return f"{self.event} {self.status}"
