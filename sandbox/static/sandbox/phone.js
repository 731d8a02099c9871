// The page's movement: sends without reloading, asks every second what is new, counts down.
// Without this file the page still works: its forms post, and "Refresh" shows what is new.
"use strict";

(() => {
  const page = document.querySelector("[data-page]");
  const find = (name) => page.querySelector(`[data-${name}]`);
  const form = find("write");
  const field = form.elements.text;
  const bubbles = find("bubbles");
  const problem = find("problem");
  const csrf = form.elements.csrfmiddlewaretoken.value;
  let sending = false;

  const contact = () => page.dataset.contact;

  function nodeFrom(part) {
    const template = document.createElement("template");
    template.innerHTML = part.html.trim();
    const node = template.content.firstElementChild;
    node.source = part.html;
    return node;
  }

  // Makes the list's children match `parts` and touches only what changed, so that an opened
  // <details> stays open and a screen reader hears only what is new.
  function sync(list, parts) {
    const old = new Map([...list.children].map((node) => [node.dataset.key, node]));
    let place = list.firstElementChild;
    for (const part of parts) {
      let node = old.get(part.key);
      old.delete(part.key);
      if (node && node.source === undefined) node.source = part.html;
      if (!node || node.source !== part.html) {
        const fresh = nodeFrom(part);
        if (node) {
          const open = node.querySelector("details")?.open;
          const details = fresh.querySelector("details");
          if (open && details) details.open = true;
          if (node === place) place = node.nextElementSibling;
          node.remove();
        }
        node = fresh;
      }
      if (node === place) place = place.nextElementSibling;
      else list.insertBefore(node, place);
    }
    old.forEach((node) => node.remove());
  }

  function fill(name, html) {
    const box = find(name);
    if (box.source === html) return;
    box.source = html;
    if (box.contains(document.activeElement)) return;
    box.innerHTML = html;
    for (const inner of box.querySelectorAll("form")) {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name: "csrfmiddlewaretoken", value: csrf });
      inner.append(input);
    }
  }

  const inPublic = () => page.dataset.place === "post";

  function where(id) {
    const query = new URLSearchParams({ account: page.dataset.account, contact: id });
    if (inPublic()) query.set("place", "post");
    return query;
  }

  function remember(id) {
    if (!id || id === contact()) return;
    page.dataset.contact = id;
    for (const input of page.querySelectorAll("[data-contact-field]")) input.value = id;
    const query = where(id);
    history.replaceState(null, "", `/?${query}`);
    find("refresh").href = `/?${query}`;
  }

  async function look() {
    if (!contact()) return;
    const answer = await fetch(`${page.dataset.thread}?${where(contact())}`);
    if (!answer.ok) return;
    const news = await answer.json();
    page.dataset.parent = news.parent;
    const atEnd = bubbles.scrollHeight - bubbles.scrollTop - bubbles.clientHeight < 80;
    const before = bubbles.children.length;
    sync(bubbles, news.bubbles);
    if (bubbles.children.length !== before && atEnd) bubbles.scrollTop = bubbles.scrollHeight;
    sync(find("steps"), news.steps);
    fill("state", news.state);
    fill("lead", news.lead);
    find("hint").hidden = news.bubbles.length > 0;
    find("no-steps").hidden = news.steps.length > 0;
    count();
  }

  function count() {
    for (const span of page.querySelectorAll("[data-until]")) {
      const left = Math.max(0, Math.ceil((new Date(span.dataset.until) - Date.now()) / 1000));
      const text = `${left} s`;
      if (span.textContent !== text) span.textContent = text;
    }
  }

  async function send(url, body) {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ account: page.dataset.account, contact: contact(), ...body }),
    });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.error);
    if (said.status === 0) throw new Error(page.dataset.unreachable);
    return said;
  }

  // A comment goes below the person's first one; the owner answers that one.
  function about(url) {
    const parent = page.dataset.parent;
    if (!inPublic()) return {};
    return url === "/human" ? { comment: parent } : { kind: "comment", parent };
  }

  form.addEventListener("submit", async (event) => {
    const pressed = event.submitter;
    const text = pressed?.name === "suggestion" ? pressed.value : field.value;
    if (!text.trim() || (pressed?.name === "by_hand" && !contact())) return;
    event.preventDefault();
    if (sending) return;
    sending = true;
    problem.textContent = "";
    try {
      const url = pressed?.name === "by_hand" ? "/human" : "/say";
      const said = await send(url, { text, retry: false, ...about(url) });
      remember(said.contact);
      if (pressed?.name !== "suggestion") field.value = "";
      await look();
      bubbles.scrollTop = bubbles.scrollHeight;
    } catch (error) {
      problem.textContent = error instanceof TypeError ? page.dataset.unreachable : error.message;
      if (pressed?.name === "suggestion" && !field.value) field.value = text;
    } finally {
      sending = false;
      // On a touch screen, focus would open the keyboard over the answer.
      if (pressed?.name !== "suggestion") field.focus();
    }
  });

  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector(".send"));
  });

  async function tick() {
    if (!document.hidden) await look().catch(() => {});
    setTimeout(tick, 1000);
  }

  bubbles.scrollTop = bubbles.scrollHeight;
  setInterval(count, 250);
  tick();
})();
