"""How far a workspace came with its first steps, where no other row tells."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from flowia.lib.rows import Row


class Beginning(Row):
    """What the list of first steps knows of a workspace; everything else it counts from rows."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="beginning")
    trade = models.CharField(_("trade"), max_length=20, blank=True)
    tried_at = models.DateTimeField(_("a scenario was first tried"), null=True, blank=True)
    tool_skipped_at = models.DateTimeField(_("went without a tool"), null=True, blank=True)
    put_away_at = models.DateTimeField(_("put the list away"), null=True, blank=True)

    class Meta:
        verbose_name = _("first steps")
        verbose_name_plural = _("first steps")

    def __str__(self) -> str:
        return f"{self.workspace_id}"
