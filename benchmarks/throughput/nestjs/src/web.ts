import "reflect-metadata";
import cluster from "node:cluster";
import { NestFactory } from "@nestjs/core";
import { FastifyAdapter, NestFastifyApplication } from "@nestjs/platform-fastify";
import { WebModule } from "./modules";
import { settings } from "./settings";

const PROCESSES = 2;

async function serve(): Promise<void> {
  const app = await NestFactory.create<NestFastifyApplication>(WebModule, new FastifyAdapter(), {
    rawBody: true,
    logger: ["error", "warn"],
  });
  app.enableShutdownHooks();
  await app.listen(settings.port, "127.0.0.1");
}

if (cluster.isPrimary) {
  for (let number = 0; number < PROCESSES; number += 1) {
    cluster.fork();
  }
} else {
  void serve();
}
