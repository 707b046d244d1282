import type { Agenda } from "./agenda.ts";
import type { Desk } from "./exchange.ts";
import type { FaultBook } from "./faults.ts";
import { postForm } from "./post-form.ts";
import { writeWebhook } from "./queue-webhook.ts";
import type { StoredWebhook } from "./state.ts";

/**
 * Minutes between an attempt and the next, where retries are on. Source: Instamojo's page on failing webhooks; an
 * attempt failed when there was no answer, or one of 400 and above.
 */
export const retryMinutes = [15, 30, 60, 120] as const;

export interface OutboxParts {
  desk: () => Desk;
  agenda: Agenda;
  faults: FaultBook;
  /** Called after every attempt. */
  changed: () => void;
  stop: AbortSignal;
}

/** Sends the webhooks that the state holds, on the agenda's time. */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #scheduled = new Set<number>();
  #held: StoredWebhook[] = [];

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** Puts new webhooks on the agenda. */
  collect(): void {
    for (const webhook of this.#parts.desk().state.webhooks) {
      if (webhook.state !== "waiting" || this.#scheduled.has(webhook.id)) continue;
      this.#scheduled.add(webhook.id);
      this.#schedule(webhook);
    }
    this.#parts.agenda.wake();
  }

  clear(): void {
    this.#scheduled.clear();
    this.#held = [];
  }

  #schedule(webhook: StoredWebhook): void {
    const { agenda, faults } = this.#parts;
    const hit = webhook.attempts.length === 0 ? faults.takeForWebhook() : undefined;
    const fault = hit?.fault;
    if (fault?.kind === "webhook-drop") {
      webhook.state = "dropped";
      return;
    }
    if (fault?.kind === "webhook-reorder") {
      this.#held.push(webhook);
      if (hit?.isLast) this.#release();
      return;
    }
    if (fault?.kind === "webhook-delay") webhook.dueAt += fault.delaySeconds * 1000;
    const repeats = fault?.kind === "webhook-repeat" ? (fault.times ?? 1) : 0;
    agenda.add(webhook.dueAt, async () => {
      await this.#attempt(webhook);
      for (let index = 0; index < repeats; index += 1) await this.#post(webhook);
    });
  }

  #release(): void {
    const held = this.#held.reverse();
    this.#held = [];
    this.#parts.agenda.add(Math.max(...held.map((webhook) => webhook.dueAt)), async () => {
      for (const webhook of held) await this.#attempt(webhook);
    });
  }

  async #attempt(webhook: StoredWebhook, index = webhook.attempts.length): Promise<void> {
    if (!this.#parts.desk().state.webhooks.includes(webhook)) return;
    const isTaken = await this.#post(webhook);
    const pause = this.#parts.desk().settings.switches.webhookRetries ? retryMinutes[index] : undefined;
    if (isTaken || pause === undefined) {
      webhook.state = isTaken ? "delivered" : "failed";
    } else {
      webhook.dueAt += pause * 60_000;
      this.#parts.agenda.add(webhook.dueAt, () => this.#attempt(webhook, index + 1));
    }
    this.#parts.changed();
  }

  async #post(webhook: StoredWebhook): Promise<boolean> {
    const { desk, stop } = this.#parts;
    const body = writeWebhook(desk(), webhook);
    const at = desk().now;
    const { error, status } = await postForm(webhook.url, body, { stop });
    webhook.attempts.push({ at, status, error, body });
    return status !== null && status < 400;
  }
}
