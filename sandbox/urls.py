"""Every address of the sandbox."""

from django.urls import URLPattern, path, re_path
from django.views.i18n import set_language

from sandbox import controls
from sandbox.page import google as google_page
from sandbox.page import mailbox, views
from sandbox.standins import google, graph, model, notion

GRAPH = r"^graph(?:-instagram)?(?:/v\d+\.\d+)?/"

urlpatterns: list[URLPattern] = [
    path("", views.home, name="phone"),
    path("thread", views.thread, name="thread"),
    path("act", views.act, name="act"),
    path("change-faults", views.change_faults, name="change-faults"),
    path("notion-table", views.notion_table, name="notion-table"),
    path("mail", mailbox.letters, name="mailbox"),
    path("mail/<int:letter_id>", mailbox.letter, name="letter"),
    path("mail.json", controls.mail),
    path("language", set_language, name="language"),
    path("health", controls.health),
    path("say", controls.say),
    path("human", controls.human),
    path("echo", controls.echo),
    path("options", controls.options),
    path("faults", controls.manage_faults),
    path("calls", controls.calls),
    path("counts", controls.counts),
    re_path(GRAPH + r"oauth/access_token$", graph.access_token),
    re_path(GRAPH + r"me/accounts$", graph.accounts),
    re_path(GRAPH + r"(?:me|\d+)/permissions$", graph.permissions),
    re_path(GRAPH + r"debug_token$", graph.debug_token),
    re_path(GRAPH + r"(?P<node>me|\d+)/messages$", graph.messages),
    re_path(GRAPH + r"(?P<node>me|\d+)/subscribed_apps$", graph.subscribed_apps),
    re_path(GRAPH + r"(?P<node>me|\d+)$", graph.node),
    re_path(GRAPH + r"(?P<rest>.*)$", graph.unknown),
    path("openai/v1/models", model.models),
    path("openai/v1/responses", model.responses),
    path("openai/v1/chat/completions", model.chat_completions),
    path("openai/v1/<path:rest>", model.unknown),
    path("notion/v1/users/me", notion.me),
    path("notion/v1/databases/<str:database_id>", notion.database),
    path("notion/v1/data_sources/<str:data_source_id>", notion.data_source),
    path("notion/v1/data_sources/<str:data_source_id>/query", notion.query),
    path("notion/v1/pages", notion.create_page),
    path("notion/v1/pages/<str:page_id>", notion.page),
    path("notion/v1/<path:rest>", notion.unknown),
    path("google/o/oauth2/v2/auth", google_page.consent, name="google"),
    path("google/token", google.token),
    path("google/oauth2/v3/certs", google.keys),
    path("google/<path:rest>", google.unknown),
]
