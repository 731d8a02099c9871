/** Everything is told from outside, by the names that the other systems use. */
function told(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is missing`);
  }
  return value;
}

const redis = new URL(told("REDIS_URL"));

export const settings = {
  port: Number(process.env.PORT ?? "3000"),
  database: told("DATABASE_URL"),
  redis: { host: redis.hostname, port: Number(redis.port), maxRetriesPerRequest: null },
  appSecret: told("META_APP_SECRET"),
  graph: `${told("META_GRAPH_URL")}/${process.env.META_GRAPH_VERSION ?? "v26.0"}`,
  pageToken: told("PAGE_TOKEN"),
  openai: { apiKey: told("OPENAI_API_KEY"), baseURL: told("OPENAI_BASE_URL") },
  model: process.env.OPENAI_MODEL ?? "gpt-6-luna",
  table: [told("AIRTABLE_API_URL"), "v0", told("AIRTABLE_BASE_ID"), told("AIRTABLE_TABLE_ID")].join("/"),
  airtableToken: told("AIRTABLE_TOKEN"),
  columns: JSON.parse(told("AIRTABLE_COLUMNS")) as { name: string; level: string; lead_id: string },
  business: told("BUSINESS"),
};

export const INCOMING = "incomingMessages";
export const REPLY = "autoReply";
