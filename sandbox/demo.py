"""The demo's constants: who lives in it, which ids and tokens the stand-ins know.

Nothing here is secret: every token is invented and opens only the stand-ins on this machine.
Only the standard library is used, since the run command reads this before anything is set up.
"""

from collections.abc import Mapping
from dataclasses import dataclass

OWNER_EMAIL = "camille@atelier-lumiere.example"
OWNER_NAME = "Camille Aubry"
MEMBER_EMAIL = "hugo@atelier-lumiere.example"
MEMBER_NAME = "Hugo Le Goff"
MEMBERS_PASSWORD = "lumiere-demo-2026"  # noqa: S105 - a demo login, printed on the page
OPERATOR_EMAIL = "operateur@flowia.example"
OPERATOR_PASSWORD = "operateur-demo-2026"  # noqa: S105 - a demo login, printed on the page

WORKSPACE_NAME = "Atelier Lumière"
BUSINESS_PROFILE = (
    "Atelier Lumière fabrique à la main des lampes et de la vaisselle en céramique, à Nantes. "
    "Deux personnes, Camille et Hugo, tiennent l'atelier et la boutique. "
    "Le ton est chaleureux et simple ; on vouvoie les clients."
)
FACTS = (
    ("Lampe à poser Aube", "89 €, porcelaine émaillée, hauteur 32 cm"),
    ("Suspension Brume", "145 €, grès blanc, diamètre 26 cm"),
    ("Tasse Galet", "24 €, grès émaillé, contenance 25 cl"),
    ("Horaires", "du mardi au samedi, de 10 h à 19 h ; fermé le dimanche et le lundi"),
    ("Adresse", "14 rue des Lanternes, 44000 Nantes"),
    ("Livraison", "6,90 € en France, offerte dès 120 € d'achat, expédition sous 3 jours ouvrés"),
    ("Ateliers céramique", "55 € par personne, 2 h 30, le samedi à 14 h, six places"),
    # 02 61 91 is one of the ranges that ARCEP keeps for works of fiction.
    ("Téléphone", "02 61 91 24 36"),
    ("Retours", "14 jours pour changer d'avis, objet intact dans son emballage"),
)
SCENARIO_NAME = "Accueil et vente"
SCENARIO_INSTRUCTION = (
    "Accueillez chaque personne, répondez à sa question avec les faits de la fiche, en deux ou "
    "trois phrases. Quand quelqu'un veut acheter ou réserver, proposez de passer à la boutique ou "
    "de laisser un numéro pour être rappelé. Si la fiche ne dit rien, dites-le et proposez que "
    "l'équipe réponde. Une plainte va toujours à un humain."
)

HANDOFF_TEXT = "Je passe la main à l'équipe, qui vous répond ici même dès que possible."
FOLLOW_UP_NAME = "Relance douce"
FOLLOW_UP_INSTRUCTION = (
    "Une seule relance, courte et sans pression : rappelez ce qui intéressait la personne et "
    "demandez si elle a encore une question."
)
FOLLOW_UP_MINUTES = 180
FOLLOW_UP_STEP = "Demandez si la personne a encore une question."

APP_ID = "998877665544332"
APP_SECRET = "sandbox-app-secret-4c1e"  # noqa: S105 - known to the stand-in alone
INSTAGRAM_APP_ID = "887766554433221"
INSTAGRAM_APP_SECRET = "sandbox-instagram-secret-9a7d"  # noqa: S105 - the same
VERIFY_TOKEN = "sandbox-verify-token"  # noqa: S105 - the same
# The Page inbox's own app id, which echoes of people writing in Meta Business Suite carry.
PAGE_INBOX_APP_ID = 263902037430900

