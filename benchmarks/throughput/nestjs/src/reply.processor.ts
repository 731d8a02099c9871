import { Processor, WorkerHost } from "@nestjs/bullmq";
import { Job } from "bullmq";
import { Outside } from "./outside";
import { REPLY } from "./settings";
import { Store } from "./store";

/** Sends an answer, and writes the lead into the tool. */
@Processor(REPLY, { concurrency: 3 })
export class ReplyProcessor extends WorkerHost {
  constructor(
    private readonly store: Store,
    private readonly outside: Outside,
  ) {
    super();
  }

  async process(job: Job<{ message: string }>): Promise<void> {
    const message = await this.store.message(job.data.message);
    const sentId = await this.outside.send(message.page, message.contact, message.answer);
    await this.store.sent(message.id, sentId);
    await this.outside.upsertLead(message.contact, message.level);
  }
}
