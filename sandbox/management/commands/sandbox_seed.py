"""`manage.py sandbox_seed`: the demo's people, facts, scenario, accounts and Notion link.

Running it again keeps what a visitor changed; it only adds what is missing and renews the
demo tokens, so that a demo broken on purpose works again at the next start.
"""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from accounts import audit
from accounts.models import Fact, Membership, User, Workspace
from billing.models import Subscription
from flowia.lib import clock
from integrations.models import Integration
from processing.models import Scenario
from processing.publishing import publish
from sandbox import demo
from social.models import SocialAccount
from social.polling import ensure_polls
from social.providers.meta.subscribing import PAGE_FIELDS
from social.ready import tell_ready
from social.subscribing import check_every

BY_FACEBOOK = {"provider": "meta", "login": "facebook", "granted_by": demo.USER_ID}
ACCOUNTS = (
    {"kind": "messenger", "external_id": demo.PAGE_ID, "name": demo.PAGE_NAME},
    {
        "kind": "instagram",
        "external_id": demo.INSTAGRAM_ID,
        "name": demo.PAGE_NAME,
        "handle": demo.INSTAGRAM_USERNAME,
        "linked_external_id": demo.PAGE_ID,
    },
)
"""As a login of Camille's would have left them; the stand-in knows their tokens and fields."""

Status = SocialAccount.Status


class Command(BaseCommand):
    """Create what is missing of the demo."""

    help = "Creates the demo workspace and its logins; running it again keeps what is there."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            workspace = seed()
        if options["verbosity"]:
            self.stdout.write(f"{workspace.name}: {demo.OWNER_EMAIL}, {demo.MEMBER_EMAIL}")


def seed() -> Workspace:
    """Create what is missing of the demo and return its workspace."""
    owner = _person(demo.OWNER_EMAIL, demo.OWNER_NAME)
    member = _person(demo.MEMBER_EMAIL, demo.MEMBER_NAME)
    if not User.objects.filter(email=demo.OPERATOR_EMAIL).exists():
        User.objects.create_superuser(demo.OPERATOR_EMAIL, demo.OPERATOR_PASSWORD)
    workspace = _workspace(owner)
    Membership.objects.get_or_create(workspace=workspace, user=member)
    Subscription.objects.get_or_create(
        workspace=workspace, defaults={"plan": "premium", "given_plan": "premium"}
    )
    _scenario(workspace)
    _follow_up(workspace)
    for account in ACCOUNTS:
        _connect_account(workspace, account)
    _connect_notion(workspace)
    return workspace


def _scenario(workspace: Workspace) -> None:
    if not Scenario.objects.filter(workspace=workspace, name=demo.SCENARIO_NAME).exists():
        words = {"name": demo.SCENARIO_NAME, "instruction": demo.SCENARIO_INSTRUCTION}
        auto = {"autonomy": Scenario.Autonomy.AUTO}
        publish(Scenario(workspace=workspace), {**words, **auto}, by=audit.SYSTEM)


def _follow_up(workspace: Workspace) -> None:
    if Scenario.objects.filter(workspace=workspace, name=demo.FOLLOW_UP_NAME).exists():
        return
    words = {
        "name": demo.FOLLOW_UP_NAME,
        "kind": Scenario.Kind.FOLLOW_UP,
        "instruction": demo.FOLLOW_UP_INSTRUCTION,
        "autonomy": Scenario.Autonomy.AUTO,
    }
    step = {"delay_minutes": demo.FOLLOW_UP_MINUTES, "instruction": demo.FOLLOW_UP_STEP}
    publish(Scenario(workspace=workspace), words, by=audit.SYSTEM, steps=[step])


def _person(email: str, name: str) -> User:
    found = User.objects.filter(email=email).first()
    verified = {"email_verified_at": clock.now()}
    return found or User.objects.create_user(email, demo.MEMBERS_PASSWORD, name=name, **verified)


def _workspace(owner: User) -> Workspace:
    membership = Membership.objects.filter(user=owner, role=Membership.Role.OWNER).first()
    if membership:
        return membership.workspace
    workspace = Workspace.objects.create(
        name=demo.WORKSPACE_NAME,
        business_profile=demo.BUSINESS_PROFILE,
        handoff_text=demo.HANDOFF_TEXT,
    )
    Membership.objects.create(workspace=workspace, user=owner, role=Membership.Role.OWNER)
    audit.record("workspace.opened", by=audit.SYSTEM, workspace=workspace, target=workspace)
    Fact.objects.bulk_create(
        Fact(workspace=workspace, label=label, value=value, position=position)
        for position, (label, value) in enumerate(demo.FACTS)
    )
    return workspace


def _connect_account(workspace: Workspace, told: dict[str, str]) -> None:
    """Connect an account of the demo, or renew its token; what a visitor did with it stays."""
    names = {"kind": told["kind"], "external_id": told["external_id"]}
    elsewhere = SocialAccount.objects.filter(**names).exclude(workspace=workspace)
    if elsewhere.exclude(status=Status.DISCONNECTED).exists():
        return
    account = SocialAccount.objects.filter(**names, workspace=workspace).first()
    if account is None:
        account = SocialAccount(workspace=workspace, **told)
    elif account.status == Status.DISCONNECTED:
        return
    lives = account.status != Status.NEEDS_LOGIN
    if account.login and lives and account.credentials.get("access_token") != demo.PAGE_TOKEN:
        return
    now, fields = clock.now(), sorted(PAGE_FIELDS)
    for name, value in {**BY_FACEBOOK, **told}.items():
        setattr(account, name, value)
    account.scopes, account.webhook_fields = list(demo.FACEBOOK_SCOPES), fields
    account.lacks, account.check_error, account.told_state = {}, "", ""
    account.connected_at = account.connected_at or now
    account.token_issued_at = account.checked_at = now
    account.check_next_at = now + check_every()
    if not lives:
        account.status, account.status_reason = Status.ACTIVE, ""
    account.seal({"access_token": demo.PAGE_TOKEN})
    account.save()
    ensure_polls(account, now=now, at_once=not lives)
    tell_ready(account, now)


def _connect_notion(workspace: Workspace) -> None:
    integration, _ = Integration.objects.get_or_create(
        workspace=workspace,
        kind="notion",
        defaults={
            "target": {
                "database_id": demo.NOTION_DATABASE_ID,
                "data_source_id": demo.NOTION_DATA_SOURCE_ID,
                "name": "Prospects",
            },
            "field_map": dict(demo.NOTION_FIELD_MAP),
        },
    )
    if integration.status == Integration.Status.NEEDS_LOGIN:
        integration.status, integration.status_reason = Integration.Status.ACTIVE, ""
    integration.seal({"token": demo.NOTION_TOKEN})
    integration.save()