PAGE_ID = "104857600012345"
PAGE_NAME = "Atelier Lumière"
SECOND_PAGE_ID = "104857600054321"
SECOND_PAGE_NAME = "Atelier Lumière, les marchés"
THIRD_PAGE_ID = "104857600098765"
THIRD_PAGE_NAME = "Atelier Lumière Lyon"
INSTAGRAM_ID = "17841400112233445"
INSTAGRAM_USERNAME = "atelier.lumiere"
SECOND_INSTAGRAM_ID = "17841400998877665"
SECOND_INSTAGRAM_USERNAME = "atelier.lumiere.lyon"
USER_ID = "1020304050"
SHORT_USER_TOKEN = "EAABsandboxShortUser"  # noqa: S105 - invented
USER_TOKEN = "EAABsandboxLongUser"  # noqa: S105 - invented
INSTAGRAM_TOKEN = "IGAAsandboxAtelier"  # noqa: S105 - invented
AUTH_CODE = "sandbox-code"
FACEBOOK_SCOPES = (
    "pages_show_list",
    "pages_messaging",
    "pages_manage_metadata",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_manage_engagement",
    "instagram_basic",
    "instagram_manage_messages",
    "instagram_manage_comments",
    "business_management",
)
INSTAGRAM_SCOPES = (
    "instagram_business_basic",
    "instagram_business_manage_messages",
    "instagram_business_manage_comments",
)


@dataclass(frozen=True)
class MetaInstagram:
    """An Instagram account of the demo; `scoped_id` is the id that `me` calls `id`."""

    id: str
    username: str
    name: str
    scoped_id: str
    media_id: str
    kind: str = "BUSINESS"


@dataclass(frozen=True)
class MetaPage:
    """A Page of the demo, one post on it, and the Instagram account linked to it, if any."""

    id: str
    name: str
    post_id: str
    instagram: MetaInstagram | None = None


META_INSTAGRAMS = (
    MetaInstagram(
        INSTAGRAM_ID, INSTAGRAM_USERNAME, PAGE_NAME, "26011223344556677", "18050011122233344"
    ),
    MetaInstagram(
        SECOND_INSTAGRAM_ID,
        SECOND_INSTAGRAM_USERNAME,
        THIRD_PAGE_NAME,
        "26011223344998877",
        "18050011122277788",
        "MEDIA_CREATOR",
    ),
)
META_PAGES = (
    MetaPage(PAGE_ID, PAGE_NAME, f"{PAGE_ID}_555000111", META_INSTAGRAMS[0]),
    MetaPage(SECOND_PAGE_ID, SECOND_PAGE_NAME, f"{SECOND_PAGE_ID}_555000222"),
    MetaPage(THIRD_PAGE_ID, THIRD_PAGE_NAME, f"{THIRD_PAGE_ID}_555000333", META_INSTAGRAMS[1]),
)
POST_ID = META_PAGES[0].post_id
MEDIA_ID = META_INSTAGRAMS[0].media_id
POST_TEXT = "La lampe Aube revient en bleu nuit, dès samedi à l'atelier."
MEDIA_TEXT = "Sortie du four : les suspensions Brume, encore tièdes."

TIKTOK_APP_ID = "7400000000000000001"
TIKTOK_APP_SECRET = "sandbox-tiktok-secret-7e2b"  # noqa: S105 - known to the stand-in alone

STRIPE_SECRET_KEY = "sk_test_sandboxAtelierLumiere4c1e"  # noqa: S105 - opens the stand-in alone
STRIPE_WEBHOOK_SECRET = "whsec_sandboxAtelierLumiere7e2b"  # noqa: S105 - the same

YOUTUBE_CHANNEL_ID = "UCsandboxAtelierLumiere0"
YOUTUBE_SECOND_CHANNEL_ID = "UCsandboxLumiereCoulisse"
YOUTUBE_NEWCOMER_CHANNEL_ID = "UCsandboxCafeDesBrumes00"
YOUTUBE_VIDEO_ID = "sbxVisite01"
YOUTUBE_SECOND_VIDEO_ID = "sbxTourner2"

