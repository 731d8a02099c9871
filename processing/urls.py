"""The addresses of `processing`."""

from django.urls import URLPattern, path

from flowia.lib.routes import both
from processing.api import (
    analytics,
    consent,
    conversations,
    drafts,
    leads,
    ledger,
    network_lists,
    network_sending,
    plan,
    replays,
    replies,
    scenarios,
    sequences,
    syncs,
    tools,
    trust,
)
from processing.api.sync_fields import TOOLS, kind_of
from processing.views import approvals, figures, inbox, listing, start, start_facts, start_try, todo
from processing.views import drafts as draft_pages
from processing.views import lead_acts as lead_act_pages
from processing.views import leads as lead_pages
from processing.views import plan as plan_pages
from processing.views import replays as replay_pages
from processing.views import scenarios as scenario_pages
from processing.views import tools as tool_pages

CONVERSATION = "conversations/<uuid:uid>"
DRAFT = "drafts/<uuid:uid>"
FOLLOW_UP = "follow-ups/<uuid:uid>"
LEAD = "leads/<uuid:uid>"
TOOL = "integrations/<slug:kind>"
SCENARIO = "scenarios/<uuid:uid>"
VERSION = f"{SCENARIO}/versions/<int:number>"
REPLAY = "replays/<uuid:uid>"
PAGES = "assistant/scenarios"
NETWORK = "social-accounts"
SENDING = {"meta": "send-dm", "tiktok": "send-message", "linkedin": "send-message"}
"""What each network's address for direct messages is called."""
MESSAGES = ("meta", "linkedin")
CONVERSATIONS = ("linkedin",)
"""Whose conversations are listed with what people want."""
READ = (
    ("tiktok", "interactions", network_lists.Interactions, "conversations"),
    ("tiktok", "comments", network_lists.Comments, "comments"),
    ("youtube", "comments", network_lists.Comments, "comments"),
    ("youtube", "activities", network_lists.Activities, "activities"),
)
"""What is listed of which network, how, and which of its streams brings it."""

