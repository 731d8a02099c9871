import { InjectQueue, Processor, WorkerHost } from "@nestjs/bullmq";
import { Job, Queue } from "bullmq";
import { Model } from "./model";
import { INCOMING, REPLY } from "./settings";
import { Store } from "./store";

/** Stores the messages of an event, scores the lead, drafts the answer, hands it on. */
@Processor(INCOMING, { concurrency: 5 })
export class IncomingProcessor extends WorkerHost {
  constructor(
    private readonly store: Store,
    private readonly model: Model,
    @InjectQueue(REPLY) private readonly reply: Queue,
  ) {
    super();
  }

  async process(job: Job<{ event: string }>): Promise<void> {
    const body = await this.store.event(job.data.event);
    for (const entry of body.entry) {
      for (const item of entry.messaging ?? []) {
        if (item.message?.text && !item.message.is_echo) {
          await this.answer(job.data.event, entry.id, item);
        }
      }
    }
  }

  private async answer(event: string, page: string, item: unknown): Promise<void> {
    const message = await this.store.addMessage(event, page, item);
    if (!message) {
      return;
    }
    const level = await this.model.classify(message.text);
    const answer = await this.model.draft(message.text, level);
    await this.store.answered(message.id, level, answer);
    await this.store.noteLead(message.contact, level);
    await this.reply.add("send", { message: message.id });
  }
}
