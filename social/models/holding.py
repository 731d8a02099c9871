"""What keeps messages from leaving for a while: pauses, and breakers that tripped."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from flowia.lib.rows import Row


class ProviderPause(Row):
    """A network through which nothing leaves for a while; what it brings is stored all the same."""

    provider = models.CharField(_("provider"), max_length=20, unique=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=100, blank=True)
    # Empty where the network itself asked for patience.
    by_uid = models.UUIDField(_("paused by"), null=True, blank=True)

    class Meta:
        verbose_name = _("paused network")
        verbose_name_plural = _("paused networks")

    def __str__(self) -> str:
        return self.provider


class Stop(Row):
    """What operators let rest: one account, the model, or everything; what arrives is stored.

    `name` is "everything", "model" or "account:<uid>"; a network has a ProviderPause of its own.
    """

    name = models.CharField(_("what rests"), max_length=60, unique=True)
    reason = models.CharField(_("reason"), max_length=100)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    by_uid = models.UUIDField(_("paused by"), null=True, blank=True)

    class Meta:
        verbose_name = _("pause by operators")
        verbose_name_plural = _("pauses by operators")

    def __str__(self) -> str:
        return self.name


class Breaker(Row):
    """How the calls of one account, or of one network, went lately; open, nothing leaves.

    `name` is "provider:<name>" or "account:<uid>". Counted in windows that begin at `since`; an
    open breaker lets single calls through from `opened_until` on (`trickle_at` is when the next
    one may, `since` then the last place given in the line), until enough of them went well.
    """

    name = models.CharField(_("of"), max_length=60, unique=True)
    since = models.DateTimeField(_("counted since"), null=True, blank=True)
    good = models.PositiveIntegerField(_("went well"), default=0)
    bad = models.PositiveIntegerField(_("went wrong"), default=0)
    opens = models.PositiveIntegerField(_("opened in a row"), default=0)
    opened_until = models.DateTimeField(_("open until"), null=True, blank=True)
    trickle_at = models.DateTimeField(_("next one let through"), null=True, blank=True)

    class Meta:
        verbose_name = _("breaker")
        verbose_name_plural = _("breakers")

    def __str__(self) -> str:
        return self.name
