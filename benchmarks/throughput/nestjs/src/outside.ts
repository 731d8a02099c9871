import { Injectable } from "@nestjs/common";
import { settings } from "./settings";

async function call(method: string, url: string, token: string, body: unknown): Promise<any> {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) {
    throw new Error(`${method} ${new URL(url).pathname}: ${response.status}`);
  }
  return response.json();
}

/** Graph and Airtable. */
@Injectable()
export class Outside {
  async send(page: string, contact: string, text: string): Promise<string> {
    const url = `${settings.graph}/${page}/messages`;
    const body = { recipient: { id: contact }, message: { text }, messaging_type: "RESPONSE" };
    return (await call("POST", url, settings.pageToken, body)).message_id;
  }

  async upsertLead(contact: string, level: string): Promise<void> {
    const { name, level: levelColumn, lead_id } = settings.columns;
    await call("PATCH", settings.table, settings.airtableToken, {
      performUpsert: { fieldsToMergeOn: [lead_id] },
      records: [{ fields: { [lead_id]: contact, [levelColumn]: level, [name]: contact } }],
      typecast: true,
    });
  }
}