NOTION_TOKEN = "ntn_sandbox_atelier_lumiere"  # noqa: S105 - invented
NOTION_DATABASE_ID = "1f0c8e52-7a51-4b6e-9d0a-3c5e8a2b4d01"
NOTION_DATA_SOURCE_ID = "1f0c8e52-7a51-4b6e-9d0a-3c5e8a2b4d02"
# A database of something else, and one that has two data sources.
NOTION_OTHER_DATABASE_ID = "1f0c8e52-7a51-4b6e-9d0a-3c5e8a2b4d11"
NOTION_OTHER_SOURCE_ID = "1f0c8e52-7a51-4b6e-9d0a-3c5e8a2b4d12"
NOTION_DOUBLE_DATABASE_ID = "1f0c8e52-7a51-4b6e-9d0a-3c5e8a2b4d21"
NOTION_DOUBLE_SOURCE_IDS = (
    "1f0c8e52-7a51-4b6e-9d0a-3c5e8a2b4d22",
    "1f0c8e52-7a51-4b6e-9d0a-3c5e8a2b4d23",
)
NOTION_FIELD_MAP = {
    "name": "Nom",
    "lead_id": "Flow IA ID",
    "level": "Niveau",
    "phone": "Téléphone",
    "network": "Réseau",
    "evidence": "Preuves",
    "intent": "Intention",
    "updated": "Mis à jour",
}

AIRTABLE_TOKEN = "patSandboxAtelier.b7e1c0a94d2f"  # noqa: S105 - invented
AIRTABLE_BASE_ID = "appSandboxAtelier"
AIRTABLE_TABLE_ID = "tblSandboxLeads00"
AIRTABLE_OTHER_BASE_ID = "appSandboxMarches"
AIRTABLE_OTHER_TABLE_ID = "tblSandboxStands0"
AIRTABLE_FIELD_IDS = {
    "name": "fldSandboxName000",
    "lead_id": "fldSandboxLeadId0",
    "level": "fldSandboxLevel00",
    "phone": "fldSandboxPhone00",
    "network": "fldSandboxNetwork",
    "evidence": "fldSandboxProofs0",
    "intent": "fldSandboxIntent0",
    "updated": "fldSandboxUpdated",
}
# The file is shared with this address; its key is made in the sandbox's `var`, never committed.
SERVICE_ACCOUNT_EMAIL = "flow-ia@flow-ia-sandbox.iam.gserviceaccount.com"
SPREADSHEET_ID = "1sandboxAtelierLumiereLeads0000000000000000A"
SPREADSHEET_GID = 0
SPREADSHEET_TAB = "Leads"

LETTERS_FROM = "Flow IA <bonjour@flowia.example>"
GOOGLE_CLIENT_ID = "776655443322-sandbox.apps.googleusercontent.com"
GOOGLE_CLIENT_SECRET = "GOCSPX-sandbox-5b2f"  # noqa: S105 - known to the stand-in alone


@dataclass(frozen=True)
class GooglePerson:
    """Somebody who has a Google account in the demo."""

    sub: str
    email: str
    name: str
    verified: bool = True


GOOGLE_PEOPLE = (
    GooglePerson("104857600012345678901", OWNER_EMAIL, OWNER_NAME),
    GooglePerson("104857600012345678902", "nadia@cafe-des-brumes.example", "Nadia Benali"),
    GooglePerson("104857600012345678903", MEMBER_EMAIL, MEMBER_NAME, verified=False),
)
"""The owner, somebody new, and an address that Google never verified: it opens nobody's account."""

SETTLE_SECONDS = "2"
MIN_SECONDS_BETWEEN_MESSAGES = "15"
ACCOUNT_CHECK_SECONDS = "30"


def page_token(page_id: str) -> str:
    """Return the Page token that the Graph stand-in accepts for `page_id`."""
    return f"EAABsandboxPage{page_id}"


PAGE_TOKEN = page_token(PAGE_ID)


