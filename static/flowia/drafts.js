// The keyboard of the drafts' page. The sheet of keys, and whether they are switched on, are the
// frame's (frame.js); the windows that count down are left.js's.
// Without this file the page works the same, by its forms.

const list = [...document.querySelectorAll(".draft")];
const help = document.getElementById("help");
const undo = document.getElementById("undo");
const switched = document.getElementById("keys-on");
const PLACE = "flowia.drafts.place";
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
  try {
    sessionStorage.setItem(PLACE, String(Math.max(0, current())));
  } catch {
    // A browser that keeps nothing begins with the first draft again.
  }
}

function remembered() {
  try {
    const kept = sessionStorage.getItem(PLACE);
    sessionStorage.removeItem(PLACE);
    return kept;
  } catch {
    return null;
  }
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

// After a decision the next draft stands where the last one stood.
const place = remembered();
const refused = document.querySelector('.draft [aria-invalid="true"]');
if (refused) refused.focus();
else if (place !== null) choose(Number(place));
// The keys work at once, on the first draft; the focus stays where it is.
else list[0]?.setAttribute("aria-current", "true");
