// The keyboard of the drafts' page, and windows that count down.
// Without this file the page works the same, by its forms.

const list = [...document.querySelectorAll(".draft")];
const help = document.getElementById("help");
const undo = document.getElementById("undo");
const switched = document.getElementById("keys-on");
const OFF = "flowia.drafts.keys-off";
const PLACE = "flowia.drafts.place";
const SHORT = 30_000;
let pressed = false;

function current() {
  return list.findIndex((draft) => draft.hasAttribute("aria-current"));
}

function choose(at) {
  const draft = list[Math.max(0, Math.min(at, list.length - 1))];
  if (!draft) return;
  list[current()]?.removeAttribute("aria-current");
  draft.setAttribute("aria-current", "true");
  draft.focus({ preventScroll: true });
  draft.scrollIntoView({ block: "nearest" });
}

function remember() {
  sessionStorage.setItem(PLACE, String(Math.max(0, current())));
}

function open(key) {
  const details = list[current()]?.querySelector(`details[data-key="${key}"]`);
  if (!details) return;
  details.open = true;
  details.querySelector("textarea, select").focus();
}

function press(button) {
  if (!button || pressed) return;
  // A second press before the page has changed would be told that it is decided already.
  pressed = true;
  remember();
  button.form.requestSubmit(button);
}

const KEYS = {
  j: () => choose(current() + 1),
  k: () => choose(current() - 1),
  a: () => press(list[current()]?.querySelector('button[data-key="a"]')),
  e: () => open("e"),
  r: () => open("r"),
  s: () => open("s"),
  u: () => { if (undo && !undo.hidden) press(undo.querySelector("button")); },
};

function typing(target) {
  return target.closest("input, textarea, select, dialog") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || help.open) return;
  if (event.key === "Escape" && event.target.closest(".deed")) {
    const details = event.target.closest(".deed");
    details.open = false;
    choose(list.indexOf(details.closest(".draft")));
    return;
  }
  if (typing(event.target)) return;
  if (event.key === "?") { event.preventDefault(); help.showModal(); return; }
  const act = KEYS[event.key];
  if (!act || !switched.checked) return;
  event.preventDefault();
  act();
});

// Whoever clicks or tabs into a draft has chosen it.
for (const [at, draft] of list.entries()) {
  draft.addEventListener("focusin", () => {
    if (at === current()) return;
    list[current()]?.removeAttribute("aria-current");
    draft.setAttribute("aria-current", "true");
  });
  draft.addEventListener("submit", remember);
}

const opener = document.getElementById("help-open");
opener.hidden = false;
opener.addEventListener("click", () => help.showModal());
switched.checked = localStorage.getItem(OFF) === null;
switched.addEventListener("change", () => {
  if (switched.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
});

// After a decision the next draft stands where the last one stood.
const place = sessionStorage.getItem(PLACE);
sessionStorage.removeItem(PLACE);
const refused = document.querySelector('.draft [aria-invalid="true"]');
if (refused) refused.focus();
else if (place !== null) choose(Number(place));
// The keys work at once, on the first draft; the focus stays where it is.
else list[0]?.setAttribute("aria-current", "true");

function inWords(milliseconds) {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  const parts = [[Math.floor(minutes / 1440), "day"], [Math.floor(minutes / 60) % 24, "hour"],
    [minutes % 60, "minute"]].filter(([number, unit]) => number || (!minutes && unit === "minute"));
  return parts.slice(0, 2).map(([number, unit]) => new Intl.NumberFormat(
    document.documentElement.lang, { style: "unit", unit, unitDisplay: "long" }).format(number)).join(", ");
}

// By the server's clock: this device's may be wrong.
const page = document.querySelector("[data-now]");
const ahead = page ? Date.parse(page.dataset.now) - Date.now() : 0;

function count() {
  for (const time of document.querySelectorAll("[data-left]")) {
    time.textContent = inWords(Date.parse(time.dateTime) - Date.now() - ahead);
  }
}

count();
setInterval(count, SHORT);
