import type { Simulator } from "../simulator/index.ts";
import { startSimulator } from "../simulator/index.ts";
import { chooseAccount, choosePublicUrl } from "./account-choice.ts";
import { type Canvas, startCanvas } from "./canvas.ts";
import { createChatHub } from "./chat/chat-hub.ts";
import { createChatRoutes } from "./chat/chat-routes.ts";
import { openTranscriptStore } from "./chat/transcript-store.ts";
import { type DataFolder, openDataFolder } from "./data-folder.ts";
import { deployExampleBot, readExampleBot } from "./example-bot.ts";
import { createFrontDoor } from "./front-door.ts";
import { createGate } from "./gate.ts";
import { findPeer } from "./load-peer.ts";
import { findPackageRoot } from "./package-root.ts";
import { choosePorts, listen, portError } from "./ports.ts";

/** The local Instamojo reviews a refund while the buyer looks on, and tells of failures at once. */
const switches = { refundReviewSeconds: 5, webhookOnFailure: true };

export interface PlaygroundOptions {
  /** Port of canvas and chat; the local Instamojo takes the next one. 0: any free ones. Absent: the ones of last time. */
  readonly port?: number | undefined;
  /** The folder that holds everything; `.instamojo-playground` in the current one unless given. */
  readonly dir?: string | undefined;
  readonly env?: NodeJS.ProcessEnv;
  /** One line of log at a time; to stderr unless given. */
  readonly log?: (line: string) => void;
  /** Name of the Node-RED package to load, `node-red` unless given. */
  readonly nodeRed?: string;
}

export interface Playground {
  readonly canvas: string;
  readonly chat: string;
  readonly simulator: string;
  close(): Promise<void>;
}

/**
 * Starts the playground: Node-RED with the example bot, the chat page and a local Instamojo, on the loopback address.
 * Rejects with PlaygroundError (cause and remedy in its message) when a port is taken, a peer is missing, the folder is
 * in use, or the account of the environment would move real money. Once per process: Node-RED cannot start twice.
 */
export async function startPlayground(options: PlaygroundOptions = {}): Promise<Playground> {
  const { env = process.env, log = (line) => void process.stderr.write(`${line}\n`), nodeRed = "node-red" } = options;
  const componentFile = findPeer("deep-chat/dist/deepChat.bundle.js", "npm install deep-chat");
  findPeer(nodeRed, "npm install node-red");
  const packageRoot = findPackageRoot();
  const closers: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const each of closers.splice(0).reverse()) await each();
  };
  try {
    // An account that is no good is refused before a folder is made or a port is taken.
    chooseAccount(env, "http://127.0.0.1");
    const folder = openDataFolder(options.dir);
    const state = folder.readState();
    const store = openTranscriptStore(folder.chatFile);
    closers.push(() => store.close());
    const ports = choosePorts(options.port, state.ports);
    const door = createFrontDoor();
    closers.push(() => door.close());
    const port = await listen(door.server, ports.canvas, "canvas and chat");
    const simulator = await openSimulator(ports.simulator, folder);
    closers.push(() => simulator.close());
    folder.writeState({ ...state, ports: { canvas: port, simulator: simulator.port } });

    const localUrl = `http://127.0.0.1:${port}`;
    const account = chooseAccount(env, simulator.url);
    const publicUrl = choosePublicUrl(env, account, localUrl);
    const hub = createChatHub(store);
    const routes = createChatRoutes({ hub, componentFile });
    closers.push(() => routes.close());
    const canvas = await startCanvas({ folder, packageRoot, chat: hub, localUrl, publicUrl, nodeRed, log });
    closers.push(() => canvas.close());
    await deployExampleBot(canvas.red, {
      account,
      lastSource: state.accountSource,
      example: () => readExampleBot(packageRoot),
    });
    folder.writeState({ ports: { canvas: port, simulator: simulator.port }, accountSource: account.source });
    door.open(houseOf(port, publicUrl, routes.handle, canvas));
    return { canvas: `${localUrl}/canvas/`, chat: `${localUrl}/chat`, simulator: simulator.url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openSimulator(port: number, folder: DataFolder): Promise<Simulator> {
  try {
    return await startSimulator({ port, dataFile: folder.simulatorFile, switches });
  } catch (error) {
    throw portError(error, port, "local Instamojo");
  }
}

function houseOf(
  port: number,
  publicUrl: string | undefined,
  chat: ReturnType<typeof createChatRoutes>["handle"],
  canvas: Canvas,
) {
  return { gate: createGate({ port, publicUrl }), chat, canvas: canvas.handle, upgrades: canvas.inner };
}
