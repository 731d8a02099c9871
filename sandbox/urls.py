"""Every address of the sandbox."""

from django.urls import URLPattern, path, re_path
from django.views.i18n import set_language

from sandbox import controls
from sandbox.page import views
from sandbox.standins import graph, model, notion

GRAPH = r"^graph(?:-instagram)?(?:/v\d+\.\d+)?/"

urlpatterns: list[URLPattern] = [
    path("", views.home, name="phone"),
    path("thread", views.thread, name="thread"),
    path("act", views.act, name="act"),
    path("change-faults", views.change_faults, name="change-faults"),
    path("notion-table", views.notion_table, name="notion-table"),
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
]
