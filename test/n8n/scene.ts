import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator/index.ts";
import { localCredentials } from "../helpers/plugin-host.ts";
import { npm } from "./install.ts";
import { connectN8n, type N8nClient } from "./n8n-client.ts";
import { freePort, type N8nProcess, startN8n } from "./n8n-process.ts";

/** One n8n with the packed package in it, and a local Instamojo. */
export interface N8nScene {
  readonly n8n: N8nClient;
  readonly simulator: Simulator;
  /** What a person would type into the credential *Instamojo API*. */
  readonly credential: Readonly<Record<string, string>>;
  /** Ends n8n and starts it again on the same data and port. */
  restart(signal?: NodeJS.Signals): Promise<void>;
  log(): string;
  close(): Promise<void>;
}

export interface SceneOptions {
  readonly simulator?: SimulatorOptions;
  readonly env?: Readonly<Record<string, string>>;
}

/** What `npm run test:n8n` prepared: the program of n8n, and the package as it would be published. */
export function prepared(): { readonly program: string; readonly tarball: string } {
  const { N8N_TEST_PROGRAM: program, N8N_TEST_TARBALL: tarball } = process.env;
  if (!program || !tarball) throw new Error("Run these tests with: npm run test:n8n");
  return { program, tarball };
}

/** Puts the packed package where an n8n with this user folder looks for community nodes. */
export async function installPackage(userFolder: string, tarball: string): Promise<void> {
  const folder = join(userFolder, ".n8n", "nodes");
  mkdirSync(folder, { recursive: true });
  await npm(folder, ["install", "--omit=peer", "--legacy-peer-deps", tarball]);
}

export async function startScene({ simulator: given, env = {} }: SceneOptions = {}): Promise<N8nScene> {
  const { program, tarball } = prepared();
  const userFolder = mkdtempSync(join(tmpdir(), "n8n-"));
  const simulator = await startSimulator({ ...localCredentials, switches: { refundReviewSeconds: 0 }, ...given });
  await installPackage(userFolder, tarball);
  const options = { program, userFolder, port: await freePort(), env };
  let running: N8nProcess = await startN8n(options);
  return {
    n8n: await connectN8n(running.url),
    simulator,
    credential: {
      world: "local",
      baseUrl: simulator.url,
      clientId: localCredentials.clientId,
      clientSecret: localCredentials.clientSecret,
      privateSalt: localCredentials.salt,
    },
    async restart(signal) {
      await running.stop(signal);
      running = await startN8n(options);
    },
    log: () => running.log(),
    async close() {
      await running.stop();
      await simulator.close();
      rmSync(userFolder, { recursive: true, force: true });
    },
  };
}
