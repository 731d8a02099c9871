"""One workspace with a row of every kind, marked so that a leak can be recognised."""

import json
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection
from django.test import Client

from accounts import audit, members
from accounts.models import Membership, User, Workspace
from flowia.lib import clock
from flowia.lib.ids import uuid7
from integrations.hooks import signing
from integrations.models import Hook, HookCall, Integration, SyncOrder, SyncRun
from processing import acting, acts, publishing, scenarios
from processing.models import (
    Conversation,
    DmSequence,
    FollowUp,
    Lead,
    LeadAct,
    Message,
    Replay,
    ReplayAnswer,
    ReplayResult,
    Scenario,
    Trust,
)
from processing.privacy import exporting
from processing.privacy.models import Export
from social import choosing
from social.logins import Choice, Grant, Tokens
from social.models import Connecting, SocialAccount
from social.ways import way_named
from tests.callers import browser, caller, tokens_of
from tests.factories import (
    NOON,
    make_account,
    make_contact,
    make_conversation,
    make_decision,
    make_event,
    make_lead,
    make_member,
    make_message,
    make_reply,
    make_webhook,
    make_workspace,
)
from tests.social.browsed import make_browsed

MARK = "glycine7"
"""Stands in every text of the workspace; strangers must never read it."""
OURS = ("accounts", "social", "processing", "billing", "integrations", "privacy")
# What a refused call may leave behind by itself.
TRACES = {"AuditEntry", "AuditChain", "AuditKey", "SignIn", "SignInAttempt", "Letter", "OAuthState"}


