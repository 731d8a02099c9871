"""Every address of the sandbox."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.i18n import set_language

from sandbox import controls, demo, meta_controls
from sandbox.page import accounts, mailbox, meta_login, views
from sandbox.page import google as google_page
from sandbox.receiver import views as receiver
from sandbox.standins import (
    google,
    graph,
    graph_comments,
    graph_conversations,
    graph_login,
    model,
)
from sandbox.tiktok import urls as tiktok
from sandbox.tools import urls as tools

VERSION = r"(?:/v\d+\.\d+)?/"
GRAPH = rf"^graph(?:-instagram)?{VERSION}"
NODE = r"(?P<node>me|\d+)"
CONVERSATION = r"(?P<node>(?:t_|aWdfZAG06)[\w-]+)(?:/(?P<edge>messages))?"
# Comments and posts of Pages, then Instagram's media and comments, which are bare numbers.
COMMENT = r"(?P<node>\d+_\d+|1(?:79|80)\d{14})"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="phone"),
    path("to/<slug:provider>/<str:account>", views.to_account, name="to-account"),
    path("thread", views.thread, name="thread"),
    path("act", views.act, name="act"),
    path("change-faults", views.change_faults, name="change-faults"),
    path("change-accounts", accounts.change_accounts, name="change-accounts"),
    path("mail", mailbox.letters, name="mailbox"),
    path("mail/<int:letter_id>", mailbox.letter, name="letter"),
    path("mail.json", controls.mail),
    path("language", set_language, name="language"),
    path("health", controls.health),
    path("say", controls.say),
    path("human", controls.human),
    path("echo", controls.echo),
    path("options", controls.manage_options),
    path("faults", controls.manage_faults),
    path("calls", controls.calls),
    path("meta", meta_controls.world),
    path("meta/event", meta_controls.event),
    path("meta/login", meta_controls.login),
    path("meta/revoke", meta_controls.revoke),
    path("meta/tokens", meta_controls.tokens),
    path("counts", controls.counts),
    re_path(rf"^facebook{VERSION}dialog/oauth/?$", meta_login.facebook, name="facebook-login"),
    re_path(r"^instagram/oauth/authorize/?$", meta_login.instagram, name="instagram-login"),
    re_path(r"^instagram/oauth/access_token/?$", graph_login.instagram_code),
    re_path(rf"{GRAPH}(?:oauth/)?access_token$", graph_login.access_token),
    re_path(rf"{GRAPH}refresh_access_token$", graph_login.refresh_access_token),
    re_path(rf"{GRAPH}(?:me|{demo.USER_ID})/accounts$", graph_login.accounts),
    re_path(rf"{GRAPH}{NODE}/permissions(?:/(?P<permission>\w+))?$", graph_login.permissions),
    re_path(rf"{GRAPH}debug_token$", graph_login.debug_token),
    re_path(rf"{GRAPH}{NODE}/messages$", graph.messages),
    re_path(rf"{GRAPH}{NODE}/subscribed_apps$", graph.subscribed_apps),
    re_path(rf"{GRAPH}{COMMENT}/(?P<edge>comments|replies)$", graph_comments.listed),
    re_path(rf"{GRAPH}{NODE}/(?:media|feed|posts|published_posts)$", graph_comments.publications),
    re_path(rf"{GRAPH}{COMMENT}$", graph_comments.one),
    re_path(rf"{GRAPH}{NODE}/conversations$", graph_conversations.conversations),
    re_path(rf"{GRAPH}{CONVERSATION}$", graph_conversations.conversation),
    re_path(rf"{GRAPH}{NODE}$", graph.profile),
    re_path(rf"{GRAPH}(?P<rest>.*)$", graph.unknown),
    path("openai/v1/models", model.models),
    path("openai/v1/responses", model.responses),
    path("openai/v1/chat/completions", model.chat_completions),
    path("openai/v1/<path:rest>", model.unknown),
    path("stripe", include("sandbox.stripe.urls")),
    path("receiver", receiver.page, name="receiver"),
    path("receiver/change", receiver.change, name="receiver-change"),
    path("receiver/<slug:box>", receiver.call),
    path("youtube", include("sandbox.youtube.urls")),
    path("linkedin", include("sandbox.linkedin.urls")),
    path("google/o/oauth2/v2/auth", google_page.consent, name="google"),
    path("google/token", google.token),
    path("google/revoke", google.revoke),
    path("google/oauth2/v3/certs", google.keys),
    path("google/<path:rest>", google.unknown),
    *tiktok.urlpatterns,
    *tools.urlpatterns,
]
