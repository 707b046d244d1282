import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A line of the conversation as a model with OpenAI's interface gets it. */
export interface ModelMessage {
  readonly role: string;
  readonly content: unknown;
}

export interface ModelTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: { readonly properties: Readonly<Record<string, unknown>> };
}

/** What a model is asked: the conversation so far, and the tools that it may call. */
export interface ModelCall {
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly ModelTool[];
}

/** What it answers: words, or the call of a tool. */
export type ModelAnswer = string | { readonly tool: string; readonly input: Readonly<Record<string, unknown>> };

export interface ScriptedModel {
  /** Base URL for a credential *OpenAI*. */
  readonly url: string;
  readonly calls: readonly ModelCall[];
  close(): Promise<void>;
}

/** A model on loopback that answers by a script instead of thinking; `/chat/completions`, at once or as a stream. */
export async function startScriptedModel(answer: (call: ModelCall) => ModelAnswer): Promise<ScriptedModel> {
  const calls: ModelCall[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const isCompletion = request.method === "POST" && request.url === "/v1/chat/completions";
    if (!isCompletion) return void response.writeHead(404).end();
    const {
      messages,
      tools = [],
      stream = false,
    } = JSON.parse(Buffer.concat(chunks).toString("utf8")) as {
      messages: readonly ModelMessage[];
      tools?: readonly { readonly function: ModelTool }[];
      stream?: boolean;
    };
    const call = { messages, tools: tools.map((tool) => tool.function) };
    calls.push(call);
    const answered = completion(answer(call), { number: calls.length, isStream: stream });
    response.writeHead(200, { "content-type": stream ? "text/event-stream" : "application/json" });
    response.end(stream ? `data: ${JSON.stringify(answered)}\n\ndata: [DONE]\n\n` : JSON.stringify(answered));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The whole answer, or the one piece of a stream that holds it. */
function completion(answer: ModelAnswer, { number, isStream }: { number: number; isStream: boolean }): unknown {
  const isText = typeof answer === "string";
  const called = isText ? [] : [{ name: answer.tool, arguments: JSON.stringify(answer.input) }];
  const toolCalls = called.map((one, index) => ({
    id: `call_${number}`,
    type: "function",
    function: one,
    ...(isStream ? { index } : {}),
  }));
  const message = {
    role: "assistant",
    content: isText ? answer : null,
    ...(isText ? {} : { tool_calls: toolCalls }),
  };
  const choice = { index: 0, finish_reason: isText ? "stop" : "tool_calls" };
  return {
    id: `completion-${number}`,
    object: isStream ? "chat.completion.chunk" : "chat.completion",
    created: 1,
    model: "scripted",
    choices: [isStream ? { ...choice, delta: message } : { ...choice, message }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  };
}
