"""Django's registration of the admin, with our site instead of its own."""

from django.contrib.admin.apps import AdminConfig


class OperatorAdminConfig(AdminConfig):
    """The app `django.contrib.admin`, for operators."""

    default_site = "flowia.admin.OperatorSite"
