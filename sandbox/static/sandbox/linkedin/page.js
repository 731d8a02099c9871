// LinkedIn's messaging page: a list, one open thread, and what arrives meanwhile.

import * as calls from "./calls.js";
import { behaves, page, words } from "./dom.js";
import { List } from "./list.js";
import { newMessage, note, overlay, Panel, staleFor } from "./thread.js";

const detail = document.querySelector("[data-detail]");
const place = document.querySelector("[data-list]");
const AGAIN_MS = 1500;
let panel = null;
let small = null;
const list = new List(place, { open, more });

async function more() {
  const { found, cursor } = await calls.conversations(list.cursor);
  list.cursor = cursor;
  list.add(found);
}

async function open(told, how) {
  const previous = panel?.box ?? null;
  const fresh = new Panel(told, page.closed[told.thread] ?? "");
  panel = fresh;
  list.current = told.urn;
  if (how !== "address") {
    window.history.pushState({}, "", `${page.base}/messaging/thread/${encodeURIComponent(told.thread)}/`);
  }
  calls.markRead(told.urn, how).then(() => read(told)).catch(() => {});
  staleFor(previous, fresh.box, detail);
  list.show();
  try {
    fresh.add(await calls.messages(told.urn));
  } catch {
    fresh.box.replaceChildren(note(words.wrong, words.again));
  }
}

function read(told) {
  told.unread = 0;
  list.show();
}

async function start() {
  calls.me().catch(() => {});
  try {
    await more();
  } catch {
    place.append(note(words.wrong, words.again));
    return;
  }
  const target = await wanted();
  if (target && behaves.stale !== "") {
    await mountAnother(target);
  }
  if (behaves.overlay) {
    await openOverlay(target);
  }
  if (target) {
    await open(target, page.opens === "newest" ? "auto" : "address");
  } else if (page.opens === "new") {
    detail.replaceChildren(newMessage());
  } else if (page.opens === "wrong") {
    detail.replaceChildren(note(words.wrong, words.again));
  } else {
    detail.replaceChildren(note(words.empty));
  }
}

async function wanted() {
  if (page.opens === "newest") {
    return list.newest() ?? null;
  }
  if (["new", "nothing", "wrong"].includes(page.opens)) {
    return null;
  }
  const urn = calls.urnOf(page.opens);
  return list.known.get(urn) ?? (await calls.oneConversation(urn)) ?? null;
}

// A thread that was open before, as after a journey through the page's other threads.
async function mountAnother(target) {
  const before = list.sorted().find((one) => one.urn !== target.urn);
  if (before) {
    panel = new Panel(before);
    panel.add(await calls.messages(before.urn));
    detail.replaceChildren(panel.box);
  }
}

async function openOverlay(target) {
  const others = list.sorted().filter((one) => one.urn !== target?.urn);
  const told = others.find((one) => one.thread === behaves.overlay) ?? (behaves.overlay === "other" && others[0]);
  if (told) {
    small = overlay(told, await calls.messages(told.urn));
  }
}

async function listen() {
  let { since } = page;
  for (;;) {
    try {
      const heard = await calls.news(since);
      since = heard.since;
      heard.events.forEach(arrived);
    } catch {
      await new Promise((resolve) => window.setTimeout(resolve, AGAIN_MS));
    }
  }
}

function arrived(event) {
  const told = calls.conversation(event.conversation);
  const message = calls.message(event.message);
  list.add([told]);
  for (const one of [panel, small]) {
    if (one?.told.urn === told.urn) {
      one.add([message]);
    }
  }
  if (panel?.told.urn === told.urn && !message.own) {
    calls.markRead(told.urn, "live").then(() => read(told)).catch(() => {});
  }
}

start().catch(() => detail.replaceChildren(note(words.wrong, words.again)));
if (behaves.live) {
  listen();
}
