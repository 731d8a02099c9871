"""May we: what a workspace pays for and what it used."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from flowia.lib.rows import Row


class Subscription(Row):
    """The plan of a workspace; a workspace without a row is on Freemium."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="subscription")
    plan = models.CharField(_("plan"), max_length=20, default="freemium")
    # What arrives is stored, nothing is answered: an invoice that stayed unpaid, or an operator.
    suspended_at = models.DateTimeField(_("suspended"), null=True, blank=True)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")

    def __str__(self) -> str:
        return f"{self.workspace_id} {self.plan}"


class Quota(Row):
    """The direct messages of one workspace on one local day.

    `used` left or may have left, `reserved` are being written. Together they never pass the
    plan's limit: `quotas.reserve` adds in one statement that checks it.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="quotas")
    day = models.DateField(_("day in the workspace's time zone"))
    used = models.PositiveIntegerField(_("used"), default=0)
    reserved = models.PositiveIntegerField(_("reserved"), default=0)

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        constraints = (
            models.UniqueConstraint(fields=["workspace", "day"], name="one_quota_per_day"),
        )

    def __str__(self) -> str:
        return f"{self.workspace_id} {self.day}: {self.used}+{self.reserved}"
