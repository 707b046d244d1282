import type { ICredentialDataDecryptedObject, IExecuteFunctions, INodeExecutionData } from "n8n-workflow";
import type { Session } from "../../payments/sessions.ts";
import { canonicalJson } from "../../runtime/canonical-json.ts";
import type { NodeDefinition } from "../../runtime/node-definition.ts";
import type { NodeResult } from "../../runtime/run-node.ts";
import { accountOf, type InstamojoCredential } from "./account-of.ts";
import { openSession } from "./direct/open-session.ts";
import { runDirect } from "./direct/run-direct.ts";
import { createSendMarks } from "./direct/send-marks.ts";
import { errorItem, errorToThrow, unknownItem } from "./error-item.ts";
import { advancedName, conversationName } from "./form-properties.ts";
import { operations, outputsOf } from "./operations.ts";
import { readForm } from "./read-form.ts";
import { inReadingOrder } from "./reading-order.ts";
import { runKey } from "./run-key.ts";
import { type HostCredential, runThroughHost } from "./run-through-host.ts";

/**
 * Runs the operation for every item, one after the other. An error leaves by n8n's error output or ends the run, as the
 * node is set; a refund whose outcome is unknown is always an item, never thrown.
 */
export async function runItems(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
  const id = context.getNodeParameter("operation", 0);
  const definition = operations.find((node) => node.id === id) as NodeDefinition;
  const outputs: INodeExecutionData[][] = outputsOf(definition).map(() => []);
  const run = createRunner(context, definition);
  for (let index = 0; index < context.getInputData().length; index += 1) {
    const result = await run(index);
    if ("output" in result) {
      outputs[0]?.push({ json: inReadingOrder(result.output), pairedItem: { item: index } });
    } else if (result.port === "unknown") {
      unknownOutput(context, outputs)?.push(unknownItem(result.error, index));
    } else if (context.continueOnFail()) {
      outputs[0]?.push(errorItem(result.error, index));
    } else {
      throw errorToThrow(context, result.error, index);
    }
  }
  return outputs;
}

/** An agent hears of the first output only. */
function unknownOutput(context: IExecuteFunctions, outputs: INodeExecutionData[][]): INodeExecutionData[] | undefined {
  return context.isToolExecution?.() ? outputs[0] : outputs[1];
}

type Runner = (itemIndex: number) => Promise<NodeResult>;

function createRunner(context: IExecuteFunctions, definition: NodeDefinition): Runner {
  const isHost = context.getNodeParameter("connection", 0, "direct") === "host";
  return isHost ? hostRunner(context, definition) : directRunner(context, definition);
}

function hostRunner(context: IExecuteFunctions, definition: NodeDefinition): Runner {
  return async (index) => {
    const credential = await credentialOf<HostCredential>(context, "instamojoHostApi", index);
    const input = readForm(context, definition.input, index);
    const key = runKey(context, index, input);
    const conversation = conversationOf(context, index);
    return runThroughHost(context, {
      credential,
      definition,
      input,
      key,
      ...(definition.effect === "create" && conversation !== "" ? { correlation: conversation } : {}),
    });
  };
}

function conversationOf(context: IExecuteFunctions, index: number): unknown {
  const advanced = context.getNodeParameter(advancedName, index, {}) as Readonly<Record<string, unknown>>;
  return advanced[conversationName] ?? "";
}

function directRunner(context: IExecuteFunctions, definition: NodeDefinition): Runner {
  const sessions = new Map<string, Session>();
  const marks = createSendMarks(context);

  async function open(index: number) {
    const credential = await credentialOf<InstamojoCredential>(context, "instamojoApi", index);
    const account = accountOf(credential, context.getNode().credentials?.instamojoApi?.name ?? "");
    const name = canonicalJson(account);
    const session = sessions.get(name) ?? openSession(account, (options) => context.helpers.httpRequest(options));
    sessions.set(name, session);
    const ownUrl = context.getInstanceBaseUrl();
    return { session, marks, triggerUrl: (credential.triggerUrl ?? "").trim(), ownUrl };
  }

  return (index) => runDirect(definition, readForm(context, definition.input, index), () => open(index));
}

function credentialOf<Credential>(context: IExecuteFunctions, type: string, index: number): Promise<Credential> {
  return context.getCredentials<ICredentialDataDecryptedObject>(type, index) as Promise<unknown> as Promise<Credential>;
}
