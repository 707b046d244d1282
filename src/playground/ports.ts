import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Ports } from "./data-folder.ts";
import { PlaygroundError } from "./playground-error.ts";

/** Canvas and chat, unless told otherwise; the local Instamojo takes the next one. */
export const defaultPort = 1880;

/**
 * Which ports to take: the ones asked for, else the ones of the last start, else the default ones. 0 stands for any
 * free one.
 */
export function choosePorts(asked: number | undefined, stored: Ports | undefined): Ports {
  if (asked === undefined) return stored ?? { canvas: defaultPort, simulator: defaultPort + 1 };
  if (!Number.isInteger(asked) || asked < 0 || asked > 65_534) {
    throw new PlaygroundError("port-invalid", `--port must be 0, or a number from 1 to 65534; it is ${asked}.`);
  }
  return asked === 0 ? { canvas: 0, simulator: 0 } : { canvas: asked, simulator: asked + 1 };
}

/** Binds the server on the loopback address alone; resolves with the port it got. */
export async function listen(server: Server, port: number, purpose: string): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => {
        server.off("error", reject);
        resolve();
      });
    });
  } catch (error) {
    throw portError(error, port, purpose);
  }
  return (server.address() as AddressInfo).port;
}

/** Names port and remedy where a port cannot be had; any other error is handed back as it is. */
export function portError(error: unknown, port: number, purpose: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== "EADDRINUSE" && code !== "EACCES") return error;
  const reason = code === "EACCES" ? "may not be used without further rights" : "is taken by another program";
  return new PlaygroundError(
    "port-taken",
    `Port ${port} (${purpose}) ${reason}. End that program, or choose other ports: --port N takes N and N+1, --port 0 any free ones.`,
    { cause: error },
  );
}
