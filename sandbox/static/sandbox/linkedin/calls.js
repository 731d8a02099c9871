// What the page asks LinkedIn for, and how it reads either form of the answers.

import { page } from "./dom.js";

const NORMAL = "application/vnd.linkedin.normalized+json+2.1";
const API = `${page.base}/voyager/api`;
const OWNER = `urn:li:fsd_profile:${page.owner}`;
const MAILBOX = encodeURIComponent(OWNER);

export class RefusedError extends Error {}

function csrf() {
  const found = /(?:^|; )JSESSIONID="?([^";]+)/.exec(document.cookie);
  return found ? found[1] : "";
}

async function call(path, body) {
  const headers = { "csrf-token": csrf(), accept: page.form === "normalized" ? NORMAL : "application/json" };
  const told = { headers, credentials: "same-origin" };
  if (body) {
    Object.assign(told, { method: "POST", body: JSON.stringify(body), keepalive: true });
    headers["content-type"] = "application/json; charset=UTF-8";
  }
  const answer = await fetch(path, told);
  if (!answer.ok) {
    throw new RefusedError(String(answer.status));
  }
  return answer.json();
}

// Restli's own way to write a URN inside variables: brackets and commas are escaped, too.
function escaped(urn) {
  return encodeURIComponent(urn).replace(/[()]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
}

function elements(answer, family) {
  const included = new Map((answer.included ?? []).map((one) => [one.entityUrn, one]));
  const roots = answer.included ? answer.data?.data : answer.data;
  const name = Object.keys(roots ?? {}).find((one) => one.startsWith(family));
  if (!name) {
    throw new RefusedError("no root");
  }
  const root = roots[name];
  const found = root.elements ?? root["*elements"].map((urn) => included.get(urn));
  return { found: found.map((one) => whole(one, included)), cursor: root.metadata?.nextCursor ?? null };
}

// Put what the normalised form keeps apart back into its place.
function whole(one, included) {
  if (Array.isArray(one)) {
    return one.map((part) => whole(part, included));
  }
  if (one === null || typeof one !== "object") {
    return one;
  }
  const told = {};
  for (const [name, value] of Object.entries(one)) {
    if (name === "*conversation") {
      told.conversation = { entityUrn: value };
    } else if (name.startsWith("*")) {
      const urns = Array.isArray(value) ? value : [value];
      const parts = urns.map((urn) => whole(included.get(urn), included));
      told[name.slice(1)] = Array.isArray(value) ? parts : parts[0];
    } else {
      told[name] = whole(value, included);
    }
  }
  return told;
}

function nameOf(participant) {
  const kinds = participant.participantType;
  if (kinds.member) {
    return `${kinds.member.firstName.text} ${kinds.member.lastName.text}`.trim();
  }
  return (kinds.organization ?? kinds.custom).name.text;
}

export function message(told) {
  return {
    urn: told.entityUrn,
    conversation: told.conversation.entityUrn,
    text: told.body.text,
    at: told.deliveredAt,
    name: nameOf(told.sender),
    own: told.sender.hostIdentityUrn === OWNER,
  };
}

export function conversation(told) {
  const others = told.conversationParticipants.filter((one) => one.hostIdentityUrn !== OWNER);
  const [last] = told.messages.elements;
  return {
    urn: told.entityUrn,
    thread: told.backendUrn.split("urn:li:messagingThread:")[1],
    name: told.title ?? others.map(nameOf).join(", "),
    others: others.map(nameOf),
    unread: told.unreadCount,
    at: told.lastActivityAt,
    last: last ? message(last) : null,
  };
}

export function me() {
  return call(`${API}/me`);
}

export async function conversations(cursor) {
  const more = cursor ? `,nextCursor:${cursor}` : "";
  const query = `(mailboxUrn:${MAILBOX},count:${page.count}${more})`;
  return listed(query);
}

export async function oneConversation(urn) {
  const { found } = await listed(`(mailboxUrn:${MAILBOX},conversationUrns:List(${escaped(urn)}))`);
  return found[0];
}

async function listed(query) {
  const queryId = page.queries.conversations;
  const answer = await call(`${API}/voyagerMessagingGraphQL/graphql?queryId=${queryId}&variables=${query}`);
  const { found, cursor } = elements(answer, "messengerConversations");
  return { found: found.map(conversation), cursor };
}

export async function messages(urn) {
  const query = `(conversationUrn:${escaped(urn)})`;
  const queryId = page.queries.messages;
  const answer = await call(`${API}/voyagerMessagingGraphQL/graphql?queryId=${queryId}&variables=${query}`);
  return elements(answer, "messengerMessages").found.map(message);
}

export function markRead(urn, how) {
  return call(`${API}/voyagerMessagingDashMessengerConversations?action=markRead`, { conversationUrn: urn, how });
}

export function typing(urn) {
  return call(`${API}/voyagerMessagingDashMessengerConversations?action=typing`, { conversationUrn: urn });
}

export async function createMessage(urn, text) {
  const originToken = crypto.randomUUID();
  const told = {
    message: {
      body: { attributes: [], text },
      renderContentUnions: [],
      conversationUrn: urn,
      originToken,
    },
    mailboxUrn: OWNER,
    trackingId: originToken.slice(0, 16),
    dedupeByClientGeneratedToken: false,
  };
  const answer = await call(`${API}/voyagerMessagingDashMessengerMessages?action=createMessage`, told);
  return answer.value;
}

export async function news(since) {
  const answer = await call(`${page.base}/realtime/connect?since=${since}`);
  return answer;
}

export function urnOf(thread) {
  return `urn:li:msg_conversation:(${OWNER},${thread})`;
}
