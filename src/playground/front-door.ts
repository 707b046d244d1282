import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Verdict } from "./gate.ts";

/** What stands behind the door once everything is up. */
export interface House {
  readonly gate: (knock: {
    method: string;
    url: string;
    headers: IncomingMessage["headers"];
    isUpgrade: boolean;
  }) => Verdict;
  readonly chat: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly canvas: RequestListener;
  /** Where the editor listens for WebSocket upgrades. */
  readonly upgrades: Server;
}

/** The one server that is reachable: it asks the gate first, and answers 503 until the house is up. */
export interface FrontDoor {
  readonly server: Server;
  open(house: House): void;
  close(): Promise<void>;
}

export function createFrontDoor(): FrontDoor {
  let house: House | undefined;
  const sockets = new Set<Duplex>();

  const server = createServer((request, response) => {
    if (!house) return refuse(response, 503, "The playground is starting.");
    const verdict = house.gate(knockOf(request, false));
    if (!verdict.isOpen) return refuse(response, verdict.status, verdict.text);
    if (request.url === "/") {
      response.writeHead(302, { location: "/chat" }).end();
      return;
    }
    if (!house.chat(request, response)) house.canvas(request, response);
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const verdict = house?.gate(knockOf(request, true));
    if (!house || !verdict?.isOpen) {
      socket.end(`HTTP/1.1 ${verdict?.isOpen === false ? verdict.status : 503} \r\nconnection: close\r\n\r\n`);
      return;
    }
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    house.upgrades.emit("upgrade", request, socket, head);
  });

  return {
    server,
    open(next) {
      house = next;
    },
    async close() {
      if (!server.listening) return;
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await closed;
    },
  };
}

function knockOf({ method = "GET", url = "/", headers }: IncomingMessage, isUpgrade: boolean) {
  return { method, url, headers, isUpgrade };
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "x-content-type-options": "nosniff",
    ...(status === 503 ? { "retry-after": "1" } : {}),
  });
  response.end(`${text}\n`);
}
