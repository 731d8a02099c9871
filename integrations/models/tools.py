"""The outside tools a workspace writes its leads into, and what was written."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from flowia.lib.rows import Row
from flowia.lib.sealed import SealedRow


class Integration(SealedRow):
    """A workspace's link to one outside tool.

    Pushes wait while the status is none that writes; nothing of them is lost. One worker at a time
    writes into a tool: who holds `busy_until`.
    """

    class Status(models.TextChoices):
        """Whether we may write there."""

        SETTING_UP = "setting_up", _("being set up")
        ACTIVE = "active", _("connected")
        PAUSED = "paused", _("paused by a member")
        NEEDS_LOGIN = "needs_login", _("must be connected again")
        NEEDS_ATTENTION = "needs_attention", _("its table cannot be reached")
        NEEDS_MAPPING = "needs_mapping", _("its columns no longer fit")

    sealed_as = "integration.credentials"
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="integrations")
    kind = models.CharField(_("kind"), max_length=20)
    target = models.JSONField(_("target"), default=dict, blank=True)
    field_map = models.JSONField(_("columns"), default=dict, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.ACTIVE)
    status_reason = models.CharField(_("reason"), max_length=100, blank=True)
    # Whose token it is, as the tool itself says, and its last characters: never the token.
    account_name = models.CharField(_("account there"), max_length=200, blank=True)
    secret_hint = models.CharField(_("end of the key"), max_length=8, blank=True)
    busy_until = models.DateTimeField(_("a worker has it until"), null=True, blank=True)
    # The tool asked us to wait.
    held_until = models.DateTimeField(_("rests until"), null=True, blank=True)
    checked_at = models.DateTimeField(_("last looked at"), null=True, blank=True)
    written_at = models.DateTimeField(_("last written into"), null=True, blank=True)

    class Meta:
        verbose_name = _("integration")
        verbose_name_plural = _("integrations")
        constraints = (
            models.UniqueConstraint(fields=["workspace", "kind"], name="one_integration_per_kind"),
        )
        indexes = (
            models.Index(
                fields=["id"],
                name="tool_in_trouble",
                condition=models.Q(status__in=["needs_login", "needs_attention", "needs_mapping"]),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.workspace_id}"


class SyncedRow(Row):
    """Where a lead stands in the outside tool, so that the next push changes it there.

    `digest` is a hash of what was written last, and of where: what is equal is not written again.
    """

    class State(models.TextChoices):
        """How the row was found when it was last written."""

        PRESENT = "present", _("there")
        MISSING = "missing", _("was taken away there")
        DUPLICATED = "duplicated", _("stands there twice")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="synced_rows")
    integration = models.ForeignKey(Integration, models.CASCADE, related_name="synced_rows")
    lead_uid = models.UUIDField(_("lead"))
    external_id = models.CharField(_("external id"), max_length=128, blank=True)
    url = models.URLField(_("address there"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.PRESENT)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    written_at = models.DateTimeField(_("written"), null=True, blank=True)

    class Meta:
        verbose_name = _("row in the tool")
        verbose_name_plural = _("rows in the tools")
        constraints = (
            models.UniqueConstraint(
                fields=["integration", "lead_uid"], name="one_outside_row_per_lead"
            ),
        )
        indexes = (
            models.Index(fields=["lead_uid"], name="outside_rows_of_lead"),
            models.Index(fields=["external_id"], name="outside_row_of_tool"),
        )

    def __str__(self) -> str:
        return self.external_id


class SyncOrder(Row):
    """A member's order to write many leads into one tool; its pushes name it.

    `cursor` is the last lead (its key) whose push was queued: a worker that vanishes is followed by
    one that goes on there.
    """

    class Kind(models.TextChoices):
        """Which leads."""

        FULL = "full", _("every lead")
        SINCE = "since", _("what changed since a moment")
        CHOSEN = "chosen", _("chosen leads")

    class Status(models.TextChoices):
        """How far it has come."""

        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("finished")
        CANCELLED = "cancelled", _("cancelled")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="sync_orders")
    integration = models.ForeignKey(Integration, models.CASCADE, related_name="orders")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    leads = models.JSONField(_("leads"), default=list, blank=True)
    since = models.DateTimeField(_("changed since"), null=True, blank=True)
    asked_by = models.UUIDField(_("member"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    total = models.PositiveIntegerField(_("leads in all"), default=0)
    cursor = models.BigIntegerField(_("last lead queued"), default=0)
    next_at = models.DateTimeField(_("next slice"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    request_id = models.CharField(_("request id"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("order to write leads")
        verbose_name_plural = _("orders to write leads")
        constraints = (
            models.UniqueConstraint(
                fields=["integration"],
                condition=models.Q(status__in=["queued", "running"]),
                name="one_open_order_per_tool",
            ),
        )
        indexes = (
            models.Index(
                fields=["next_at"], name="order_due", condition=models.Q(next_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.integration_id} {self.kind} {self.status}"


class SyncRun(Row):
    """One push of one lead into one tool."""

    class Status(models.TextChoices):
        """How far the push has come."""

        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("written")
        UNCHANGED = "unchanged", _("was written already")
        FAILED = "failed", _("failed")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="sync_runs")
    integration = models.ForeignKey(Integration, models.CASCADE, related_name="runs")
    order = models.ForeignKey(
        SyncOrder, models.SET_NULL, null=True, blank=True, related_name="runs"
    )
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
            models.Index(fields=["request_id"], name="run_of_request"),
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
