import { paymentStatuses } from "../../schemas/payment-fields.ts";
import type { DeliveryTarget } from "../../schemas/http-settings.ts";
import type { PaymentStatusEvent } from "../../schemas/payment-status.ts";
import { isFlowError } from "../runtime/errors.ts";
import { type Command, readArguments, type Terminal, UsageError } from "./command.ts";
import { readConfiguration, readManifest, requireKnownAccount } from "./configuration.ts";
import { requirePeers } from "./peers.ts";

const help = `instamojo-flow trigger: sends a sample payment-status event

Usage: instamojo-flow trigger STATUS --config F [--account A]

STATUS is ${paymentStatuses.join(", ")}.

Sends a sample to the targets under "deliver", prints it as JSON, says how many took it, and asks the
gateway nothing. Refused for live accounts: a sample must never look like real money.

Options:
  --config F    configuration file with the accounts
  --account A   name of the account it seems to come from (default: the first one)

Example:
  instamojo-flow trigger Completed --config config.json`;

export const triggerCommand: Command = {
  name: "trigger",
  summary: "sends a sample payment-status event",
  help,
  async run(args, terminal) {
    const { options, words } = readArguments(this, args, {
      options: { config: { type: "string" }, account: { type: "string" } },
      words: ["a status, for example Completed"],
    });
    const status = readStatus(words[0] as string);
    const config = readConfiguration(options, terminal);
    const account = requireKnownAccount(config, options.account ?? firstAccount(config.accounts));
    const { openPlugin } = await import("./open-plugin.ts");
    // A sample is not recorded, so the ledger stays with the process that owns it.
    const plugin = await openPlugin({
      config,
      manifest: readManifest(),
      ledger: { storeFile: ":memory:" },
      terminal,
    });
    try {
      const event = plugin.events.get("payment-status")!.sample(status, account);
      await handOut(event, config.deliver, terminal);
      terminal.out(JSON.stringify(event));
      return 0;
    } catch (error) {
      if (!isFlowError(error)) throw error;
      terminal.note(`${error.message} ${error.remedy}`);
      return 1;
    } finally {
      await plugin.close();
    }
  },
};

/** Sends the sample to the delivery targets of its account, once each, and says who took it. */
async function handOut(
  event: PaymentStatusEvent,
  targets: readonly DeliveryTarget[],
  terminal: Pick<Terminal, "note">,
): Promise<void> {
  const wanting = targets.filter(({ accounts }) => !accounts || accounts.includes(event.account));
  if (wanting.length === 0) {
    terminal.note("0 receivers took the event: this configuration has none. It is printed for you to hand on.");
    return;
  }
  requirePeers("trigger", ["standardwebhooks"]);
  const { createSender } = await import("../hosts/http/deliver/send-event.ts");
  let taken = 0;
  for (const target of wanting) {
    const sender = createSender(target);
    try {
      await sender.send(event);
      taken += 1;
    } catch (error) {
      terminal.note(`${target.name} did not take it: ${error instanceof Error ? error.name : "it failed"}.`);
    } finally {
      await sender.close();
    }
  }
  terminal.note(`${taken} of ${wanting.length} receivers took the event.`);
}

function readStatus(text: string): (typeof paymentStatuses)[number] {
  const status = paymentStatuses.find((candidate) => candidate.toLowerCase() === text.toLowerCase());
  if (!status)
    throw new UsageError(
      `There is no status ${JSON.stringify(text)}. The statuses are: ${paymentStatuses.join(", ")}.`,
    );
  return status;
}

function firstAccount(accounts: readonly { readonly name: string }[]): string {
  const first = accounts[0];
  if (!first) throw new UsageError("The configuration has no account. Add one under accounts.");
  return first.name;
}
