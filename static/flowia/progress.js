// Follows a replay while it runs: every 2 seconds the page asks for its own changing part.
// Without this file the page works the same, one reload later.

const live = document.getElementById("live");
const news = document.getElementById("news");
const PAUSE = 2000;

function runs(root) {
  return root.querySelector("[data-running]") !== null;
}

function replace(html) {
  const fresh = document.createElement("div");
  fresh.innerHTML = html;
  const before = live.querySelector("[data-version]")?.dataset.version;
  const after = fresh.querySelector("[data-version]")?.dataset.version;
  // An answer without a replay is some other page: the session has ended.
  if (!after || after === before) return;
  const pressed = live.contains(document.activeElement) ? document.activeElement.value : "";
  live.replaceChildren(...fresh.childNodes);
  if (pressed) live.querySelector(`button[value="${CSS.escape(pressed)}"]`)?.focus({ preventScroll: true });
  if (!runs(live)) news.textContent = live.querySelector("#run").textContent;
}

async function refresh() {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, {
        headers: { "X-Fragment": "1", Accept: "text/html" },
        redirect: "error",
      });
      if (answer.ok) replace(await answer.text());
      if (answer.status === 404) return;
    } catch {
      // The network is away: the next look will tell.
    }
  }
  if (runs(live)) setTimeout(refresh, PAUSE);
}

if (live && runs(live)) setTimeout(refresh, PAUSE);