networks: list[URLPattern] = [
    *(
        pattern
        for provider, name in SENDING.items()
        for pattern in both(
            f"{NETWORK}/{provider}/{name}",
            network_sending.SendDirect.as_view(provider=provider),
            f"api-{provider}-send",
        )
    ),
    *(
        pattern
        for provider in MESSAGES
        for pattern in both(
            f"{NETWORK}/{provider}/messages",
            network_lists.Messages.as_view(provider=provider),
            f"api-{provider}-messages",
        )
    ),
    *(
        pattern
        for provider in CONVERSATIONS
        for pattern in both(
            f"{NETWORK}/{provider}/conversations",
            network_lists.Conversations.as_view(provider=provider),
            f"api-{provider}-conversations",
        )
    ),
    *(
        pattern
        for provider, name, view, stream in READ
        for pattern in both(
            f"{NETWORK}/{provider}/{name}",
            view.as_view(provider=provider, stream=stream),
            f"api-{provider}-{name}",
        )
    ),
    *both(
        f"{NETWORK}/<slug:provider>/reply-comment",
        network_sending.ReplyComment.as_view(),
        "api-reply-comment",
    ),
]
ORDER = "integrations/orders/<uuid:uid>"
tools_by_http: list[URLPattern] = [
    *(
        pattern
        for tool in TOOLS
        for pattern in both(
            f"integrations/{tool}/sync",
            syncs.Sync.as_view(kind=kind_of(tool)),
            f"api-{tool}-sync",
        )
    ),
    *both("integrations/orders", syncs.Orders.as_view(), "api-orders"),
    *both(ORDER, syncs.OneOrder.as_view(), "api-order"),
    *both(f"{ORDER}/cancel", syncs.CancelOrder.as_view(), "api-order-cancel"),
    *both("integrations/runs", syncs.Runs.as_view(), "api-runs"),
    *both("integrations/runs/<uuid:uid>/retry", syncs.RetryRun.as_view(), "api-run-retry"),
    *both(f"{LEAD}/rewrite", syncs.RewriteLead.as_view(), "api-lead-rewrite"),
]
urlpatterns: list[URLPattern] = [
    *networks,
    *tools_by_http,
    path("", start.home, name="home"),
    *both("start", start.start, "start"),
    *both("start/facts", start_facts.facts, "start-facts"),
    *both("start/try", start_try.try_one, "start-try"),
    *both("inbox", listing.inbox, "inbox"),
    *both("inbox/<uuid:uid>", inbox.conversation, "conversation"),
    *both("inbox/drafts", draft_pages.drafts, "drafts"),
    *both("inbox/drafts/<uuid:uid>", draft_pages.decide, "draft"),
    *both("inbox/trust/<uuid:uid>", draft_pages.climb, "trust"),
    *both("inbox/leads", lead_pages.leads, "leads"),
    *both("inbox/leads.csv", lead_pages.table, "leads-table"),
    *both("inbox/leads/acts", lead_act_pages.ask, "lead-acts"),
    *both("inbox/leads/acts/<uuid:uid>", lead_act_pages.act, "lead-act"),
    *both("inbox/leads/<uuid:uid>", lead_pages.lead, "lead"),
    *both("inbox/figures", figures.figures, "figures"),
    *both("inbox/figures.csv", figures.figures_table, "figures-table"),
    *both("tasks", todo.tasks, "tasks"),
    *both("plan", plan_pages.plan, "plan"),
    *both("plan/return", plan_pages.came_back, "plan-return"),
    *both("plan/seen", plan_pages.seen, "plan-seen"),
    *both("tools", tool_pages.tools, "tools"),
    *both("tools/<slug:kind>", tool_pages.tool, "tool"),
    *both("tools/<slug:kind>/disconnect", tool_pages.tool_disconnect, "tool-disconnect"),
    *both("approve/<str:token>", approvals.approve, "approve"),
    *both(PAGES, scenario_pages.scenario_list, "scenarios"),
    *both(f"{PAGES}/new", scenario_pages.scenario_new, "scenario-new"),
    *both(f"{PAGES}/<uuid:uid>", scenario_pages.scenario_page, "scenario"),
    *both(f"{PAGES}/<uuid:uid>/replay", replay_pages.scenario_replay, "scenario-replay"),
    *both("conversations", conversations.ConversationList.as_view(), "api-conversations"),
    *both(CONVERSATION, conversations.OneConversation.as_view(), "api-conversation"),
    *both(f"{CONVERSATION}/messages", conversations.ConversationMessages.as_view(), "api-messages"),
    *both(f"{CONVERSATION}/takeover", conversations.Takeover.as_view(), "api-takeover"),
    *both(f"{CONVERSATION}/release", conversations.Release.as_view(), "api-release"),
    *both(f"{CONVERSATION}/category", conversations.Category.as_view(), "api-category"),
    *both(f"{CONVERSATION}/reply", replies.Reply.as_view(), "api-reply"),
    *both("drafts", drafts.Drafts.as_view(), "api-drafts"),
    *both(f"{DRAFT}/approve", drafts.Approve.as_view(), "api-draft-approve"),
    *both(f"{DRAFT}/edit", drafts.Edit.as_view(), "api-draft-edit"),
    *both(f"{DRAFT}/reject", drafts.Reject.as_view(), "api-draft-reject"),
    *both(f"{DRAFT}/snooze", drafts.Snooze.as_view(), "api-draft-snooze"),
    *both(f"{DRAFT}/send-myself", drafts.SendMyself.as_view(), "api-draft-send-myself"),
    *both(f"{DRAFT}/undo", drafts.Undo.as_view(), "api-draft-undo"),
    *both("trust", trust.Trusts.as_view(), "api-trust"),
    *both("trust/<uuid:uid>/accept", trust.Accept.as_view(), "api-trust-accept"),
    *both("trust/<uuid:uid>/decline", trust.Decline.as_view(), "api-trust-decline"),
    *both("trust/<uuid:uid>/take-back", trust.TakeBack.as_view(), "api-trust-take-back"),
    *both("sequences", sequences.Sequences.as_view(), "api-sequences"),
    *both("sequences/<uuid:uid>", sequences.OneSequence.as_view(), "api-sequence"),
    *both("follow-ups", sequences.FollowUps.as_view(), "api-follow-ups"),
    *both(f"{FOLLOW_UP}/cancel", sequences.CancelFollowUp.as_view(), "api-follow-up-cancel"),
    *both(f"{FOLLOW_UP}/done", sequences.FinishFollowUp.as_view(), "api-follow-up-done"),
    *both("contacts/<uuid:uid>/opt-out", consent.OptOut.as_view(), "api-opt-out"),
    *both("contacts/<uuid:uid>/opt-in", consent.OptIn.as_view(), "api-opt-in"),
    *both("messages/<uuid:uid>/decision", ledger.MessageDecision.as_view(), "api-decision"),
    *both("interactions", ledger.Interactions.as_view(), "api-interactions"),
    *both("leads", leads.Leads.as_view(), "api-leads"),
    *both("leads.csv", leads.LeadTable.as_view(), "api-leads-table"),
    *both(LEAD, leads.OneLead.as_view(), "api-lead"),
    *both(f"{LEAD}/level/reset", leads.ResetLevel.as_view(), "api-lead-reset"),
    *both("analytics", analytics.Analytics.as_view(), "api-analytics"),
    *both("billing", plan.Billing.as_view(), "api-billing"),
    *both("billing/create-checkout", plan.CreateCheckout.as_view(), "api-checkout"),
    *both("billing/create-portal", plan.CreatePortal.as_view(), "api-portal"),
    *both("billing/cancel", plan.Cancel.as_view(), "api-plan-cancel"),
    *both("billing/resume", plan.Resume.as_view(), "api-plan-resume"),
    *both("integrations/config", tools.Config.as_view(), "api-tools"),
    *both(TOOL, tools.OneTool.as_view(), "api-tool"),
    *both(f"{TOOL}/targets", tools.Targets.as_view(), "api-tool-targets"),
    *both(f"{TOOL}/columns", tools.Columns.as_view(), "api-tool-columns"),
    *both(f"{TOOL}/test", tools.Test.as_view(), "api-tool-test"),
    *both("scenarios", scenarios.ScenarioList.as_view(), "api-scenarios"),
    *both(SCENARIO, scenarios.OneScenario.as_view(), "api-scenario"),
    *both(f"{SCENARIO}/versions", scenarios.Versions.as_view(), "api-versions"),
    *both(VERSION, scenarios.OneVersion.as_view(), "api-version"),
    *both(f"{VERSION}/restore", scenarios.RestoreVersion.as_view(), "api-restore"),
    *both(f"{SCENARIO}/try", scenarios.TryScenario.as_view(), "api-try"),
    *both(f"{SCENARIO}/replays", replays.ScenarioReplays.as_view(), "api-scenario-replays"),
    *both(f"{SCENARIO}/replays/estimate", replays.ReplayEstimate.as_view(), "api-estimate"),
    *both(REPLAY, replays.OneReplay.as_view(), "api-replay"),
    *both(f"{REPLAY}/results", replays.ReplayResults.as_view(), "api-replay-results"),
    *both(f"{REPLAY}/continue", replays.ContinueReplay.as_view(), "api-replay-continue"),
    *both(f"{REPLAY}/cancel", replays.CancelReplay.as_view(), "api-replay-cancel"),
    *both(f"{REPLAY}/publish", replays.PublishReplay.as_view(), "api-replay-publish"),
]
