// Keeps the inbox's list fresh: every 6 seconds it asks whether anything of it has changed.
// Without this file the page works the same, one reload later.

const live = document.getElementById("live");
const news = document.getElementById("news");
const PAUSE = 6000;
const LONGEST = 120_000;
let pause = PAUSE;
let timer = 0;
let over = false;

function version() {
  return live.querySelector("[data-version]")?.dataset.version ?? "";
}

// A link is found again by its address, and so is the row one was looking at.
function twin(link, root) {
  return [...root.querySelectorAll("a")].find((one) => one.getAttribute("href") === link.getAttribute("href"));
}

function looked() {
  return [...live.querySelectorAll("a.row")].find((row) => row.getBoundingClientRect().bottom > 0);
}

function replace(html) {
  const fresh = document.createElement("div");
  fresh.innerHTML = html;
  const ended = fresh.querySelector("[data-ended]");
  if (ended) return end(ended);
  const stamp = fresh.querySelector("[data-version]")?.dataset.version;
  if (!stamp || stamp === version()) return;
  const focused = live.contains(document.activeElement) ? document.activeElement : null;
  const seen = scrollY > 0 ? looked() : null;
  const top = seen?.getBoundingClientRect().top;
  live.replaceChildren(...fresh.childNodes);
  if (focused?.tagName === "A") twin(focused, live)?.focus({ preventScroll: true });
  const again = seen && twin(seen, live);
  if (again) scrollBy(0, again.getBoundingClientRect().top - top);
  // The same words again are said only if they were gone meanwhile.
  news.textContent = "";
  setTimeout(() => { news.textContent = news.dataset.words; }, 200);
}

// The session has ended: the page says so, and asks no more.
function end(words) {
  over = true;
  live.prepend(words);
}

async function refresh() {
  if (document.hidden || over) return;
  try {
    const answer = await fetch(location.href, {
      headers: {
        "X-Fragment": version(),
        // Another tab may have chosen another workspace since.
        "X-Workspace": document.body.dataset.workspace ?? "",
        Accept: "text/html",
      },
      redirect: "error",
    });
    if (answer.status === 200) replace(await answer.text());
    // The list is the same, and up to date with what has happened since.
    const same = answer.headers.get("X-Version");
    if (same) live.querySelector("[data-version]").dataset.version = same;
    pause = answer.ok ? PAUSE : Math.min(pause * 2, LONGEST);
  } catch {
    // The network is away: asked again later and later.
    pause = Math.min(pause * 2, LONGEST);
  }
  if (!over) wait();
}

function wait() {
  clearTimeout(timer);
  timer = setTimeout(refresh, pause);
}

if (live) {
  wait();
  // Nobody looks at a hidden tab: it asks again once it is seen.
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden) refresh();
  });
}
