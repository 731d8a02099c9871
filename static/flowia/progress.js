// Follows a replay while it runs: every 2 seconds the page asks for its own changing part.
// Without this file the page works the same, one reload later.

const live = document.getElementById("live");
const news = document.getElementById("news");
const PAUSE = 2000;
let over = false;

function runs(root) {
  return root.querySelector("[data-running]") !== null;
}

function replace(html) {
  const fresh = document.createElement("div");
  fresh.innerHTML = html;
  const ended = fresh.querySelector("[data-ended]");
  if (ended) return end(ended);
  const before = live.querySelector("[data-version]")?.dataset.version;
  const after = fresh.querySelector("[data-version]")?.dataset.version;
  if (!after || after === before) return;
  const pressed = live.contains(document.activeElement) ? document.activeElement.value : "";
  live.replaceChildren(...fresh.childNodes);
  if (pressed) live.querySelector(`button[value="${CSS.escape(pressed)}"]`)?.focus({ preventScroll: true });
  hold(runs(live));
  if (!runs(live)) news.textContent = live.querySelector("#run").textContent;
}

// What begins another run stands outside of the part that changes: it waits for this one, and says so.
function hold(busy) {
  for (const button of document.querySelectorAll("[data-idle]")) button.disabled = busy;
  for (const reason of document.querySelectorAll("[data-busy]")) reason.hidden = !busy;
}

// The session has ended: the page says so, and asks no more.
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
      if (answer.status === 404) return;
    } catch {
      // The network is away: the next look will tell.
    }
  }
  if (runs(live) && !over) setTimeout(refresh, PAUSE);
}

if (live && runs(live)) setTimeout(refresh, PAUSE);
