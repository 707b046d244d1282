import { createServer, type RequestListener, type Server } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { ledgersClosed } from "../hosts/node-red/index.ts";
import type { ChatHub } from "./chat/chat-hub.ts";
import type { DataFolder } from "./data-folder.ts";
import { importPeer } from "./load-peer.ts";
import type { NodeRed } from "./red.ts";

/** The canvas, not yet reachable: requests and upgrades are handed in once the gate let them pass. */
export interface Canvas {
  readonly red: NodeRed;
  readonly handle: RequestListener;
  /** Takes the editor's WebSocket upgrades. */
  readonly inner: Server;
  close(): Promise<void>;
}

export interface CanvasOptions {
  readonly folder: DataFolder;
  /** The package's own folder, where Node-RED finds the payment nodes. */
  readonly packageRoot: string;
  readonly chat: ChatHub;
  readonly localUrl: string;
  readonly publicUrl: string | undefined;
  /** Name of the Node-RED package to load. */
  readonly nodeRed: string;
  readonly log: (line: string) => void;
}

const chatNodes = fileURLToPath(new URL("./chat-nodes/", import.meta.url));
const icon = fileURLToPath(new URL("./chat/page/icon.svg", import.meta.url));
/** Warnings of a start that is as it should be. */
const expectedWarnings = /^(Projects disabled|Encrypted credentials not found)/;
const logLevels: Readonly<Record<number, string>> = { 10: "fatal", 20: "error", 30: "warn" };

/** Starts Node-RED with the payment and the chat nodes, and the flows that the folder holds. */
export async function startCanvas(options: CanvasOptions): Promise<Canvas> {
  const { file, module } = await importPeer(options.nodeRed, "npm install node-red");
  const red = module.default as NodeRed;
  const express = createRequire(file)("express") as () => RequestListener & {
    use(path: string, app: RequestListener): void;
  };
  const inner = createServer();
  red.init(inner, settingsOf(options));
  const app = express();
  app.use("/canvas", red.httpAdmin);
  app.use("/", red.httpNode);
  const started = new Promise<void>((resolve) => red.events.once("flows:started", resolve));
  await red.start();
  await started;
  return {
    red,
    handle: app,
    inner,
    async close() {
      await red.stop();
      await ledgersClosed();
    },
  };
}

function settingsOf({ folder, packageRoot, chat, localUrl, publicUrl, log }: CanvasOptions): object {
  return {
    userDir: folder.nodeRed,
    flowFile: "flows.json",
    flowFilePretty: true,
    credentialSecret: folder.credentialSecret,
    nodesDir: [packageRoot, chatNodes],
    httpAdminRoot: "/canvas",
    httpNodeRoot: "/",
    functionGlobalContext: {},
    functionExternalModules: false,
    contextStorage: { default: { module: "localfilesystem", config: { flushInterval: 1 } } },
    telemetry: { enabled: false, updateNotification: false },
    externalModules: { palette: { allowInstall: false, allowUpload: false }, modules: { allowInstall: false } },
    logging: {
      playground: {
        level: "warn",
        metrics: false,
        audit: false,
        handler: () => (entry: { level: number; msg?: unknown; name?: string; type?: string }) => {
          const text = messageOf(entry.msg);
          if (expectedWarnings.test(text)) return;
          const where = entry.type ? ` [${entry.type}${entry.name ? `: ${entry.name}` : ""}]` : "";
          log(`canvas ${logLevels[entry.level] ?? "info"}${where}: ${text}`);
        },
      },
    },
    editorTheme: {
      tours: false,
      projects: { enabled: false },
      page: { title: "instamojo-flow playground", favicon: icon },
      header: { title: "Playground", image: icon, url: "/chat" },
      palette: { catalogues: [], categories: ["Payment", "Chat", "common", "function"] },
      codeEditor: { lib: "monaco" },
      menu: { "menu-item-help": { label: "Open the chat", url: "/chat" } },
    },
    instamojo: { tier: "development", localUrl, publicUrl, dataDir: folder.ledger },
    chat,
  };
}

function messageOf(message: unknown): string {
  return message instanceof Error ? message.message : String(message);
}
