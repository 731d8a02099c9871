"""How a program begins with the API, in the languages of those who write one. No rows, no clock."""

from dataclasses import dataclass

CURL = """\
# 1. {sign_in}
curl -s {base}/auth/login \\
  -H 'Content-Type: application/json' \\
  -d '{{"email": "{email}", "password": "…"}}'

# 2. {ask}
curl -s '{base}/leads?level=hot&limit=50' \\
  -H "Authorization: Bearer $ACCESS" \\
  -H 'X-Workspace: {workspace}' \\
  -H 'Accept-Language: {language}'

# 3. {refresh}
curl -s {base}/auth/refresh \\
  -H "Authorization: Bearer $REFRESH"
"""
PYTHON = """\
import json, os
from urllib.request import Request, urlopen

BASE = "{base}"

def call(path, body=None, token=None):
    headers = {{"Content-Type": "application/json", "Accept-Language": "{language}"}}
    if token:
        headers["Authorization"] = f"Bearer {{token}}"
        headers["X-Workspace"] = "{workspace}"
    data = json.dumps(body).encode() if body is not None else None
    with urlopen(Request(BASE + path, data, headers), timeout=10) as answer:
        return json.load(answer)

tokens = call("/auth/login", {{"email": "{email}", "password": os.environ["FLOWIA_PASSWORD"]}})
for lead in call("/leads?level=hot", token=tokens["access"])["results"]:
    print(lead["id"], lead["level"])
"""
JAVASCRIPT = """\
const BASE = "{base}";

async function call(path, {{ body, token }} = {{}}) {{
  const headers = {{ "Content-Type": "application/json", "Accept-Language": "{language}" }};
  if (token) {{
    headers["Authorization"] = `Bearer ${{token}}`;
    headers["X-Workspace"] = "{workspace}";
  }}
  const method = body ? "POST" : "GET";
  const answer = await fetch(BASE + path, {{
    method,
    headers,
    body: body && JSON.stringify(body),
  }});
  if (!answer.ok) throw new Error((await answer.json()).code);
  return answer.json();
}}

const password = process.env.FLOWIA_PASSWORD;
const tokens = await call("/auth/login", {{ body: {{ email: "{email}", password }} }});
const leads = await call("/leads?level=hot", {{ token: tokens.access }});
console.log(leads.results.length);
"""


@dataclass(frozen=True)
class Example:
    """One ready example; `name` is that of the language, the same for everybody."""

    key: str
    name: str
    code: str

    @property
    def lines(self) -> int:
        """Return how many lines it has, for the height of its field."""
        return self.code.count("\n") + 1


def examples(
    base: str, email: str, *, workspace: str, language: str, said: dict[str, str]
) -> list[Example]:
    """Return the examples for the reader: their address, workspace and language are filled in.

    `said` are the comments in their language: `sign_in`, `ask`, `refresh`. Never a secret.
    """
    values = {"base": base, "email": email, "workspace": workspace, "language": language, **said}
    texts = (("curl", "curl", CURL), ("python", "Python", PYTHON), ("js", "JavaScript", JAVASCRIPT))
    return [Example(key, name, text.format(**values)) for key, name, text in texts]
