import { createHmac, timingSafeEqual } from "node:crypto";
import { Controller, ForbiddenException, Get, Headers, HttpCode, Post, Query, RawBodyRequest, Req } from "@nestjs/common";
import { InjectQueue } from "@nestjs/bullmq";
import { Queue } from "bullmq";
import { INCOMING, settings } from "./settings";
import { Store } from "./store";

@Controller("social-accounts/meta/webhook")
export class WebhookController {
  constructor(
    private readonly store: Store,
    @InjectQueue(INCOMING) private readonly incoming: Queue,
  ) {}

  @Get()
  handshake(@Query("hub.challenge") challenge: string): string {
    return challenge;
  }

  @Post()
  @HttpCode(200)
  async take(
    @Req() request: RawBodyRequest<unknown>,
    @Headers("x-hub-signature-256") given: string | undefined,
  ): Promise<string> {
    const body = request.rawBody ?? Buffer.alloc(0);
    const wanted = Buffer.from(`sha256=${createHmac("sha256", settings.appSecret).update(body).digest("hex")}`);
    const signature = Buffer.from(given ?? "");
    if (signature.length !== wanted.length || !timingSafeEqual(signature, wanted)) {
      throw new ForbiddenException();
    }
    const event = await this.store.addEvent(body.toString());
    await this.incoming.add("event", { event });
    return "EVENT_RECEIVED";
  }
}
