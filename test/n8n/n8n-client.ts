import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

/** Who owns each n8n that is started here. */
export const owner = { email: "owner@n8n.test", firstName: "Test", lastName: "Owner", password: "Owner-of-this-n8n-1" };

/** A node of a workflow as n8n stores it. */
export interface WorkflowNode {
  readonly id?: string;
  readonly name: string;
  readonly type: string;
  readonly typeVersion?: number;
  readonly position?: readonly [number, number];
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly credentials?: Readonly<Record<string, { readonly id: string; readonly name: string }>>;
  readonly webhookId?: string;
  readonly onError?: string;
}

export interface WorkflowText {
  readonly name: string;
  readonly nodes: readonly WorkflowNode[];
  readonly connections: Readonly<Record<string, unknown>>;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** What one node did in a run, per output. */
export interface NodeRun {
  readonly outputs: readonly (readonly Record<string, unknown>[])[];
  readonly error: { readonly message: string; readonly description?: string } | null;
}

/** One run of a workflow by n8n's own records. */
export interface Execution {
  readonly id: string;
  readonly status: string;
  readonly error: string | null;
  /** The runs of each node by its name. */
  readonly nodes: Readonly<Record<string, readonly NodeRun[]>>;
}

export interface N8nClient {
  readonly url: string;
  createCredential(type: string, data: Readonly<Record<string, unknown>>): Promise<{ id: string; name: string }>;
  /** What n8n says of a credential that is tested. */
  testCredential(type: string, data: Readonly<Record<string, unknown>>): Promise<{ status: string; message: string }>;
  createWorkflow(workflow: WorkflowText): Promise<string>;
  activate(id: string): Promise<void>;
  deactivate(id: string): Promise<void>;
  /** Runs a workflow by hand from its one manual trigger, and waits for its end. */
  run(id: string, triggerName: string): Promise<Execution>;
  execution(id: string): Promise<Execution>;
  /** The runs of a workflow, the newest first. */
  executions(workflowId: string): Promise<readonly Execution[]>;
  /** Runs of a workflow, once there are that many that ended or wait. */
  untilExecutions(workflowId: string, count: number): Promise<readonly Execution[]>;
  rest(method: string, path: string, body?: unknown): Promise<unknown>;
}

interface Answer {
  readonly data?: unknown;
}

/** Signs in as the owner, who is set up where there is none yet. */
export async function connectN8n(url: string): Promise<N8nClient> {
  const browserId = randomUUID();
  let cookie = "";
  let apiKey = "";

  async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        "browser-id": browserId,
        ...(cookie ? { cookie } : {}),
        ...(path.startsWith("/api/") ? { "x-n8n-api-key": apiKey } : {}),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const cookies = answer.headers.getSetCookie().map((text) => text.split(";")[0]);
    if (cookies.length > 0) cookie = cookies.join("; ");
    const text = await answer.text();
    return { status: answer.status, body: text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : text };
  }
  async function must(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await call(method, path, body);
    if (answer.status > 299) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  // Readiness comes before the routes of the editor on a slow machine.
  for (let tries = 0; (await call("GET", "/rest/settings")).status !== 200 && tries < 100; tries += 1) await pause(200);
  const signIn = { emailOrLdapLoginId: owner.email, password: owner.password };
  if ((await call("POST", "/rest/login", signIn)).status !== 200) {
    await must("POST", "/rest/owner/setup", owner);
    await must("POST", "/rest/login", signIn);
  }
  const scopes = ((await must("GET", "/rest/api-keys/scopes")) as Answer).data;
  const made = (await must("POST", "/rest/api-keys", { label: randomUUID(), expiresAt: null, scopes })) as Answer;
  apiKey = (made.data as { rawApiKey: string }).rawApiKey;

  const execution = async (id: string): Promise<Execution> =>
    readExecution(await must("GET", `/api/v1/executions/${id}?includeData=true`));
  const executions = async (workflowId: string): Promise<readonly Execution[]> => {
    const page = await must("GET", `/api/v1/executions?workflowId=${workflowId}&includeData=true&limit=250`);
    return ((page as Answer).data as unknown[]).map(readExecution);
  };

  async function createCredential(type: string, data: Readonly<Record<string, unknown>>) {
    const name = `${type} ${randomUUID().slice(0, 8)}`;
    const { data: stored } = (await must("POST", "/rest/credentials", { name, type, data })) as Answer;
    return { id: (stored as { id: string }).id, name };
  }

  return {
    url,
    rest: must,
    execution,
    executions,
    createCredential,
    async testCredential(type, data) {
      const credentials = { ...(await createCredential(type, data)), type, data };
      return ((await must("POST", "/rest/credentials/test", { credentials })) as Answer).data as never;
    },
    async createWorkflow(workflow) {
      const { id } = (await must("POST", "/api/v1/workflows", storable(workflow))) as { id: string };
      return id;
    },
    async activate(id) {
      await must("POST", `/api/v1/workflows/${id}/activate`);
    },
    async deactivate(id) {
      await must("POST", `/api/v1/workflows/${id}/deactivate`);
    },
    async run(id, triggerName) {
      const { data: workflowData } = (await must("GET", `/rest/workflows/${id}`)) as Answer;
      const started = (await must("POST", `/rest/workflows/${id}/run`, {
        workflowData,
        triggerToStartFrom: { name: triggerName },
      })) as Answer;
      const { executionId } = started.data as { executionId: string };
      return untilEnded(() => execution(executionId));
    },
    async untilExecutions(workflowId, count) {
      for (let tries = 0; tries < 300; tries += 1) {
        const found = await executions(workflowId);
        if (found.filter(isStill).length >= count) return found;
        await pause(100);
      }
      throw new Error(`Workflow ${workflowId} did not run ${count} times.`);
    },
  };
}

const isStill = ({ status }: Execution) => !["new", "running"].includes(status);

async function untilEnded(read: () => Promise<Execution>): Promise<Execution> {
  for (let tries = 0; tries < 600; tries += 1) {
    const found = await read().catch(() => null);
    if (found && isStill(found)) return found;
    await pause(100);
  }
  throw new Error("The run did not end.");
}

/** Fills in what an author would not write. */
function storable(workflow: WorkflowText): unknown {
  return {
    name: workflow.name,
    connections: workflow.connections,
    settings: { executionOrder: "v1", ...workflow.settings },
    nodes: workflow.nodes.map((node, index) => ({
      id: randomUUID(),
      typeVersion: 1,
      position: [200 * index, 0],
      parameters: {},
      ...node,
    })),
  };
}

interface RawRun {
  readonly data?: { readonly main?: readonly (readonly { json: Record<string, unknown> }[] | null)[] };
  readonly error?: { readonly message: string; readonly description?: string };
}

function readExecution(raw: unknown): Execution {
  const { id, status, data } = raw as {
    id: number | string;
    status: string;
    data?: { resultData?: { error?: { message: string }; runData?: Record<string, readonly RawRun[]> } };
  };
  const { error, runData = {} } = data?.resultData ?? {};
  const nodes = Object.fromEntries(
    Object.entries(runData).map(([name, runs]) => [
      name,
      runs.map((run) => ({
        outputs: (run.data?.main ?? []).map((items) => (items ?? []).map(({ json }) => json)),
        error: run.error ?? null,
      })),
    ]),
  );
  return { id: String(id), status, error: error?.message ?? null, nodes };
}
