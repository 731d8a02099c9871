"""What the run command prints of the demo: where the phone is, the logins, what to try.

Plain Python, since it must answer at once and before Django is loaded.
"""

from collections.abc import Mapping

from sandbox import demo

FRENCH = """\
  Essayez : ouvrez {sandbox}/ et écrivez comme un client,
            par exemple « Bonjour, combien coûte la lampe Aube ? »
            ou, d'un autre terminal :
            .venv/bin/python manage.py sandbox_say "Bonjour, c'est combien ?"

  Propriétaire  {owner}  {password}
  Membre        {member}  {password}
  Opérateur     {operator}  {operator_password}  (pour {public}/admin/)

  Ce sont des démonstrations : Meta, OpenAI et Notion sont remplacés par le bac à sable.
"""
ENGLISH = """\
  Try it: open {sandbox}/ and write as a customer would,
          for example "Bonjour, combien coûte la lampe Aube ?"
          or, from another terminal:
          .venv/bin/python manage.py sandbox_say "Bonjour, c'est combien ?"

  Owner     {owner}  {password}
  Member    {member}  {password}
  Operator  {operator}  {operator_password}  (for {public}/admin/)

  This is a demo: the sandbox stands in for Meta, OpenAI and Notion.
"""


def banner(environment: Mapping[str, str]) -> str:
    """Return the lines in the reader's language, for the ports in PORT and SANDBOX_PORT."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    spoken = next((environment[name] for name in names if environment.get(name)), "")
    text = ENGLISH if spoken.lower().startswith("en") else FRENCH
    return text.format(
        public=f"http://127.0.0.1:{environment.get('PORT') or 8000}",
        sandbox=f"http://127.0.0.1:{environment.get('SANDBOX_PORT') or 8001}",
        owner=demo.OWNER_EMAIL,
        member=demo.MEMBER_EMAIL,
        password=demo.MEMBERS_PASSWORD,
        operator=demo.OPERATOR_EMAIL,
        operator_password=demo.OPERATOR_PASSWORD,
    )
