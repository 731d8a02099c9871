import "reflect-metadata";
import { NestFactory } from "@nestjs/core";
import { IncomingModule, ReplyModule } from "./modules";
import { INCOMING } from "./settings";

async function work(): Promise<void> {
  const module = process.argv[2] === INCOMING ? IncomingModule : ReplyModule;
  const app = await NestFactory.createApplicationContext(module, { logger: ["error", "warn"] });
  app.enableShutdownHooks();
}

void work();
