// Keeps what somebody wrote when their session ended before it was sent: in this tab, for an hour,
// until the form's page is open again. Without this file the words have to be written anew.

const PLACE = "flowia.words";
const HOUR = 3_600_000;
const TYPED = "textarea, select, input:not([type=hidden], [type=submit], [type=button], [type=file])";
const workspace = document.body.dataset.workspace;

function address(form) {
  return new URL(form.getAttribute("action") || location.href, location.href).pathname;
}

function typed(form) {
  return [...form.elements].filter((field) => field.name && field.matches(TYPED));
}

// Forms of one address are told apart by the names of their fields, and by what is hidden in them.
function shape(form) {
  return typed(form).map((field) => field.name).join(" ");
}

function hidden(form) {
  return [...form.querySelectorAll("input[type=hidden]")]
    .filter((field) => field.name !== "csrfmiddlewaretoken")
    .map((field) => `${field.name}=${field.value}`).join(" ");
}

function ticked(field) {
  return field.type === "checkbox" || field.type === "radio";
}

function differs(field) {
  if (ticked(field)) return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") return [...field.options].some((one) => one.selected !== one.defaultSelected);
  return field.value !== field.defaultValue;
}

// Passwords, keys and sessions are kept nowhere.
function secret(form) {
  return form.method !== "post" || form.autocomplete === "off" || form.querySelector("[type=password]") !== null;
}

// Where a browser keeps nothing, it throws.
function read() {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE));
  } catch {
    return null;
  }
}

function write(words) {
  try {
    if (words) sessionStorage.setItem(PLACE, JSON.stringify(words));
    else sessionStorage.removeItem(PLACE);
  } catch {
    // The words are gone with the page, as without this file.
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!workspace || event.defaultPrevented) return;
  const fields = secret(form) ? [] : typed(form);
  // What was refused once stands in the page as the server wrote it, and is somebody's words none the less.
  const refused = form.querySelector("[aria-invalid=true], .errors") !== null;
  if (!fields.length || !(refused || fields.some(differs))) return write(null);
  write(wordsOf(form));
});

function wordsOf(form) {
  const values = typed(form).map((field) => (ticked(field) ? field.checked : field.value));
  return { workspace, address: address(form), shape: shape(form), hidden: hidden(form), at: Date.now(), values };
}

// Who signs in again from a page that told its end was perhaps still writing.
document.addEventListener("click", (event) => {
  if (!workspace || !event.target.closest?.("[data-ended] a")) return;
  const form = [...document.forms].find((one) => !secret(one) && typed(one).some(differs));
  if (form) write({ ...wordsOf(form), lost: true });
});

function meant(words) {
  const alike = [...document.forms].filter((form) => !secret(form)
    && address(form) === words.address && shape(form) === words.shape);
  return alike.find((form) => hidden(form) === words.hidden) ?? (alike.length === 1 ? alike[0] : null);
}

function giveBack(form, values) {
  const changed = [];
  for (const [at, field] of typed(form).entries()) {
    if (ticked(field)) {
      if (field.checked === values[at]) continue;
      field.checked = values[at];
    } else {
      if (field.value === values[at]) continue;
      field.value = values[at];
    }
    changed.push(field);
  }
  if (!changed.length) return;
  for (let open = changed[0].closest("details"); open; open = open.parentElement.closest("details")) open.open = true;
  for (const field of changed) field.dispatchEvent(new Event("input", { bubbles: true }));
  (changed.find((field) => field.tagName === "TEXTAREA") ?? changed[0]).focus();
}

const words = read();
const told = document.querySelector("main [data-ended] [hidden]");
if (words && Date.now() - words.at > HOUR) write(null);
else if (words && told) {
  // The door: what was sent last was turned away.
  told.hidden = false;
  write({ ...words, lost: true });
} else if (words && workspace) {
  // A page that came after something was sent: it arrived, or its words are wanted here.
  const form = words.lost && words.workspace === workspace ? meant(words) : null;
  if (!words.lost || form || words.workspace !== workspace) write(null);
  if (form) giveBack(form, words.values);
}
