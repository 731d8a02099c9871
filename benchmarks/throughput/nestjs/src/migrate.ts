import { Client } from "pg";
import { settings } from "./settings";
import { SCHEMA } from "./store";

async function migrate(): Promise<void> {
  const client = new Client({ connectionString: settings.database });
  await client.connect();
  await client.query(SCHEMA);
  await client.end();
}

void migrate();
