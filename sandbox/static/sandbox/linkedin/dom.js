// How each element looks in the document: its newest form, an older one, an unknown one, or none.

const FORMS = {
  list: [["ul", ""], ["ul", "msg-conversations-container__conversations-list"]],
  row: [["li", "msg-conversation-listitem"], ["li", "msg-conversations-container__convo-item"], ["li", ""]],
  row_link: [
    ["div", "msg-conversation-listitem__link"],
    ["span", "msg-conversation-listitem__link"],
    ["div", "msg-conversation-card__content--selectable"],
  ],
  name: [
    ["h3", "msg-conversation-listitem__participant-names"],
    ["h3", "msg-conversation-card__participant-names"],
    ["h3", ""],
  ],
  snippet: [["p", "msg-conversation-card__message-snippet"]],
  unread: [
    ["span", "msg-conversation-listitem__unread-count"],
    ["span", "msg-conversation-card__unread-count"],
    ["span", ""],
    ["span", "notification-badge__count"],
  ],
  more: [["button", ""]],
  panel: [["ul", "msg-s-message-list-content"], ["ul", "msg-s-message-list"]],
  event: [["li", "msg-s-message-list__event"], ["li", ""]],
  body: [["p", "msg-s-event-listitem__body"]],
  sender: [["span", "msg-s-message-group__name"]],
  time: [["time", "msg-s-message-group__timestamp"], ["time", ""]],
  title: [["h2", "msg-entity-lockup__entity-title"], ["a", "msg-thread__link-to-profile"], ["h2", ""]],
  form: [["form", "msg-form"]],
  composer: [["div", ""], ["div", "msg-form__contenteditable"]],
  send: [["button", "msg-form__send-button"], ["button", ""], ["button", ""]],
};

export const page = JSON.parse(document.getElementById("page").textContent);
export const { words, behaves } = page;

export function variant(name) {
  return behaves.renamed[name] ?? 0;
}

export function isMissing(name) {
  return behaves.missing.includes(name);
}

/** Make an element of the page's vocabulary, or null where it is missing today. */
export function make(name, text = "") {
  if (isMissing(name)) {
    return null;
  }
  const chosen = variant(name);
  const known = FORMS[name][chosen === "unknown" ? 0 : chosen];
  const strange = name === "title" || name === "name" ? "div" : known[0];
  const found = document.createElement(chosen === "unknown" ? strange : known[0]);
  found.className = chosen === "unknown" ? `qx-${name}` : known[1];
  found.classList.add(`at-${name}`);
  found.textContent = text;
  return found;
}

/** Make any other element, around `inside` (nulls are left out). */
export function box(tag, className, ...inside) {
  const found = document.createElement(tag);
  found.className = className;
  found.append(...inside.filter((one) => one !== null));
  return found;
}

export function clock(ms) {
  return new Date(ms).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
}

export function day(ms) {
  const then = new Date(ms);
  if (then.toDateString() === new Date().toDateString()) {
    return words.today;
  }
  return then.toLocaleDateString(document.documentElement.lang, { day: "numeric", month: "short" });
}
