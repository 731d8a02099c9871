"""What a page is made of, without a word of what it says: for operators, after a drift.

No text, no address, no id, no URN and no value leaves the browser: the script below keeps tags,
roles, classes and a few switches, and labels only where they are phrases of the page itself.
"""

from playwright.sync_api import Error, Page

from social.providers.linkedin.phrases import PHRASES

MOST_ELEMENTS, DEEPEST, LONGEST = 1500, 40, 60_000
LONGEST_CLASS = 80
SCRIPT = """
({phrases, most, deepest}) => {
  const known = phrases.map((one) => one.toLowerCase());
  const dropped = new Set(["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "SVG", "PATH", "HEAD"]);
  let left = most;
  const clean = (name) => name.length <= 60 && !/\\d{3,}|urn|%/i.test(name);
  const told = (element) => {
    const parts = [];
    const role = element.getAttribute("role");
    if (role && /^[a-z]{1,30}$/.test(role)) parts.push(`role="${role}"`);
    const names = [...element.classList].filter(clean).slice(0, 8).join(" ");
    if (names) parts.push(`class="${names.replace(/[^\\w \\-]/g, "")}"`);
    const label = (element.getAttribute("aria-label") || "").trim().toLowerCase();
    if (label) {
      const phrase = known.find((one) => label === one);
      parts.push(phrase ? `aria-label="${phrase.replace(/"/g, "")}"` : "aria-label");
    }
    for (const name of ["contenteditable", "disabled", "hidden", "type", "href", "tabindex"]) {
      if (element.hasAttribute(name)) parts.push(name);
    }
    return [element.tagName.toLowerCase(), ...parts].join(" ");
  };
  const walk = (element, depth) => {
    if (left <= 0 || depth > deepest || dropped.has(element.tagName.toUpperCase())) return "";
    left -= 1;
    const inner = [...element.children].map((one) => walk(one, depth + 1)).join("");
    const said = [...element.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
    return `<${told(element)}>${said ? "…" : ""}${inner}</${element.tagName.toLowerCase()}>`;
  };
  return document.body ? walk(document.body, 0) : "";
}
"""


def structure(page: Page) -> str:
    """Return the structure of the page as bounded HTML, "" where it cannot be had."""
    known = [one.text for wordings in PHRASES.values() for one in wordings]
    asked = {"phrases": known, "most": MOST_ELEMENTS, "deepest": DEEPEST}
    try:
        return str(page.evaluate(SCRIPT, asked))[:LONGEST]
    except Error:
        return ""
