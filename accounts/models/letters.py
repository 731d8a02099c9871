"""E-mails to be sent: a row first, so that none is lost, and no page waits for a mail server."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from flowia.lib.rows import Row


class Letter(Row):
    """One e-mail of a known kind. Links and tokens are made when it is sent and never stored."""

    class Status(models.TextChoices):
        """How far it has come."""

        QUEUED = "queued", _("waiting")
        SENT = "sent", _("sent")
        DROPPED = "dropped", _("not for anybody")
        FAILED = "failed", _("failed")

    kind = models.CharField(_("kind"), max_length=40)
    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="letters")
    email = models.EmailField(_("e-mail address"), blank=True)
    language = models.CharField(_("language"), max_length=5, default="fr")
    subject_uid = models.UUIDField(_("about which row"), null=True, blank=True)
    data = models.JSONField(_("details"), default=dict, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    error_code = models.CharField(_("error code"), max_length=60, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    request_id = models.CharField(_("request id"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        indexes = (
            models.Index(
                fields=["next_at"], name="letter_due", condition=models.Q(next_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.status}"