def environment(
    *, port: str, sandbox_port: str, mail_port: str = "", openai_key: str = ""
) -> Mapping[str, str]:
    """Return the settings that point the product at the stand-ins.

    Without a `mail_port`, the mail server's is the one after the sandbox's. With an `openai_key`
    of the visitor's own, the real model answers: its two names are left out.
    """
    sandbox = f"http://127.0.0.1:{sandbox_port}"
    values = {
        "FLOWIA_DEMO": "1",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SANDBOX_URL": sandbox,
        "META_APP_ID": APP_ID,
        "META_APP_SECRET": APP_SECRET,
        "META_INSTAGRAM_APP_ID": INSTAGRAM_APP_ID,
        "META_INSTAGRAM_APP_SECRET": INSTAGRAM_APP_SECRET,
        "META_VERIFY_TOKEN": VERIFY_TOKEN,
        "META_GRAPH_URL": f"{sandbox}/graph",
        "META_INSTAGRAM_GRAPH_URL": f"{sandbox}/graph-instagram",
        "META_HUMAN_AGENT": "1",
        "META_OAUTH_URL": f"{sandbox}/facebook",
        "META_INSTAGRAM_OAUTH_URL": f"{sandbox}/instagram/oauth/authorize",
        "META_INSTAGRAM_TOKEN_URL": f"{sandbox}/instagram/oauth/access_token",
        "TIKTOK_APP_ID": TIKTOK_APP_ID,
        "TIKTOK_APP_SECRET": TIKTOK_APP_SECRET,
        "TIKTOK_OAUTH_URL": f"{sandbox}/tiktok/v2/auth/authorize/",
        "TIKTOK_API_URL": f"{sandbox}/tiktok/open_api/v1.3",
        "YOUTUBE_API_URL": f"{sandbox}/youtube/v3",
        "LINKEDIN_URL": f"{sandbox}/linkedin",
        "LINKEDIN_SEND_SECONDS": "15",
        "LINKEDIN_POLL_SECONDS": "20",
        "STRIPE_SECRET_KEY": STRIPE_SECRET_KEY,
        "STRIPE_WEBHOOK_SECRET": STRIPE_WEBHOOK_SECRET,
        "STRIPE_API_URL": f"{sandbox}/stripe",
        "NOTION_API_URL": f"{sandbox}/notion",
        "AIRTABLE_API_URL": f"{sandbox}/airtable",
        "GOOGLE_SHEETS_API_URL": f"{sandbox}/sheets",
        "GOOGLE_SHEETS_TOKEN_URL": f"{sandbox}/sheets/token",
        # The receiver of webhooks stands on this machine; in production this is refused.
        "WEBHOOK_PRIVATE_NETWORKS": "127.0.0.0/8",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port or int(sandbox_port) + 1}",
        "EMAIL_FROM": LETTERS_FROM,
        "GOOGLE_CLIENT_ID": GOOGLE_CLIENT_ID,
        "GOOGLE_CLIENT_SECRET": GOOGLE_CLIENT_SECRET,
        "GOOGLE_OAUTH_URL": f"{sandbox}/google/o/oauth2/v2/auth",
        "GOOGLE_TOKEN_URL": f"{sandbox}/google/token",
        "GOOGLE_REVOKE_URL": f"{sandbox}/google/revoke",
        "GOOGLE_CERTS_URL": f"{sandbox}/google/oauth2/v3/certs",
        "SETTLE_SECONDS": SETTLE_SECONDS,
        "MIN_SECONDS_BETWEEN_MESSAGES": MIN_SECONDS_BETWEEN_MESSAGES,
        "ACCOUNT_CHECK_SECONDS": ACCOUNT_CHECK_SECONDS,
    }
    if not openai_key:
        values |= {"OPENAI_API_KEY": "sandbox", "OPENAI_BASE_URL": f"{sandbox}/openai/v1"}
    return values


BANNER_FR = """\
  {address}  le téléphone d'une cliente : écrivez « Bonjour, c'est combien la lampe Aube ? »

  Pages : {members}
          mot de passe {members_password}
  Admin : {operator}
          mot de passe {operator_password}

  Ou depuis un autre terminal :
  .venv/bin/python manage.py sandbox_say "Bonjour, c'est combien ?"
"""
BANNER_EN = """\
  {address}  a customer's phone: type "Hello, how much is the Aube lamp?"

  Pages: {members}
         password {members_password}
  Admin: {operator}
         password {operator_password}

  Or from another terminal:
  .venv/bin/python manage.py sandbox_say "Hello, how much is it?"
"""
