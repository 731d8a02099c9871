// Keeps an open page fresh: every 3 seconds it asks for its own changing part.
// Without this file the page works the same, one reload later.

const live = document.getElementById("live");
const news = document.getElementById("news");
const PAUSE = 3000;
let over = false;

function version(root) {
  return root.querySelector("[data-version]")?.dataset.version;
}

function awaits(root) {
  return root.querySelector("[data-awaits]") !== null;
}

function replace(html) {
  const fresh = document.createElement("div");
  const kept = [];
  fresh.innerHTML = html;
  const ended = fresh.querySelector("[data-ended]");
  if (ended) return end(ended);
  if (!version(fresh) || version(fresh) === version(live)) return;
  // What was waited for has come: the rest of the page is another one now, too.
  if (awaits(live) && !awaits(fresh)) return location.reload();
  for (const open of live.querySelectorAll("details[open]")) {
    const twin = fresh.querySelector(`#${CSS.escape(open.id)}`);
    if (twin) twin.open = true;
  }
  // Words that somebody is writing stay; so does the form that holds them.
  for (const form of live.querySelectorAll("[data-keep]")) {
    const twin = fresh.querySelector(`#${CSS.escape(form.id)}`);
    const typed = [...form.querySelectorAll("textarea")].some((area) => area.value.trim()
      && area.value !== twin?.querySelector(`#${CSS.escape(area.id)}`)?.value);
    if (twin && typed) kept.push([form, twin]);
  }
  const focused = live.contains(document.activeElement) ? path(document.activeElement) : null;
  for (const [form, twin] of kept) twin.replaceWith(form);
  live.replaceChildren(...fresh.childNodes);
  if (focused) live.querySelector(focused)?.focus({ preventScroll: true });
  news.textContent = news.dataset.words;
}

// A summary is found again by its <details>, a button without an id by its value.
function path(element) {
  if (element.tagName === "SUMMARY") return `#${CSS.escape(element.parentElement.id)} > summary`;
  if (element.id) return `#${CSS.escape(element.id)}`;
  if (element.tagName === "BUTTON") return `button[value="${CSS.escape(element.value)}"]`;
  return null;
}

// The session has ended: the page says so, and asks no more. What somebody writes stays where it is.
function end(words) {
  over = true;
  live.prepend(words);
}

async function refresh() {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, {
        headers: {
          "X-Fragment": "1",
          // Another tab may have chosen another workspace since.
          "X-Workspace": document.body.dataset.workspace ?? "",
          Accept: "text/html",
        },
        redirect: "error",
      });
      if (answer.ok) replace(await answer.text());
      // What was waited for lives on in another row: its page knows where.
      if (answer.status === 404) return awaits(live) ? location.reload() : undefined;
    } catch {
      // The network is away: the next look will tell.
    }
  }
  if (!over) setTimeout(refresh, PAUSE);
}

if (live) setTimeout(refresh, PAUSE);
