import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { accessToken } from "./client-fakes.ts";

/** One call that arrived completely. `connection` counts the sockets that the server accepted, from 1. */
export interface ArrivedCall {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  readonly connection: number;
}

export interface FaultServer {
  readonly url: string;
  readonly port: number;
  /** Calls that arrived, token calls left out. */
  readonly calls: ArrivedCall[];
  readonly tokenCalls: ArrivedCall[];
  connections(): number;
  close(): Promise<void>;
}

export type Misbehave = (call: ArrivedCall, response: ServerResponse, socket: Socket) => void;

/** A gateway on loopback that gives out tokens and then does to a call what the test says. */
export async function startFaultServer(
  misbehave: Misbehave,
  options: { onToken?: Misbehave } = {},
): Promise<FaultServer> {
  const numbers = new WeakMap<Socket, number>();
  const sockets = new Set<Socket>();
  const calls: ArrivedCall[] = [];
  const tokenCalls: ArrivedCall[] = [];
  let accepted = 0;
  const giveToken: Misbehave = (_call, response) => {
    response.end(JSON.stringify({ access_token: accessToken, token_type: "Bearer", expires_in: 36000 }));
  };
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      const path = request.url ?? "";
      const call: ArrivedCall = {
        method: request.method ?? "",
        path,
        headers: request.headers,
        body: Buffer.concat(pieces).toString(),
        connection: numbers.get(request.socket) ?? 0,
      };
      const isToken = path === "/oauth2/token/";
      (isToken ? tokenCalls : calls).push(call);
      (isToken ? (options.onToken ?? giveToken) : misbehave)(call, response, request.socket);
    });
  });
  server.on("connection", (socket) => {
    accepted += 1;
    numbers.set(socket, accepted);
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    calls,
    tokenCalls,
    connections: () => accepted,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