@dataclass(frozen=True)
class World:
    """The workspace, the four who call, and the ids that stand in addresses."""

    workspace: Workspace
    people: dict[str, User | None]
    ids: dict[str, str]

    def client(self, who: str, kind: str) -> Client:
        """Return `who` as a program ("api") or as a browser ("page")."""
        user = self.people[who]
        return caller(user) if kind == "api" else browser(user)

    def filled(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return a body with the rows' ids in the place of `"<name>"`."""
        ids = {f"<{name}>": uid for name, uid in self.ids.items()}
        return {
            name: [ids.get(str(each), each) for each in one]
            if isinstance(one, list)
            else ids.get(str(one), one)
            for name, one in body.items()
        }


def make_world() -> World:
    workspace = make_workspace(f"Atelier-{MARK}", business_profile=MARK)
    workspace.facts.create(label=MARK, value=MARK)
    owner = make_member(workspace, email=f"owner-{MARK}@exemple.fr", name=MARK)
    teammate = make_member(workspace, "member", email=f"mate-{MARK}@exemple.fr")
    stranger = make_member(make_workspace("Ailleurs"))
    people = {"owner": owner, "teammate": teammate, "stranger": stranger, "nobody": None}
    return World(workspace, people, _rows(workspace, owner))


def _rows(workspace: Workspace, owner: User) -> dict[str, str]:
    account = make_account(workspace, name=MARK)
    contact = make_contact(account, MARK)
    conversation = make_conversation(workspace, account=account, contact=contact)
    message = make_message(conversation, MARK)
    gate = {"gate": "scenario", "passed": True, "reason": "scenario_found"}
    make_decision(message, data={"note": MARK}, gates=[{**gate, "data": {"scenario": MARK}}])
    told = make_reply(message, MARK)
    make_event(conversation, kind="notice", reason="ai_notice_sent", message=told)
    scenario = Scenario.objects.create(workspace=workspace, name=MARK, instruction=MARK)
    question = make_message(conversation, MARK, outcome="hold", reason="needs_approval")
    draft = make_reply(question, MARK, status="held", drafted=MARK, scenario=scenario)
    ladder = Trust.objects.create(
        workspace=workspace, scenario=scenario, intent="price", stage="proposed", in_a_row=5
    )
    sequence, follow_up, task = _follow_ups(conversation)
    lead = make_lead(contact, intent=MARK, evidence=[{"quote": MARK, "message": None}])
    by = audit.by(owner)
    invitation = members.invite(
        workspace, f"invited-{MARK}@exemple.fr", "member", user=owner, by=by
    )
    extra = make_member(workspace, "member", email=f"extra-{MARK}@exemple.fr")
    scenario = publishing.publish(
        Scenario(workspace=workspace), {"name": MARK, "instruction": MARK}, by=by
    )
    rows: dict[str, Any] = {
        "scenario": scenario,
        "replay": _replay(scenario, message),
        "conversation": conversation,
        "message": message,
        "draft": draft,
        "trust": ladder,
        "sequence": sequence,
        "follow_up": follow_up,
        "task": task,
        "contact": contact,
        "lead": lead,
        "act": _act(workspace, lead),
        "account": account,
        "session": make_browsed(workspace, owner, name=MARK),
        "connecting": _choices(workspace, owner),
        **_networks(conversation),
        **_hook(workspace, lead),
        **_tools(lead),
        "invitation": invitation,
        "member": Membership.objects.get(user=extra),
        "sign_in": tokens_of(owner).sign_in,
        "export": _export(workspace),
    }
    return {name: str(row.uid) for name, row in rows.items()}


def _act(workspace: Workspace, lead: Lead) -> LeadAct:
    """One lead's stage, set with many."""
    mine = Lead.objects.filter(pk=lead.pk)
    act = acts.place(workspace, mine, "stage", "won", by=str(uuid7()), now=clock.now())
    acting.act(act.pk)
    return act


def _choices(workspace: Workspace, owner: User) -> Connecting:
    """Two accounts of which the owner has not chosen yet."""
    tokens = Tokens(MARK)
    choices = tuple(Choice("messenger", f"{MARK}{one}", MARK, tokens) for one in (1, 2))
    return choosing.keep(
        Grant("granting", (), choices),
        workspace=workspace,
        user=owner,
        way=way_named("meta", "facebook"),
        return_to="",
        until=clock.now() + timedelta(minutes=30),
    )


def _hook(workspace: Workspace, lead: Lead) -> dict[str, Any]:
    """An outgoing webhook and one finished call of it."""
    hook = Hook(workspace=workspace, name=MARK, url=f"https://127.0.0.1/{MARK}")
    hook.events = ["lead.created"]
    hook.seal({"secret": signing.make_secret()})
    hook.save()
    body = {"type": "lead.created", "timestamp": "", "data": {"lead": {"name": MARK}}}
    whose = {"workspace": workspace, "hook": hook, "lead_uid": lead.uid}
    call = HookCall.objects.create(
        **whose, event="lead.created", payload=body, status="failed", error_code=MARK
    )
    return {"hook": hook, "hook_call": call}


def _tools(lead: Lead) -> dict[str, Any]:
    """A tool with an order under way, and a lead that it could not write."""
    whose = {"workspace": lead.workspace}
    tool = Integration.objects.create(**whose, kind="airtable", account_name=MARK)
    order = SyncOrder.objects.create(**whose, integration=tool, kind="full", request_id=MARK)
    run = SyncRun.objects.create(
        **whose, integration=tool, order=order, lead_uid=lead.uid, payload={"name": MARK},
        status="failed", error_code="gave_up",
    )  # fmt: skip
    return {"order": order, "run": run}


def _networks(direct: Conversation) -> dict[str, Any]:
    """A comment on the account, and what came by two other networks."""
    workspace = direct.workspace
    theirs = {"kind": "comment", "external_id": MARK}
    talk = make_conversation(
        workspace, account=direct.social_account, contact=direct.contact, **theirs
    )
    comment = make_message(talk, MARK)
    tiktok = make_account(workspace, provider="tiktok", kind="tiktok", name=MARK)
    thread = make_conversation(workspace, name=MARK, account=tiktok)
    make_event(thread, message=make_message(thread, MARK), reason="received")
    linkedin = make_account(workspace, provider="linkedin", kind="linkedin", name=MARK)
    network = make_conversation(workspace, name=MARK, account=linkedin, category="lead")
    make_message(network, MARK)
    youtube = make_account(workspace, provider="youtube", kind="youtube", name=MARK)
    for account in (tiktok, youtube):
        make_message(make_conversation(workspace, name=MARK, account=account, **theirs), MARK)
    make_webhook(
        provider="youtube", stream="activities", social_account=youtube, body=page_of(youtube)
    )
    return {
        "comment": comment,
        "tiktok": tiktok,
        "tiktok_contact": thread.contact,
        "linkedin": linkedin,
        "linkedin_contact": network.contact,
        "linkedin_thread": network,
    }


def page_of(account: SocialAccount) -> bytes:
    """A stored reading of the channel's activities."""
    snippet = {"type": "upload", "title": MARK, "publishedAt": NOON.isoformat()}
    item = {"kind": "youtube#activity", "id": MARK, "snippet": snippet}
    whose = {"kind": account.kind, "external_id": account.external_id}
    return json.dumps({"account": whose, "items": [item]}).encode()


def _follow_ups(conversation: Conversation) -> tuple[DmSequence, FollowUp, FollowUp]:
    workspace = conversation.workspace
    scenario = Scenario.objects.create(
        workspace=workspace, name=MARK, instruction=MARK, kind="follow_up"
    )
    sequence = DmSequence.objects.create(workspace=workspace, scenario=scenario)
    sequence.steps.create(workspace=workspace, position=1, delay_minutes=60, instruction=MARK)
    values = {"workspace": workspace, "conversation": conversation, "sequence": sequence}
    planned = FollowUp.objects.create(**values, position=1, next_at=NOON)
    task = FollowUp.objects.create(**values, position=1, status="task", reason="no_moment_left")
    return sequence, planned, task


def _replay(scenario: Scenario, message: Message) -> Replay:
    content = {**scenarios.content_of(scenario), "version": scenario.version}
    whose = {"workspace": scenario.workspace}
    period = {"starts_at": NOON - timedelta(days=1), "ends_at": NOON + timedelta(days=1)}
    replay = Replay.objects.create(
        **whose, **period, scenario=scenario, content=content, cost_limit=0, status="paused"
    )
    ReplayAnswer.objects.create(**whose, message=message, prompt=MARK, answer={"text": MARK})
    ReplayResult.objects.create(
        **whose, replay=replay, message=message, outcome="hold", text=MARK, at=NOON, day=NOON.date()
    )
    return replay


def _export(workspace: Workspace) -> Export:
    path = exporting.folder() / f"{uuid7()}.zip"
    path.write_text(MARK)
    return Export.objects.create(workspace=workspace, status="ready", file_name=path.name)


def dump(workspace: Workspace) -> str:
    """Return every row that is the workspace's, as text, to see whether anything changed."""
    with connection.cursor() as cursor:
        parts = []
        for statement in _statements():
            cursor.execute(statement, {"workspace": workspace.pk})
            parts.append(repr(cursor.fetchall()))
    return "\n".join(parts)


@cache
def _statements() -> list[str]:
    """One SELECT for each table of ours. They are run thousands of times: no ORM in between."""
    members = f"SELECT user_id FROM {Membership._meta.db_table} WHERE workspace_id = %(workspace)s"
    found = []
    for app in OURS:
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            if model.__name__ in TRACES:
                continue
            fields, whose = {field.name for field in model._meta.get_fields()}, ""
            if "workspace" in fields:
                whose = "WHERE workspace_id = %(workspace)s"
            elif model is Workspace:
                whose = "WHERE id = %(workspace)s"
            elif model is User:
                whose = f"WHERE id IN ({members})"
            found.append(f"SELECT * FROM {model._meta.db_table} {whose} ORDER BY id")
    return found
