"""The addresses of `processing`."""

from django.urls import URLPattern

from flowia.lib.routes import both
from processing import views
from processing.api import conversations, leads, ledger

CONVERSATION = "conversations/<uuid:uid>"

urlpatterns: list[URLPattern] = [
    *both("inbox", views.inbox, "inbox"),
    *both("inbox/<uuid:uid>", views.conversation, "conversation"),
    *both("conversations", conversations.ConversationList.as_view(), "api-conversations"),
    *both(CONVERSATION, conversations.OneConversation.as_view(), "api-conversation"),
    *both(f"{CONVERSATION}/messages", conversations.ConversationMessages.as_view(), "api-messages"),
    *both(f"{CONVERSATION}/takeover", conversations.Takeover.as_view(), "api-takeover"),
    *both(f"{CONVERSATION}/release", conversations.Release.as_view(), "api-release"),
    *both("messages/<uuid:uid>/decision", ledger.MessageDecision.as_view(), "api-decision"),
    *both("interactions", ledger.Interactions.as_view(), "api-interactions"),
    *both("leads", leads.Leads.as_view(), "api-leads"),
]
