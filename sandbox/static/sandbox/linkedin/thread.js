// A thread's panel: who it is with, what was said, and its own composer.

import { behaves, box, clock, day, make, page, variant, words } from "./dom.js";
import { form } from "./composer.js";

export class Panel {
  constructor(told, closed = "") {
    this.told = told;
    this.known = new Map();
    this.box = box("div", "msg-convo-wrapper msg-thread");
    this.list = make("panel");
    this.box.append(...[header(told), this.list].filter((one) => one !== null));
    const below = closed ? closedNote(told, closed) : form(told, (one) => this.add([one]));
    if (below) {
      this.box.append(below);
    }
  }

  add(messages) {
    for (const one of messages) {
      this.known.set(one.urn, one);
    }
    if (this.list === null) {
      return;
    }
    const sorted = [...this.known.values()].sort((one, other) => one.at - other.at);
    let before = null;
    const events = [];
    for (const one of sorted) {
      events.push(event(one, before));
      before = one;
    }
    this.list.replaceChildren(...events.filter((one) => one !== null));
    this.list.scrollTop = this.list.scrollHeight;
  }
}

export function note(heading, more = "") {
  return box("div", "msg-convo-wrapper", box("h2", "artdeco-empty-state__headline", heading), box("p", "", more));
}

export function newMessage() {
  const field = box("input", "msg-connections-typeahead__search-field");
  field.placeholder = words.recipient;
  return box("div", "msg-convo-wrapper", box("h2", "", words.new), field, form(null, () => {}));
}

function header(told) {
  const title = make("title", told.name);
  const kept = box("div", "msg-title-bar", box("div", "msg-entity-lockup", title));
  if (title?.tagName === "A") {
    title.href = "#";
  }
  return kept;
}

function event(told, before) {
  const inner = box("div", "msg-s-event-listitem");
  inner.dataset.eventUrn = told.urn;
  if (!told.own) {
    inner.classList.add(variant("incoming") === "unknown" ? "qx-incoming" : "msg-s-event-listitem--other");
  }
  if (!before || before.name !== told.name || day(before.at) !== day(told.at)) {
    inner.append(meta(told));
  }
  const body = make("body", told.text);
  inner.append(...[body].filter((one) => one !== null));
  const row = make("event");
  if (row && (!before || day(before.at) !== day(told.at))) {
    row.append(box("time", "msg-s-message-list__time-heading", day(told.at)));
  }
  row?.append(inner);
  return row;
}

function meta(told) {
  return box("div", "msg-s-message-group__meta", make("sender", told.name), make("time", clock(told.at)));
}

function closedNote(told, closed) {
  if (closed === "upsell") {
    const more = box("a", "artdeco-button--premium", words.upsell.replace("{name}", told.name));
    more.href = `${page.base}/premium/products/`;
    return box("div", "msg-inmail-upsell", more);
  }
  return closed === "notice" ? box("div", "msg-form__disabled-note", box("p", "", words.notice)) : null;
}

/** The small window of another thread at the bottom right, which comes first in the document. */
export function overlay(told, messages) {
  const panel = new Panel(told);
  panel.box.className = "msg-overlay-conversation-bubble";
  panel.add(messages);
  document.body.prepend(box("aside", "msg-overlay-container", panel.box));
  return panel;
}

export function staleFor(previous, fresh, place) {
  if (!previous || behaves.stale === "") {
    place.replaceChildren(fresh);
  } else if (behaves.stale === "hidden" || behaves.stale === "under") {
    previous.hidden = behaves.stale === "hidden";
    place.replaceChildren(previous, fresh);
  } else {
    place.replaceChildren(previous);
    if (behaves.stale === "late") {
      window.setTimeout(() => place.replaceChildren(fresh), behaves.stale_ms);
    }
  }
}
