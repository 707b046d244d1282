import { spawn } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export type FlowFile = readonly Record<string, unknown>[];

export interface NodeRed {
  readonly url: string;
  readonly userDir: string;
  /** What it wrote to its log so far. */
  log(): string;
  deploy(flows: FlowFile, type?: "full" | "flows" | "nodes"): Promise<void>;
  getJson(path: string): Promise<unknown>;
  postJson(path: string, body: unknown): Promise<{ status: number; body: unknown }>;
  /** The headers of a user who logged in. */
  login(username: string): Promise<Record<string, string>>;
  /** Ends it and returns its exit code. */
  stop(): Promise<number | null>;
}

export interface NodeRedOptions {
  readonly release: "node-red" | "node-red-4";
  readonly userDir?: string;
  readonly port?: number;
  readonly isPublic?: boolean;
  readonly instamojo?: Record<string, unknown>;
  /** What each access token of the editor allows; without it nobody logs in. */
  readonly permissions?: Readonly<Record<string, string | readonly string[]>>;
  readonly env?: Record<string, string>;
  /** Who may log in, with their name as password; the first one deploys. */
  readonly users?: readonly { readonly username: string; readonly permissions: readonly string[] }[];
}

/** Starts Node-RED with the built package in a process of its own, so that it can be stopped and started for real. */
export async function startNodeRed({
  release,
  port = 0,
  isPublic = false,
  instamojo,
  permissions,
  users,
  env = {},
  ...options
}: NodeRedOptions): Promise<NodeRed> {
  const userDir = options.userDir ?? (await mkdtemp(join(tmpdir(), "node-red-")));
  const program = join(root, "test", "hosts", "node-red-process.ts");
  const argument = JSON.stringify({
    release,
    userDir,
    packageRoot: root,
    port,
    isPublic,
    instamojo,
    permissions,
    users,
  });
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, argument], {
    env: { ...process.env, NODE_OPTIONS: "", ...env },
    // Its input ends with us, and it with its input: a test that is killed leaves nothing behind.
    stdio: ["pipe", "pipe", "pipe"],
  });
  let log = "";
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  child.stderr.on("data", (chunk) => {
    log += chunk;
  });
  let startedCount = 0;
  const startedListeners = new Set<() => void>();
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.startsWith('{"url"')) resolve((JSON.parse(line) as { url: string }).url);
      else if (line === '{"started":true}') {
        startedCount += 1;
        for (const listener of startedListeners) listener();
      } else log += `${line}\n`;
    });
    exited.then((code) => reject(new Error(`Node-RED ended with ${code} before it was ready:\n${log}`)));
  });
  const postJson = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? null : JSON.parse(text) };
  };
  const login = async (username: string) => {
    const body = { client_id: "node-red-admin", grant_type: "password", scope: "", username, password: username };
    const answer = await postJson("/canvas/auth/token", body);
    if (answer.status !== 200) throw new Error(`the login of ${username} was answered ${answer.status}`);
    return { authorization: `Bearer ${(answer.body as { access_token: string }).access_token}` };
  };
  const deployer = users?.[0] ? await login(users[0].username) : {};
  return {
    url,
    userDir,
    login,
    log: () => log,
    async deploy(flows, type = "full") {
      const headers = { "Node-RED-API-Version": "v2", "Node-RED-Deployment-Type": type, ...deployer };
      const before = startedCount;
      const { status, body } = await postJson("/canvas/flows", { flows }, headers);
      if (status !== 200) throw new Error(`deploy was answered ${status}: ${JSON.stringify(body)}`);
      await new Promise<void>((resolve) => {
        const check = () => {
          if (startedCount > before) resolve();
        };
        startedListeners.add(check);
        check();
      });
    },
    getJson: async (path) => (await fetch(`${url}${path}`, { headers: { "Node-RED-API-Version": "v2" } })).json(),
    postJson,
    async stop() {
      child.kill("SIGTERM");
      return exited;
    },
  };
}
