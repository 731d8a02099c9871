"""Memory: the outside tools a workspace writes its leads into."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from flowia.lib.rows import Row
from flowia.lib.sealed import SealedRow


class Integration(SealedRow):
    """A workspace's link to one outside tool."""

    class Status(models.TextChoices):
        """Whether we may write there."""

        ACTIVE = "active", _("connected")
        NEEDS_LOGIN = "needs_login", _("must be connected again")
        NEEDS_MAPPING = "needs_mapping", _("its columns no longer fit")

    sealed_as = "integration.credentials"
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="integrations")
    kind = models.CharField(_("kind"), max_length=20)
    target = models.JSONField(_("target"), default=dict, blank=True)
    field_map = models.JSONField(_("columns"), default=dict, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.ACTIVE)
    status_reason = models.CharField(_("reason"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("integration")
        verbose_name_plural = _("integrations")
        constraints = (
            models.UniqueConstraint(fields=["workspace", "kind"], name="one_integration_per_kind"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.workspace_id}"


class SyncedRow(Row):
    """Where a lead stands in the outside tool, so that the next push changes it there."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="synced_rows")
    integration = models.ForeignKey(Integration, models.CASCADE, related_name="synced_rows")
    lead_uid = models.UUIDField(_("lead"))
    external_id = models.CharField(_("external id"), max_length=128)

    class Meta:
        verbose_name = _("row in the tool")
        verbose_name_plural = _("rows in the tools")
        constraints = (
            models.UniqueConstraint(
                fields=["integration", "lead_uid"], name="one_outside_row_per_lead"
            ),
        )

    def __str__(self) -> str:
        return self.external_id


class SyncRun(Row):
    """One push of one lead into one tool."""

    class Status(models.TextChoices):
        """How far the push has come."""

        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("written")
        FAILED = "failed", _("failed")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="sync_runs")
    integration = models.ForeignKey(Integration, models.CASCADE, related_name="runs")
    lead_uid = models.UUIDField(_("lead"))
    payload = models.JSONField(_("what is written"), default=dict)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    error_code = models.CharField(_("error code"), max_length=60, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    request_id = models.CharField(_("request id"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("push into a tool")
        verbose_name_plural = _("pushes into the tools")
        constraints = (
            # A lead that changes while its push waits is pushed once, with its newest values.
            models.UniqueConstraint(
                fields=["integration", "lead_uid"],
                condition=models.Q(status="queued"),
                name="one_waiting_push_per_lead",
            ),
            models.UniqueConstraint(
                fields=["integration", "lead_uid"],
                condition=models.Q(status="running"),
                name="one_running_push_per_lead",
            ),
        )
        indexes = (
            models.Index(
                fields=["next_at"], name="sync_due", condition=models.Q(next_at__isnull=False)
            ),
            models.Index(fields=["lead_uid", "-id"], name="runs_of_lead"),
        )

    def __str__(self) -> str:
        return f"{self.lead_uid} {self.status}"


class Removal(Row):
    """The taking away of an erased lead's row from one tool; it knows ids and nobody's name."""

    class Status(models.TextChoices):
        """How far it has come."""

        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("removed")
        FAILED = "failed", _("failed")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="removals")
    integration = models.ForeignKey(Integration, models.CASCADE, related_name="removals")
    lead_uid = models.UUIDField(_("lead"))
    external_id = models.CharField(_("external id"), max_length=128, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    error_code = models.CharField(_("error code"), max_length=60, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("removal from a tool")
        verbose_name_plural = _("removals from the tools")
        constraints = (
            models.UniqueConstraint(
                fields=["integration", "lead_uid"], name="one_removal_per_lead"
            ),
        )
        indexes = (
            models.Index(
                fields=["next_at"], name="removal_due", condition=models.Q(next_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.lead_uid} {self.status}"
