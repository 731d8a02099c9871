"""The addresses of `privacy`."""

from django.urls import URLPattern, path, re_path

from flowia.lib.routes import both
from processing.privacy.api import contacts, exports, people, workspaces
from processing.privacy.views import compliance, data, leaving, withdrawals
from processing.privacy.views import contacts as contact_pages
from processing.privacy.views import leads as lead_pages

META = r"^social-accounts/(?P<provider>meta)"
CONTACT, CONTACT_PAGE = "contacts/<uuid:uid>", "inbox/contacts/<uuid:uid>"

urlpatterns: list[URLPattern] = [
    re_path(rf"{META}/deauthorize/?$", withdrawals.deauthorize, name="deauthorize"),
    re_path(rf"{META}/data-deletion/?$", withdrawals.data_deletion, name="data-deletion-request"),
    *both("data-deletion/<slug:code>", withdrawals.deletion_status, "data-deletion"),
    *both("settings/compliance", compliance.compliance, "settings-compliance"),
    *both("settings/compliance/file", compliance.paper, "settings-compliance-file"),
    path("settings/compliance/notices.csv", compliance.table, name="settings-compliance-table"),
    *both("settings/data", data.data, "settings-data"),
    *both("settings/data/copy", data.my_copy, "settings-data-copy"),
    *both("settings/data/leave", leaving.leave, "settings-leave"),
    *both("settings/data/exports", data.ask_export, "settings-exports"),
    *both("settings/data/exports/<uuid:uid>", data.export_file, "settings-export"),
    *both("settings/data/workspace", leaving.erase_workspace, "settings-erase-workspace"),
    *both("inbox/leads/erase", lead_pages.erase, "leads-erase"),
    *both(f"{CONTACT_PAGE}/copy", contact_pages.copy, "contact-copy"),
    *both(f"{CONTACT_PAGE}/erase", contact_pages.erase, "contact-erase"),
    *both("contacts", contacts.Contacts.as_view(), "api-contacts"),
    *both(CONTACT, contacts.OneContact.as_view(), "api-contact"),
    *both(f"{CONTACT}/export", contacts.ContactExport.as_view(), "api-contact-export"),
    *both("erasures", contacts.Erasures.as_view(), "api-erasures"),
    *both("workspace/exports", exports.Exports.as_view(), "api-exports"),
    *both("workspace/exports/<uuid:uid>/file", exports.ExportFile.as_view(), "api-export-file"),
    *both("workspace/erasure", workspaces.WorkspaceErasure.as_view(), "api-workspace-erasure"),
    *both("auth/me/erasure", people.MyErasure.as_view(), "api-me-erasure"),
    *both("auth/me/export", people.MyExport.as_view(), "api-me-export"),
]
