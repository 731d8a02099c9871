// Reads the page's health again every few seconds while somebody looks at it.
// Without this file the page works the same: its link reads again.

const part = document.getElementById("health");
const seconds = Number(part?.dataset.seconds ?? 0);

async function again() {
  if (document.hidden) return;
  const answer = await fetch(location.pathname, { headers: { accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("health");
  if (!fresh || part.contains(document.activeElement)) return;
  // A state that did not change is not said again to who listens to the page.
  const [old, said] = [part.querySelector(".state"), fresh.querySelector(".state")];
  if (old && said && old.textContent === said.textContent) said.replaceWith(old.cloneNode(true));
  part.replaceChildren(...fresh.childNodes);
}

if (seconds) setInterval(again, seconds * 1000);
