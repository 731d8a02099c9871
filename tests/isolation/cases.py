"""Every address of the product, and what its owner and a teammate get there.

A stranger and somebody not signed in get nothing of the workspace, whatever the method; that needs
no table. An address without a line here fails the suite: whoever adds one decides who may.
"""

from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Case:
    """`kind` "api" or "page"; `uid` names the row in the address.

    `allowed` holds for each method the status for the owner and for a teammate; HEAD answers as GET
    does where nothing else is said, every method that is not named answers 405. In `bodies`,
    `"<name>"` stands for the id of that row (`World.filled`). `provider` is the network in the
    address.
    """

    kind: str
    allowed: dict[str, tuple[int, int]]
    uid: str = ""
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)
    provider: str = "meta"


def api(uid: str = "", bodies: dict[str, Any] | None = None, **allowed: tuple[int, int]) -> Case:
    return Case("api", allowed, uid, bodies or {})


def page(uid: str = "", bodies: dict[str, Any] | None = None, **allowed: tuple[int, int]) -> Case:
    return Case("page", allowed, uid, bodies or {})


def browsed(case: Case) -> Case:
    """The same, of a network that a browser acts on."""
    return replace(case, provider="linkedin")


BOTH = (200, 200)
NOT = (405, 405)
PERIOD = {"from": "2026-11-01T00:00:00Z", "to": "2026-11-28T00:00:00Z"}
REPLAY = {**PERIOD, "cost_limit": 0}
HOOK = {"name": "n8n", "url": "https://127.0.0.1/", "events": ["lead.created"]}
CASES: dict[str, Case] = {
    "": page(get=(302, 302)),
    "start": page(bodies={"post": {"do": "put_away"}}, get=BOTH, post=(302, 403)),
    "start/facts": page(get=(200, 403), post=(200, 403)),
    "start/try": page(get=BOTH, post=BOTH),
    "inbox": page(get=BOTH),
    "inbox/<uuid:uid>": page(
        "conversation", bodies={"post": {"do": "takeover"}}, get=BOTH, post=(302, 302)
    ),
    "inbox/leads": page(get=BOTH),
    "inbox/leads.csv": page(get=BOTH, head=NOT),
    "inbox/leads/acts": page(
        bodies={"post": {"do": "stage", "value": "won", "number": "1", "lead": "<lead>"}},
        get=(302, 302),
        post=(302, 302),
    ),
    "inbox/leads/acts/<uuid:uid>": page(
        "act", bodies={"post": {"do": "undo"}}, get=BOTH, post=(302, 302)
    ),
    "inbox/leads/erase": page(bodies={"post": {"lead": "<lead>"}}, post=(200, 403)),
    "inbox/leads/<uuid:uid>": page(
        "lead",
        bodies={"post": {"do": "correct", "level": "hot", "stage": "won"}},
        get=BOTH,
        post=(302, 302),
    ),
    "inbox/figures": page(get=BOTH),
    "inbox/figures.csv": page(get=BOTH, head=NOT),
    "inbox/drafts": page(get=BOTH),
    "inbox/drafts/<uuid:uid>": page("draft", bodies={"post": {"do": "approve"}}, post=(302, 302)),
    "inbox/trust/<uuid:uid>": page("trust", bodies={"post": {"do": "accept"}}, post=(302, 403)),
    "tasks": page(get=BOTH),
    "plan": page(bodies={"post": {"do": "cancel"}}, get=BOTH, post=(302, 403)),
    "plan/return": page(get=(302, 403)),
    "plan/seen": page(post=(302, 302)),
    "tools": page(get=BOTH),
    "tools/<slug:kind>": page(bodies={"post": {"do": "pause"}}, get=BOTH, post=(302, 403)),
    "tools/<slug:kind>/disconnect": page(get=(200, 403), post=(302, 403)),
    "workspaces/new": page(get=BOTH, post=BOTH),
    "verify": page(post=(302, 302)),
    "settings": page(bodies={"post": {"language": "fr"}}, get=BOTH, post=(302, 302)),
    "settings/password": page(get=BOTH, post=BOTH),
    "settings/workspace": page(get=BOTH, post=(200, 403)),
    "settings/members": page(get=BOTH),
    "settings/members/invite": page(
        bodies={"post": {"email": "new@exemple.fr", "role": "member"}}, post=(302, 403)
    ),
    "settings/members/<uuid:uid>/role": page(
        "member", bodies={"post": {"role": "owner"}}, post=(302, 403)
    ),
    "settings/members/<uuid:uid>/remove": page("member", get=(200, 403), post=(302, 403)),
    "settings/invitations/<uuid:uid>": page(
        "invitation", bodies={"post": {"do": "withdraw"}}, post=(302, 403)
    ),
    "settings/notifications": page(get=BOTH, post=(302, 302)),
    "settings/api": page(get=BOTH),
    "settings/sessions": page(get=BOTH),
    "settings/sessions/others": page(get=BOTH, post=(302, 302)),
    "settings/sessions/<uuid:uid>": page("sign_in", post=(302, 404)),
    "settings/activity": page(get=(200, 403)),
    "settings/activity.csv": page(get=(200, 403), head=NOT),
    "settings/compliance": page(get=(200, 403), post=(302, 403)),
    "settings/compliance/file": page(get=(200, 403)),
    "settings/compliance/notices.csv": page(get=(200, 403), head=NOT),
    "settings/data": page(get=BOTH),
    "settings/data/copy": page(get=BOTH, head=NOT),
    "settings/data/leave": page(get=BOTH, post=BOTH),
    "settings/data/exports": page(post=(302, 403)),
    "settings/data/exports/<uuid:uid>": page("export", get=(200, 403), head=NOT),
    "settings/data/workspace": page(
        bodies={"post": {"confirm": "another name"}}, get=(200, 403), post=(200, 403)
    ),
    "inbox/contacts/<uuid:uid>/copy": page("contact", get=BOTH, head=NOT),
    "inbox/contacts/<uuid:uid>/erase": page("contact", get=(200, 403), post=(302, 403)),
    "conversations": api(get=BOTH),
    "conversations/<uuid:uid>": api("conversation", get=BOTH),
    "conversations/<uuid:uid>/messages": api("conversation", get=BOTH),
    "conversations/<uuid:uid>/takeover": api("conversation", post=BOTH),
    "conversations/<uuid:uid>/release": api("conversation", post=BOTH),
    "conversations/<uuid:uid>/category": api(
        "linkedin_thread", bodies={"post": {"category": "lead"}}, post=BOTH
    ),
    "conversations/<uuid:uid>/reply": api(
        "conversation", bodies={"post": {"text": "Bonjour"}}, post=(202, 202)
    ),
    "drafts": api(get=BOTH),
    "drafts/<uuid:uid>/approve": api("draft", post=(202, 202)),
    "drafts/<uuid:uid>/edit": api("draft", bodies={"post": {"text": "Oui"}}, post=(202, 202)),
    "drafts/<uuid:uid>/reject": api("draft", bodies={"post": {"reason": "other"}}, post=BOTH),
    "drafts/<uuid:uid>/snooze": api("draft", post=(400, 400)),
    # The draft is for a network that leads nobody to its threads.
    "drafts/<uuid:uid>/send-myself": api("draft", post=(409, 409)),
    "drafts/<uuid:uid>/undo": api("draft", post=(409, 409)),
    "trust": api(get=BOTH),
    "trust/<uuid:uid>/accept": api("trust", post=(200, 403)),
    "trust/<uuid:uid>/decline": api("trust", post=(200, 403)),
    "trust/<uuid:uid>/take-back": api("trust", post=(409, 403)),
    "sequences": api(
        bodies={
            "post": {
                "name": "Relance",
                "instruction": "Relancez.",
                "steps": [{"delay_minutes": 60, "instruction": "Demandez."}],
            }
        },
        get=BOTH,
        post=(201, 403),
    ),
    "sequences/<uuid:uid>": api("sequence", get=BOTH, patch=(200, 403), delete=(204, 403)),
    "follow-ups": api(get=BOTH),
    "follow-ups/<uuid:uid>/cancel": api("follow_up", post=BOTH),
    "follow-ups/<uuid:uid>/done": api("task", post=BOTH),
    "contacts/<uuid:uid>/opt-out": api("contact", post=BOTH),
    "contacts/<uuid:uid>/opt-in": api("contact", post=BOTH),
    "messages/<uuid:uid>/decision": api("message", get=BOTH),
    "interactions": api(get=BOTH),
    "leads": api(get=BOTH),
    "leads.csv": api(get=BOTH),
    "leads/<uuid:uid>": api("lead", bodies={"patch": {"stage": "won"}}, get=BOTH, patch=BOTH),
    "leads/<uuid:uid>/level/reset": api("lead", post=BOTH),
    "leads/<uuid:uid>/rewrite": api("lead", bodies={"post": {"tool": "airtable"}}, post=BOTH),
    "integrations/notion/sync": api(bodies={"post": {"leads": ["<lead>"]}}, post=(409, 403)),
    "integrations/airtable/sync": api(bodies={"post": {"leads": ["<lead>"]}}, post=(409, 403)),
    "integrations/google-sheets/sync": api(bodies={"post": {"leads": ["<lead>"]}}, post=(409, 403)),
    "integrations/orders": api(get=BOTH),
    "integrations/orders/<uuid:uid>": api("order", get=BOTH),
    "integrations/orders/<uuid:uid>/cancel": api("order", post=(200, 403)),
    "integrations/runs": api(get=BOTH),
    "integrations/runs/<uuid:uid>/retry": api("run", post=(202, 202)),
    "analytics": api(get=BOTH),
    # Without a key of Stripe nothing is sold.
    "billing": api(get=BOTH),
    "billing/create-checkout": api(bodies={"post": {"plan": "premium"}}, post=(409, 403)),
    "billing/create-portal": api(post=(409, 403)),
    "billing/cancel": api(post=(409, 403)),
    "billing/resume": api(post=(409, 403)),
    "integrations/config": api(get=BOTH),
    "integrations/<slug:kind>": api(get=BOTH, put=(200, 403), delete=(204, 403)),
    "integrations/<slug:kind>/targets": api(get=(422, 403)),
    "integrations/<slug:kind>/columns": api(get=(422, 403)),
    "integrations/<slug:kind>/test": api(post=(422, 403)),
    "social-accounts/meta/send-dm": api(
        bodies={"post": {"account": "<account>", "conversation": "<conversation>", "text": "Oui"}},
        post=(202, 202),
    ),
    "social-accounts/tiktok/send-message": api(
        bodies={"post": {"account": "<tiktok>", "recipient": "<tiktok_contact>", "text": "Oui"}},
        post=(202, 202),
    ),
    "social-accounts/<slug:provider>/reply-comment": api(
        bodies={"post": {"account": "<account>", "comment": "<comment>", "text": "Oui"}},
        post=(202, 202),
    ),
    "social-accounts/meta/messages": api(get=BOTH),
    "social-accounts/linkedin/messages": api(get=BOTH),
    "social-accounts/linkedin/conversations": api(get=BOTH),
    "social-accounts/linkedin/send-message": api(
        bodies={
            "post": {"account": "<linkedin>", "recipient": "<linkedin_contact>", "text": "Oui"}
        },
        post=(202, 202),
    ),
    "social-accounts/tiktok/interactions": api(get=BOTH),
    "social-accounts/tiktok/comments": api(bodies={"get": {"refresh": "1"}}, get=BOTH),
    "social-accounts/youtube/comments": api(get=BOTH),
    "social-accounts/youtube/activities": api(get=BOTH),
    "scenarios": api(bodies={"post": {"name": "x", "instruction": "x"}}, get=BOTH, post=(201, 403)),
    "scenarios/<uuid:uid>": api("scenario", get=BOTH, patch=(200, 403), delete=(204, 403)),
    "scenarios/<uuid:uid>/versions": api("scenario", get=BOTH),
    "scenarios/<uuid:uid>/versions/<int:number>": api("scenario", get=BOTH),
    "scenarios/<uuid:uid>/versions/<int:number>/restore": api("scenario", post=(200, 403)),
    # Stopped by a gate: the model is not asked.
    "scenarios/<uuid:uid>/try": api("scenario", bodies={"post": {"text": "stop"}}, post=BOTH),
    "scenarios/<uuid:uid>/replays": api(
        "scenario", bodies={"post": REPLAY}, get=BOTH, post=(201, 403)
    ),
    "scenarios/<uuid:uid>/replays/estimate": api("scenario", bodies={"get": PERIOD}, get=BOTH),
    "replays/<uuid:uid>": api("replay", get=BOTH),
    "replays/<uuid:uid>/results": api("replay", get=BOTH),
    "replays/<uuid:uid>/continue": api(
        "replay", bodies={"post": {"cost_limit": 1}}, post=(200, 403)
    ),
    "replays/<uuid:uid>/cancel": api("replay", post=(200, 403)),
    "replays/<uuid:uid>/publish": api("replay", post=(200, 403)),
    "assistant/scenarios": page(get=BOTH, post=(404, 403)),
    "assistant/scenarios/new": page(get=(200, 403), post=(200, 403)),
    "assistant/scenarios/<uuid:uid>": page("scenario", get=BOTH, post=(200, 403)),
    "assistant/scenarios/<uuid:uid>/replay": page(
        "scenario", bodies={"post": {"do": "forget"}}, get=BOTH, post=(302, 403)
    ),
    # No network is set up in the quick tests: beyond the role there is nothing.
    "accounts": page(get=BOTH),
    "accounts/session/<slug:provider>": browsed(page(get=BOTH, post=(200, 403))),
    "accounts/connect": page(bodies={"post": {"provider": "meta"}}, post=(404, 403)),
    "accounts/connect/<uuid:uid>": page("connecting", get=(200, 403), post=(200, 403)),
    "accounts/<uuid:uid>": page(
        "account", bodies={"post": {"do": "pause"}}, get=BOTH, post=(302, 403)
    ),
    "accounts/<uuid:uid>/disconnect": page("account", get=(200, 403), post=(302, 403)),
    "social-accounts": api(get=BOTH),
    "social-accounts/<uuid:uid>": api(
        "account",
        bodies={"patch": {"paused": True}},
        get=BOTH,
        patch=(200, 403),
        delete=(204, 403),
    ),
    "social-accounts/<uuid:uid>/check": api("account", post=(200, 403)),
    "social-accounts/connecting/<uuid:uid>": api(
        "connecting",
        bodies={"post": {"accounts": ["messenger:unknown"]}},
        get=(200, 403),
        post=(400, 403),
    ),
    "social-accounts/<slug:provider>/auth-url": api(get=(404, 403)),
    "social-accounts/<slug:provider>/consent": browsed(api(get=BOTH)),
    "social-accounts/<slug:provider>/connect": browsed(
        api(
            bodies={"post": {"account": "<session>", "consent": {"accepted": True}}},
            post=(400, 403),
        )
    ),
    # Their plan has none, and their address is a private one: beyond the role there is no more.
    "tools/webhooks": page(get=BOTH),
    "tools/webhooks/new": page(bodies={"post": HOOK}, get=(200, 403), post=(200, 403)),
    "tools/webhooks/<uuid:uid>": page(
        "hook", bodies={"post": {"do": "pause"}}, get=BOTH, post=(302, 403)
    ),
    "tools/webhooks/<uuid:uid>/change": page(
        "hook", bodies={"post": HOOK}, get=(200, 403), post=(200, 403)
    ),
    "tools/webhooks/<uuid:uid>/secret": page("hook", get=(200, 403), post=(200, 403)),
    "tools/webhooks/<uuid:uid>/remove": page("hook", get=(200, 403), post=(302, 403)),
    "tools/webhooks/calls/<uuid:uid>": page("hook_call", get=BOTH),
    "integrations/webhooks": api(get=BOTH, post=(400, 403)),
    "integrations/webhooks/<uuid:uid>": api(
        "hook", bodies={"patch": {"paused": True}}, get=BOTH, patch=(200, 403), delete=(204, 403)
    ),
    "integrations/webhooks/<uuid:uid>/rotate": api("hook", post=(200, 403)),
    "integrations/webhooks/<uuid:uid>/test": api("hook", post=(200, 403)),
    "integrations/webhooks/<uuid:uid>/calls": api("hook", get=BOTH),
    "integrations/webhooks/<uuid:uid>/replay": api(
        "hook", bodies={"post": {"since": "2026-11-01T00:00:00Z"}}, post=(202, 403)
    ),
    "integrations/webhooks/calls/<uuid:uid>": api("hook_call", get=BOTH),
    "integrations/webhooks/calls/<uuid:uid>/replay": api("hook_call", post=(202, 403)),
    "auth/me": api(get=BOTH, post=BOTH, patch=BOTH),
    "auth/me/erasure": api(post=(400, 400)),
    "auth/me/export": api(get=BOTH),
    "contacts": api(get=BOTH),
    "contacts/<uuid:uid>": api("contact", get=BOTH, delete=(202, 403)),
    "contacts/<uuid:uid>/export": api("contact", get=BOTH),
    "erasures": api(get=BOTH),
    "workspace/exports": api(get=(200, 403), post=(202, 403)),
    "workspace/exports/<uuid:uid>/file": api("export", get=(200, 403)),
    "auth/password": api(post=(400, 400)),
    "auth/sessions": api(get=BOTH, delete=(204, 204)),
    "auth/sessions/<uuid:uid>": api("sign_in", delete=(204, 404)),
    "workspace": api(get=BOTH, patch=(200, 403)),
    "workspace/erasure": api(post=(400, 403)),
    "members": api(get=BOTH),
    "members/<uuid:uid>": api(
        "member", bodies={"patch": {"role": "owner"}}, patch=(200, 403), delete=(204, 403)
    ),
    "invitations": api(
        bodies={"post": {"email": "new@exemple.fr"}}, get=(200, 403), post=(201, 403)
    ),
    "invitations/<uuid:uid>": api("invitation", delete=(204, 403)),
    "invitations/accept": api(post=(400, 400)),
    "auth/verification": api(post=(204, 204)),
    "settings/google": page(post=(404, 404)),
    "settings/google/disconnect": page(post=(302, 302)),
    "settings/google/callback": page(get=(400, 400), head=NOT),
    "audit": api(get=(200, 403)),
}
PUBLIC = {
    "^social-accounts/(?P<provider>meta)/data-deletion/?$": "signed by the network",
    "^social-accounts/(?P<provider>meta)/deauthorize/?$": "signed by the network",
    "social-accounts/<slug:provider>/callback": "with a state made for one browser and person",
    "data-deletion/<slug:code>": "a code that says nothing of anybody",
    "billing/webhook": "signed by Stripe",
    "auth/google": "the door",
    "login/google": "the door",
    "login/google/callback": "the door",
    "^health/?$": "tells nothing of any workspace",
    "^health/ready/?$": "tells depths of queues",
    "^metrics/?$": "tells figures of all workspaces together, to who knows its token",
    "schema": "the API's description",
    "docs": "the API's description",
    "i18n/setlang/": "sets a cookie",
    "login": "the door",
    "logout": "the door",
    "register": "the door",
    "password/forgotten": "the door",
    "password/asked": "the door",
    "password/reset/<str:token>": "for whoever holds the signed link of a letter",
    "verify/<str:token>": "for whoever holds the signed link of a letter",
    "approve/<str:token>": "for whoever holds the signed link of a letter",
    "letters/stop/<str:token>": "for whoever holds the signed link of a letter",
    "invitation/<str:token>": "for whoever holds the signed link of a letter",
    "sessions": "leads to settings/sessions",
    "auth/login": "the door",
    "auth/register": "the door",
    "auth/refresh": "the door",
    "auth/logout": "the door",
    "auth/password/reset": "the door",
    "auth/password/reset/confirm": "by a signed link",
    "auth/verification/confirm": "by a signed link",
    "^social-accounts/(?P<provider>[a-z]+)/webhook/?$": "signed by the network",
}
"""Addresses without a workspace's rows, with the reason."""
