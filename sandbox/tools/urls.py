"""Every address of the lead tools: Airtable's, Google Sheets' and Notion's APIs, the controls."""

from django.urls import URLPattern, path, re_path

from sandbox.tools import controls, page
from sandbox.tools.airtable import front as airtable
from sandbox.tools.airtable import records, schema
from sandbox.tools.notion import front as notion
from sandbox.tools.notion import pages, sources
from sandbox.tools.sheets import files, tokens, values
from sandbox.tools.sheets import front as sheets
from sandbox.tools.web import View, by_method

FILE = r"^sheets/v4/spreadsheets/(?P<spreadsheet_id>[\w-]+)"


def _airtable(**views: View) -> View:
    return by_method(airtable.unknown, **views)


def _sheets(**views: View) -> View:
    return by_method(sheets.unknown, **views)


def _notion(**views: View) -> View:
    return by_method(notion.unknown, **views)


AIRTABLE: list[URLPattern] = [
    path("airtable/v0/meta/whoami", _airtable(GET=schema.whoami)),
    path("airtable/v0/meta/bases", _airtable(GET=schema.bases)),
    path("airtable/v0/meta/bases/<str:base_id>/tables", _airtable(GET=schema.tables)),
    path(
        "airtable/v0/meta/bases/<str:base_id>/tables/<str:table_id>/fields",
        _airtable(POST=schema.create_field),
    ),
    path("airtable/v0/<str:base_id>/<str:table>/listRecords", _airtable(POST=records.listed)),
    path(
        "airtable/v0/<str:base_id>/<str:table>",
        _airtable(
            GET=records.listed,
            POST=records.create,
            PATCH=records.update,
            PUT=records.update,
            DELETE=records.delete,
        ),
    ),
    path(
        "airtable/v0/<str:base_id>/<str:table>/<str:record_id>",
        _airtable(
            GET=records.one,
            PATCH=records.update_one,
            PUT=records.update_one,
            DELETE=records.delete_one,
        ),
    ),
    path("airtable/<path:rest>", airtable.unknown),
]
SHEETS: list[URLPattern] = [
    path("sheets/token", tokens.token),
    re_path(rf"{FILE}$", _sheets(GET=files.spreadsheet)),
    re_path(rf"{FILE}:batchUpdate$", _sheets(POST=files.batch_update)),
    re_path(rf"{FILE}/values:batchGet$", _sheets(GET=values.batch_get)),
    re_path(rf"{FILE}/values:batchUpdate$", _sheets(POST=values.batch_update)),
    re_path(rf"{FILE}/values:batchClear$", _sheets(POST=values.batch_clear)),
    re_path(rf"{FILE}/values/(?P<area>.+):append$", _sheets(POST=values.append)),
    re_path(rf"{FILE}/values/(?P<area>.+):clear$", _sheets(POST=values.clear)),
    re_path(rf"{FILE}/values/(?P<area>.+)$", _sheets(GET=values.get, PUT=values.update)),
    path("sheets/<path:rest>", sheets.unknown),
]
NOTION: list[URLPattern] = [
    path("notion/v1/users/me", _notion(GET=sources.me)),
    path("notion/v1/search", _notion(POST=sources.search)),
    path("notion/v1/databases/<str:database_id>", _notion(GET=sources.database)),
    path(
        "notion/v1/data_sources/<str:data_source_id>",
        _notion(GET=sources.data_source, PATCH=sources.change_source),
    ),
    path("notion/v1/data_sources/<str:data_source_id>/query", _notion(POST=pages.query)),
    path("notion/v1/pages", _notion(POST=pages.create_page)),
    path("notion/v1/pages/<str:page_id>", _notion(GET=pages.page, PATCH=pages.page)),
    path("notion/<path:rest>", notion.unknown),
]
CONTROLS: list[URLPattern] = [
    path("tools", page.home, name="tools"),
    path("notion-table", page.notion_table, name="notion-table"),
    path("tools/do", controls.do),
    path("tools/targets", controls.targets),
    path("tools/table", controls.table),
    path("tools/reset", controls.reset),
    path("tools/options", controls.manage_options),
    path("tools/rates", controls.rates),
    path("tools/airtable-token", controls.airtable_token),
    path("tools/notion-token", controls.notion_token),
    path("tools/service-account", controls.service_account),
    path("tools/expire-tokens", controls.expire_tokens),
]
urlpatterns: list[URLPattern] = [*AIRTABLE, *SHEETS, *NOTION, *CONTROLS]
