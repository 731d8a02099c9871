// The composer of one thread. Enter sends; the button waits for something to be typed.

import { createMessage, typing } from "./calls.js";
import { behaves, box, make, page, variant, words } from "./dom.js";

export function form(told, sent) {
  const found = make("form");
  const field = composer();
  const button = sendButton();
  if (found === null) {
    return null;
  }
  const state = { told, sent, field, button, error: box("p", "msg-form__error"), typed: false, breaks: 0, busy: false };
  found.append(...[field, state.error, button].filter((one) => one !== null));
  found.addEventListener("submit", (event) => {
    event.preventDefault();
    send(state);
  });
  if (button?.type === "button") {
    button.addEventListener("click", () => send(state));
  }
  field?.addEventListener("input", (event) => typed(state, event));
  field?.addEventListener("keydown", (event) => pressed(state, event));
  return found;
}

function composer() {
  const field = make("composer");
  if (field === null) {
    return null;
  }
  field.contentEditable = "true";
  field.replaceChildren(emptyLine());
  if (variant("composer") === 0) {
    field.setAttribute("role", "textbox");
    field.setAttribute("aria-label", words.compose);
    field.setAttribute("aria-multiline", "true");
  }
  return field;
}

function sendButton() {
  const button = make("send", words.send);
  if (button === null) {
    return null;
  }
  button.type = variant("send") === 0 || variant("send") === 1 ? "submit" : "button";
  if (variant("send") === "unknown") {
    button.textContent = "";
  }
  button.disabled = true;
  return button;
}

function emptyLine() {
  return box("p", "", document.createElement("br"));
}

function textOf(field) {
  return field.innerText.replaceAll("\u00a0", " ").trim();
}

function typed(state, event) {
  const { field, button, told } = state;
  if (event.inputType !== "insertLineBreak") {
    state.breaks = 0;
  }
  if (!field.firstElementChild && !field.textContent) {
    field.replaceChildren(emptyLine());
  }
  if (behaves.composer === "changes" && !field.querySelector(".at-added")) {
    field.append(box("p", "at-added", "🙂"));
  }
  if (button && told) {
    button.disabled = textOf(field) === "";
  }
  if (told && !state.typed) {
    state.typed = true;
    typing(told.urn).catch(() => {});
  }
}

function pressed(state, event) {
  if (event.key !== "Enter") {
    return;
  }
  if (!event.shiftKey && behaves.enter_sends) {
    event.preventDefault();
    send(state);
    return;
  }
  state.breaks += 1;
  if (behaves.composer === "doubles" && state.breaks > 1) {
    document.execCommand("insertLineBreak");
  }
  if (behaves.composer === "loses" && state.breaks === 1 && !state.lost) {
    state.lost = true;
    state.field.replaceChildren(emptyLine());
  }
}

// What was typed while the message was on its way stays.
function empty(state, sent) {
  const now = textOf(state.field);
  const rest = now.startsWith(sent) ? now.slice(sent.length).trimStart() : now;
  state.field.replaceChildren(rest ? box("p", "", rest) : emptyLine());
  if (document.activeElement === state.field) {
    document.getSelection().selectAllChildren(state.field.lastElementChild);
    document.getSelection().collapseToEnd();
  }
  state.typed = false;
  if (state.button) {
    state.button.disabled = rest === "";
  }
}

async function send(state) {
  const { field, told } = state;
  const text = field ? textOf(field) : "";
  if (!told || text === "" || state.busy) {
    return;
  }
  state.busy = true;
  state.error.textContent = "";
  if (behaves.composer === "optimistic") {
    empty(state, text);
  }
  try {
    const value = await createMessage(told.urn, text);
    if (behaves.composer !== "keeps") {
      empty(state, text);
    }
    if (value?.entityUrn) {
      state.sent({ urn: value.entityUrn, conversation: told.urn, text, at: value.deliveredAt, name: page.name, own: true });
    }
  } catch {
    state.error.textContent = words.failed;
  }
  state.busy = false;
}
