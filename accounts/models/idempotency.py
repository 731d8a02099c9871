"""Calls that a program may repeat: their key, what was asked, and the first answer."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User, Workspace
from flowia.lib.rows import Row


class IdempotentCall(Row):
    """One call with an `Idempotency-Key`; without a `status` it is still being handled.

    `fingerprint` stands for method, path, workspace and body, of which nothing is kept; `answer`
    holds ids and codes, never words.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="idempotent_calls")
    user = models.ForeignKey(User, models.CASCADE, related_name="idempotent_calls")
    key = models.CharField(_("key"), max_length=255)
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    begun_at = models.DateTimeField(_("begun"))
    status = models.PositiveSmallIntegerField(_("status"), null=True, blank=True)
    answer = models.JSONField(_("answer"), null=True, blank=True)

    class Meta:
        verbose_name = _("repeatable call")
        verbose_name_plural = _("repeatable calls")
        constraints = (models.UniqueConstraint(fields=["user", "key"], name="one_call_per_key"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.status or 'running'}"
