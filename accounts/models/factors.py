"""The operators' second factor."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User
from flowia.lib.sealed import Sealed


class OperatorFactor(Sealed):
    """What an operator's telephone knows, sealed; `confirmed_at` is when it proved so.

    `last_counter` is the half minute of the last code that was taken: a code works once.
    `recovery` holds digests of the codes that open once without the telephone.
    """

    sealed_as = "operator_factor.secret"
    user = models.OneToOneField(User, models.CASCADE, related_name="factor")
    sealed = models.TextField(editable=False)
    confirmed_at = models.DateTimeField(_("set up"), null=True, blank=True)
    last_counter = models.BigIntegerField(_("last code"), default=0, editable=False)
    recovery = models.JSONField(_("recovery codes"), default=list, editable=False)

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")

    def __str__(self) -> str:
        return f"{self.user_id}"
