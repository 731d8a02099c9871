// The list of conversations: only a few rows are in the document, whatever there is to scroll.

import { behaves, box, clock, isMissing, make, variant, words } from "./dom.js";

const ROW = 76;
const AD = "ad";

export class List {
  constructor(place, { open, more }) {
    Object.assign(this, { open, more, known: new Map(), cursor: null, current: "", order: null, rows: new Map() });
    this.box = make("list");
    if (this.box === null) {
      return;
    }
    if (variant("list") === 0) {
      this.box.setAttribute("aria-label", words.list);
    }
    this.box.addEventListener("scroll", () => this.scrolled());
    this.box.style.height = `${Math.max(behaves.rows - 2, 1) * ROW}px`;
    place.append(this.box);
    if (behaves.reorders_ms) {
      window.setTimeout(() => this.reorder(), behaves.reorders_ms);
    }
  }

  add(conversations) {
    for (const one of conversations) {
      this.known.set(one.urn, one);
    }
    this.show();
  }

  newest() {
    return this.sorted()[0];
  }

  sorted() {
    const found = [...this.known.values()].sort((one, other) => other.at - one.at);
    if (this.order) {
      const place = (one) => (this.order.indexOf(one.urn) + 1 || Infinity);
      found.sort((one, other) => place(one) - place(other));
    }
    return found;
  }

  // Another order than the one that was just read: the first six turn round.
  reorder() {
    const urns = this.sorted().map((one) => one.urn);
    this.order = [...urns.slice(0, 6).reverse(), ...urns.slice(6)];
    this.show();
  }

  async scrolled() {
    this.show();
    const { scrollTop, clientHeight, scrollHeight } = this.box;
    if (behaves.list_more === "scroll" && scrollTop + clientHeight > scrollHeight - 2 * ROW) {
      await this.load();
    }
  }

  async load() {
    if (this.cursor && !this.loading) {
      this.loading = true;
      await this.more();
      this.loading = false;
    }
  }

  show() {
    if (this.box === null) {
      return;
    }
    const items = this.sorted();
    items.splice(3, 0, AD);
    const first = Math.max(0, Math.min(Math.floor(this.box.scrollTop / ROW) - 1, items.length - behaves.rows));
    const shown = items.slice(first, first + behaves.rows);
    const below = Math.max(0, items.length - first - shown.length);
    const rows = shown.map((one) => (one === AD ? this.ad() : this.row(one)));
    const parts = [this.spacer(first), ...rows, this.spacer(below)];
    if (behaves.list_more === "button" && this.cursor && !isMissing("more")) {
      parts.push(this.button());
    }
    const now = [...this.box.children];
    if (now.length !== parts.length || parts.some((one, place) => one !== now[place])) {
      this.box.replaceChildren(...parts);
    }
  }

  row(told) {
    const mark = JSON.stringify([told, told.urn === this.current]);
    const kept = this.rows.get(told.urn);
    if (kept && kept.mark === mark) {
      return kept.row;
    }
    const row = drawn(told, told.urn === this.current, () => this.open(told, "click"));
    this.rows.set(told.urn, { mark, row });
    return row;
  }

  ad() {
    this.adRow ??= box("li", `${rowClass()} at-row msg-conversations-container__ad`, box("div", "ad-slot", words.ad));
    return this.adRow;
  }

  spacer(rows) {
    const found = box("li", `${rowClass()} msg-conversations-container__spacer`);
    found.style.height = `${rows * ROW}px`;
    return found;
  }

  button() {
    const button = make("more", variant("more") === "unknown" ? "…" : words.more);
    button.type = "button";
    button.addEventListener("click", () => this.load());
    return box("li", "msg-conversations-container__more", button);
  }
}

function rowClass() {
  return variant("row") === 0 ? "msg-conversation-listitem" : "";
}

function drawn(told, current, open) {
  const row = make("row") ?? document.createElement("li");
  const link = make("row_link") ?? document.createElement("div");
  row.classList.toggle("active", current);
  link.tabIndex = 0;
  link.addEventListener("click", open);
  link.append(
    ...[make("name", told.name), box("time", "msg-conversation-listitem__time-stamp", clock(told.at)), snippet(told)]
      .filter((one) => one !== null),
  );
  if (told.unread && behaves.badge && !isMissing("unread")) {
    link.append(badge(told));
    row.classList.toggle("msg-conversation-listitem--unread", variant("unread") === 2);
  }
  if (variant("row") !== "unknown" && variant("name") !== "unknown") {
    row.append(label(told));
  }
  row.append(link);
  return row;
}

function snippet(told) {
  const before = told.last?.own ? `${words.you}${words.colon}` : "";
  return make("snippet", told.last ? `${before}${told.last.text.split("\n")[0]}` : "");
}

function badge(told) {
  const found = make("unread", String(told.unread));
  const say = told.unread === 1 ? words.unread_one : words.unread.replace("{n}", told.unread);
  return box("span", "notification-badge", found, box("span", "visually-hidden", say));
}

function label(told) {
  const found = box("label", "visually-hidden", box("input", ""));
  found.firstChild.type = "checkbox";
  found.setAttribute("aria-label", words.select.replace("{name}", told.name));
  return found;
}
