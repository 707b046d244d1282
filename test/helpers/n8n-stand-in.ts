import { createRequire } from "node:module";
import type { ICredentialType, IHttpRequestOptions, INodeExecutionData, INodeType } from "n8n-workflow";

/** The package as n8n loads it: CommonJS, out of the build. */
const require = createRequire(import.meta.url);
const folder = "../../dist/n8n/dist";

export function loadNode(): INodeType {
  return new (require(`${folder}/nodes/Instamojo/Instamojo.node.js`).Instamojo)() as INodeType;
}

export function loadCredential(name: "InstamojoApi" | "InstamojoHostApi"): ICredentialType {
  return new (require(`${folder}/credentials/${name}.credentials.js`)[name])() as ICredentialType;
}

/** One run of the node as a test asks for it. */
export interface StandInRun {
  /** The node's own values as n8n stores them; expressions begin with `=`. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** What those of them that are expressions come out as; the others stand for themselves. */
  readonly evaluated?: Readonly<Record<string, unknown>>;
  readonly credentials: Readonly<Record<string, unknown>>;
  readonly items?: number;
  readonly continueOnFail?: boolean;
  readonly isTool?: boolean;
  readonly executionId?: string;
  /** n8n's list of processed items; outlives a run where it is handed in again. */
  readonly processed?: Set<string>;
}

/** As much of n8n as the node takes: parameters, credentials, a helper for HTTP that really calls. */
export function standIn(run: StandInRun) {
  const processed = run.processed ?? new Set<string>();
  const values = { ...run.parameters, ...run.evaluated };
  const node = {
    id: "node-1",
    name: "Instamojo",
    type: "n8n-nodes-instamojo.instamojo",
    parameters: run.parameters,
    credentials: { instamojoApi: { id: "1", name: "Shop" } },
  };
  return {
    getNode: () => node,
    getInputData: () => Array.from({ length: run.items ?? 1 }, () => ({ json: {} })),
    getNodeParameter(name: string, _item: number, fallback?: unknown, options?: { extractValue?: boolean }) {
      const value = Object.hasOwn(values, name) ? values[name] : fallback;
      if (!Object.hasOwn(values, name) && fallback === undefined) throw new Error(`Could not get parameter ${name}`);
      const located = value as { __rl?: boolean; value?: unknown } | null;
      return options?.extractValue && located?.__rl ? located.value : value;
    },
    getCurrentNodeParameter: (name: string) => values[name],
    getCredentials: async () => run.credentials,
    getInstanceBaseUrl: () => "https://n8n.example.com/",
    getExecutionId: () => run.executionId ?? "1",
    getWorkflowDataProxy: () => ({ $runIndex: 0 }),
    continueOnFail: () => run.continueOnFail ?? false,
    isToolExecution: () => run.isTool ?? false,
    helpers: {
      httpRequest: sendHttp,
      httpRequestWithAuthentication(_type: string, options: IHttpRequestOptions) {
        const { apiKey } = run.credentials as { apiKey: string };
        return sendHttp({ ...options, headers: { ...options.headers, authorization: `Bearer ${apiKey}` } });
      },
      async checkProcessedAndRecord(items: string[]) {
        const fresh = items.filter((item) => !processed.has(item));
        for (const item of items) processed.add(item);
        return { new: fresh, processed: items.filter((item) => !fresh.includes(item)) };
      },
      async removeProcessed(items: string[]) {
        for (const item of items) processed.delete(item);
      },
    },
  };
}

/** Runs the node, loaded once unless another is given; what it gives out, by output. */
export async function execute(run: StandInRun, node: INodeType = loadedNode()): Promise<INodeExecutionData[][]> {
  const result = await node.execute?.call(standIn(run) as never);
  return result as INodeExecutionData[][];
}

let loaded: INodeType | undefined;
function loadedNode(): INodeType {
  loaded ??= loadNode();
  return loaded;
}

/** Fails as n8n's helper does: with the code of the system on the error. */
async function sendHttp(options: IHttpRequestOptions): Promise<unknown> {
  const { method = "GET", url, qs = {}, headers = {}, body } = options;
  const query = new URLSearchParams(qs as Record<string, string>).toString();
  const isJson = typeof body === "object" && body !== null;
  const response = await fetch(query === "" ? url : `${url}?${query}`, {
    method,
    headers: { ...(isJson ? { "content-type": "application/json" } : {}), ...(headers as Record<string, string>) },
    redirect: "manual",
    ...(body === undefined ? {} : { body: isJson ? JSON.stringify(body) : String(body) }),
  }).catch((error: Error & { cause?: { code?: string } }) => {
    throw Object.assign(new Error(error.message), { code: error.cause?.code });
  });
  const text = await response.text();
  const isParsed = options.encoding !== "text" && response.headers.get("content-type")?.includes("json");
  const given = isParsed ? (JSON.parse(text) as unknown) : text;
  if (!options.ignoreHttpStatusErrors && !response.ok) throw new Error(`${response.status}`);
  if (!options.returnFullResponse) return given;
  return { statusCode: response.status, headers: Object.fromEntries(response.headers), body: given };
}
