"""Meta's permissions in a person's words, as the consent pages show them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Promise] = {
    "public_profile": _("See your name"),
    "email": _("See your e-mail address"),
    "pages_show_list": _("See the list of your Pages"),
    "pages_messaging": _("Read and answer your Pages' messages"),
    "pages_manage_metadata": _("Be told when something happens on your Pages"),
    "pages_read_engagement": _("Read what your Pages publish"),
    "pages_read_user_content": _("Read the comments that people write on your Pages"),
    "pages_manage_engagement": _("Answer, hide and remove comments on your Pages"),
    "instagram_basic": _("See the Instagram accounts linked to your Pages"),
    "instagram_manage_messages": _("Read and answer the messages of these Instagram accounts"),
    "instagram_manage_comments": _("Read and answer the comments on these Instagram accounts"),
    "business_management": _("See the Pages that you manage through a business portfolio"),
    "ads_management": _("Manage the ads of your Pages"),
    "ads_read": _("See the ads of your Pages"),
    "instagram_business_basic": _("See your profile and what you publish"),
    "instagram_business_manage_messages": _("Read and answer your messages"),
    "instagram_business_manage_comments": _("Read and answer the comments on your publications"),
}
