import { Injectable, OnModuleDestroy } from "@nestjs/common";
import { Pool } from "pg";
import { settings } from "./settings";

export interface Message {
  id: string;
  page: string;
  contact: string;
  text: string;
  answer: string;
  level: string;
}

export const SCHEMA = `
CREATE TABLE event (
  id bigserial PRIMARY KEY, body jsonb NOT NULL, created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE message (
  id bigserial PRIMARY KEY, event_id bigint NOT NULL REFERENCES event, page text NOT NULL,
  contact text NOT NULL, external_id text NOT NULL UNIQUE, text text NOT NULL,
  answer text NOT NULL DEFAULT '', level text NOT NULL DEFAULT '',
  sent_id text NOT NULL DEFAULT '', created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE lead (
  id bigserial PRIMARY KEY, contact text NOT NULL UNIQUE, level text NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);`;

/** The rows; named statements are parsed once per connection. */
@Injectable()
export class Store implements OnModuleDestroy {
  private readonly pool = new Pool({ connectionString: settings.database, max: 8 });

  async onModuleDestroy(): Promise<void> {
    await this.pool.end();
  }

  async addEvent(body: string): Promise<string> {
    const text = "INSERT INTO event (body) VALUES ($1) RETURNING id";
    const { rows } = await this.pool.query({ name: "add-event", text, values: [body] });
    return rows[0].id;
  }

  async event(id: string): Promise<any> {
    const text = "SELECT body FROM event WHERE id = $1";
    const { rows } = await this.pool.query({ name: "event", text, values: [id] });
    return rows[0].body;
  }

  async addMessage(event: string, page: string, item: any): Promise<Message | undefined> {
    const text = `INSERT INTO message (event_id, page, contact, external_id, text)
      VALUES ($1, $2, $3, $4, $5) ON CONFLICT (external_id) DO NOTHING RETURNING *`;
    const values = [event, page, item.sender.id, item.message.mid, item.message.text];
    const { rows } = await this.pool.query({ name: "add-message", text, values });
    return rows[0];
  }

  async message(id: string): Promise<Message> {
    const text = "SELECT * FROM message WHERE id = $1";
    const { rows } = await this.pool.query({ name: "message", text, values: [id] });
    return rows[0];
  }

  async answered(id: string, level: string, answer: string): Promise<void> {
    const text = "UPDATE message SET level = $2, answer = $3 WHERE id = $1";
    await this.pool.query({ name: "answered", text, values: [id, level, answer] });
  }

  async sent(id: string, sentId: string): Promise<void> {
    const text = "UPDATE message SET sent_id = $2 WHERE id = $1";
    await this.pool.query({ name: "sent", text, values: [id, sentId] });
  }

  async noteLead(contact: string, level: string): Promise<void> {
    const text = `INSERT INTO lead (contact, level) VALUES ($1, $2)
      ON CONFLICT (contact) DO UPDATE SET level = excluded.level, updated_at = now()`;
    await this.pool.query({ name: "note-lead", text, values: [contact, level] });
  }
}
