"""Django's registration of the app."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProcessingConfig(AppConfig):
    """The app `processing`."""

    name = "processing"
    verbose_name = _("Conversations")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks, what letters about messages tell, and who wakes what waits.

        Tables exist only by now, so nothing of this can be imported above.
        """
        import_module("processing.ai.startup")
        wording = import_module("accounts.wording")
        facts = import_module("processing.letters").facts_of_draft
        wording.told_by(wording.Kind.DRAFT_WAITING, facts)
        facts = import_module("processing.letters").facts_of_waiting
        wording.told_by(wording.Kind.QUOTA_WAITING, facts)
        facts = import_module("processing.notifying").facts_of_handoff
        wording.told_by(wording.Kind.HUMAN_NEEDED, facts)
        wake_waiting = import_module("processing.reconnecting").wake_waiting
        import_module("social.ready").when_ready(wake_waiting)
        import_module("integrations.limits").judged_by(import_module("billing.plans"))
