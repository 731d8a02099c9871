// The frame of every page: keys, the sheet that tells them, menus that close, messages that go.
// Without this file one presses links, closes menus by their own button, and messages stay.

const OFF = "flowia.drafts.keys-off";
const PATIENCE = 1500;
const SHOWN = 8000;
const HEARD = 150;
const help = document.getElementById("help");
const switched = document.getElementById("keys-on");
let leader = 0;

// --- keys ---------------------------------------------------------------------------------------
function typing(target) {
  return target instanceof Element
    && target.closest("input, textarea, select, dialog, [contenteditable]") !== null;
}

function search() {
  const field = document.querySelector('main [role="search"] input:not([type="hidden"]), main input[type="search"]');
  field?.focus();
  field?.select();
  return Boolean(field);
}

function place(key) {
  return document.querySelector(`[data-go="${CSS.escape(key)}"]`);
}

function close(event) {
  const toast = event.target.closest?.(".toasts > .note");
  if (toast) return toast.remove();
  const open = event.target.closest?.("details.switch[open], details.menu[open]")
    ?? document.querySelector("details.switch[open], details.menu[open]");
  if (!open) return undefined;
  open.open = false;
  return open.querySelector("summary").focus();
}

function pressed(event) {
  const led = leader && place(event.key);
  const late = Date.now() - leader > PATIENCE;
  leader = 0;
  // The second of two keys that comes late does nothing, rather than what it does alone.
  if (led && !late) location.assign(led.href);
  if (led) return true;
  if (event.key === "g") { leader = Date.now(); return true; }
  if (event.key === "?") { help.showModal(); return true; }
  return event.key === "/" && search();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
  if (event.key === "Escape" && !help?.open) close(event);
  if (!help || help.open || !switched.checked || typing(event.target)) return;
  // The rest of a page's keys must not take the second of two for their own.
  if (event.key !== "Shift" && pressed(event)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
});

document.addEventListener("pointerdown", () => { leader = 0; });

// Where a browser keeps nothing, it throws.
function kept() {
  try {
    return localStorage.getItem(OFF);
  } catch {
    return null;
  }
}

function keep(off) {
  try {
    if (off) localStorage.setItem(OFF, "1");
    else localStorage.removeItem(OFF);
  } catch {
    // The keys are as chosen until the next page.
  }
}

if (help) {
  const opener = document.getElementById("help-open");
  opener.hidden = false;
  opener.addEventListener("click", () => help.showModal());
  switched.checked = kept() === null;
  switched.addEventListener("change", () => keep(!switched.checked));
}

// --- menus --------------------------------------------------------------------------------------
document.addEventListener("click", (event) => {
  const open = document.querySelector("details.switch[open]");
  if (open && !open.contains(event.target)) open.open = false;
});

// --- messages -----------------------------------------------------------------------------------
function vanish(toast) {
  let timer = 0;
  const stop = () => clearTimeout(timer);
  const start = () => {
    stop();
    timer = setTimeout(() => {
      if (!toast.matches(":hover, :focus-within")) toast.remove();
    }, SHOWN);
  };
  toast.addEventListener("mouseenter", stop);
  toast.addEventListener("focusin", stop);
  toast.addEventListener("mouseleave", start);
  toast.addEventListener("focusout", start);
  start();
}

function closable(toast, words) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain close";
  button.textContent = "×";
  button.setAttribute("aria-label", words);
  button.addEventListener("click", () => toast.remove());
  toast.append(button);
}

// Screen readers say of a status what comes into it after the page has loaded.
function say(toast) {
  const words = toast.querySelector("p");
  words.remove();
  setTimeout(() => toast.prepend(words), HEARD);
}

const toasts = document.getElementById("toasts");
if (toasts) {
  toasts.classList.add("toasts");
  for (const toast of [...toasts.children]) {
    closable(toast, toasts.dataset.close);
    if (toast.getAttribute("role") !== "alert") say(toast);
    // Who has to read a warning, or may want to undo, has all the time that they need.
    if (toast.classList.contains("success") && !toast.querySelector("form")) vanish(toast);
  }
}

// --- forms with words that are not kept yet -------------------------------------------------------
const changed = new Set();
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form && "guard" in form.dataset) changed.add(form);
});
document.addEventListener("submit", (event) => changed.delete(event.target));
window.addEventListener("beforeunload", (event) => {
  if ([...changed].some((form) => form.isConnected)) event.preventDefault();
});
