import { BullModule } from "@nestjs/bullmq";
import { Module } from "@nestjs/common";
import { IncomingProcessor } from "./incoming.processor";
import { Model } from "./model";
import { Outside } from "./outside";
import { ReplyProcessor } from "./reply.processor";
import { INCOMING, REPLY, settings } from "./settings";
import { Store } from "./store";
import { WebhookController } from "./webhook.controller";

const redis = BullModule.forRoot({
  connection: settings.redis,
  defaultJobOptions: { removeOnComplete: true, removeOnFail: 1000, attempts: 3, backoff: { type: "exponential", delay: 1000 } },
});

@Module({
  imports: [redis, BullModule.registerQueue({ name: INCOMING })],
  controllers: [WebhookController],
  providers: [Store],
})
export class WebModule {}

@Module({
  imports: [redis, BullModule.registerQueue({ name: INCOMING }, { name: REPLY })],
  providers: [Store, Model, IncomingProcessor],
})
export class IncomingModule {}

@Module({
  imports: [redis, BullModule.registerQueue({ name: REPLY })],
  providers: [Store, Outside, ReplyProcessor],
})
export class ReplyModule {}
