import { Injectable } from "@nestjs/common";
import OpenAI from "openai";
import { settings } from "./settings";

const LEVEL = { type: "string", enum: ["hot", "warm", "cold"] };

function form(properties: Record<string, unknown>): Record<string, unknown> {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}

/** The two questions that the design asks of the model, one after the other. */
@Injectable()
export class Model {
  private readonly client = new OpenAI({ ...settings.openai, maxRetries: 0, timeout: 20_000 });

  async classify(text: string): Promise<string> {
    const instructions = "Évaluez l'intérêt de ce prospect : hot, warm ou cold.";
    const schema = form({ level: LEVEL });
    return (await this.ask("classify", instructions, schema, text)).level;
  }

  async draft(text: string, level: string): Promise<string> {
    const instructions = `${settings.business}\nNiveau du prospect : ${level}.`;
    const schema = form({ text: { type: "string" } });
    return (await this.ask("reply", instructions, schema, text)).text;
  }

  private async ask(name: string, instructions: string, schema: Record<string, unknown>, text: string) {
    const response = await this.client.responses.create({
      model: settings.model,
      instructions,
      input: [{ role: "user", content: text }],
      text: { format: { type: "json_schema", name, schema, strict: true } },
      max_output_tokens: 1000,
      store: false,
    });
    return JSON.parse(response.output_text);
  }
}
