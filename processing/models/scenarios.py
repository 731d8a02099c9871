"""What the owner wrote: when the assistant answers, and what it aims at."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from flowia.lib.rows import Row


class Scenario(Row):
    """When → what to say. Of the scenarios that fit a message, the highest priority answers."""

    class Autonomy(models.TextChoices):
        """How far the assistant goes by itself."""

        AUTO = "auto", _("answers by itself")
        DRAFT = "draft", _("writes drafts for approval")
        OFF = "off", _("off")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="scenarios")
    name = models.CharField(_("name"), max_length=120)
    instruction = models.TextField(_("instruction"))
    autonomy = models.CharField(
        _("autonomy"), max_length=10, choices=Autonomy, default=Autonomy.DRAFT
    )
    priority = models.SmallIntegerField(_("priority"), default=0)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        ordering = ("-priority", "id")

    def __str__(self) -> str:
        return self.name
