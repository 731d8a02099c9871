"""What a member does with many leads at once."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Workspace
from flowia.lib.rows import Row
from processing.models.people import Lead


class LeadAct(Row):
    """One act on many leads: what, by whom, and how far it has come."""

    class Kind(models.TextChoices):
        """What is done with each of the leads."""

        LEVEL = "level", _("level set")
        STAGE = "stage", _("stage set")
        REWRITE = "rewrite", _("written into a tool anew")

    class Status(models.TextChoices):
        """From asked for to finished, and back again where somebody thinks better of it."""

        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")
        UNDOING = "undoing", _("being taken back")
        UNDONE = "undone", pgettext_lazy("act", "taken back")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="lead_acts")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    # A level, a stage, or the kind of a tool.
    value = models.CharField(_("value"), max_length=20)
    asked_by = models.UUIDField(_("asked by"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    next_at = models.DateTimeField(_("due"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("act on many leads")
        verbose_name_plural = _("acts on many leads")
        indexes = (
            models.Index(
                fields=["next_at"], name="lead_act_due", condition=models.Q(next_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.value} {self.status}"


class LeadActRow(Row):
    """One lead of an act: what it was before, and what became of it."""

    class State(models.TextChoices):
        """What the act did with the lead; *kept*: somebody changed it since, it was left alone."""

        WAITING = "waiting", _("waiting")
        CHANGED = "changed", _("changed")
        SAME = "same", _("was so already")
        FAILED = "failed", _("could not be done")
        UNDONE = "undone", pgettext_lazy("act", "taken back")
        KEPT = "kept", _("changed by somebody since")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    act = models.ForeignKey(LeadAct, models.CASCADE, related_name="rows")
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="acts")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    before = models.JSONField(_("as it was before"), default=dict, blank=True)
    # How often it broke off; what was done begins at zero again.
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)

    class Meta:
        verbose_name = _("lead of an act")
        verbose_name_plural = _("leads of an act")
        constraints = (
            models.UniqueConstraint(fields=["act", "lead"], name="one_row_per_act_and_lead"),
        )
        indexes = (models.Index(fields=["act", "state"], name="lead_act_rows"),)

    def __str__(self) -> str:
        return f"{self.act_id} {self.lead_id} {self.state}"
