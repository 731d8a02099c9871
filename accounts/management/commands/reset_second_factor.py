"""`manage.py reset_second_factor ADDRESS`: an operator lost their telephone and their codes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import audit, factors
from accounts.models import User


class Command(BaseCommand):
    """Forget one operator's second factor."""

    help = "Forgets an operator's second factor: they set up another within a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the operator's e-mail address")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        if user is None:
            raise CommandError("Nobody has this address.")
        done = factors.reset(user, by=audit.SYSTEM)
        self.stdout.write("It was reset." if done else "There was none.")
