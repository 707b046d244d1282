import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export interface FormsPage {
  /** The page; its fragment says which form of the manifest it shows. */
  readonly origin: string;
  close(): Promise<void>;
}

/** Bundles the page and serves it on loopback, with the committed manifest.json beside it and nothing else. */
export async function serveFormsPage(): Promise<FormsPage> {
  const bundle = await build({
    entryPoints: [here("page.js")],
    bundle: true,
    format: "esm",
    minify: true,
    target: "es2022",
    define: { "process.env.NODE_ENV": '"production"' },
    write: false,
    logLevel: "silent",
  });
  const answers: Record<string, readonly [type: string, body: string]> = {
    "/": ["text/html; charset=utf-8", readFileSync(here("page.html"), "utf8")],
    "/page.js": ["text/javascript; charset=utf-8", bundle.outputFiles[0]?.text ?? ""],
    "/manifest.json": ["application/json", readFileSync(here("../../../manifest.json"), "utf8")],
  };
  const server = createServer((request, response) => {
    const [type, body] = answers[request.url?.split("?")[0] ?? ""] ?? [];
    if (type === undefined) response.writeHead(404).end();
    else response.writeHead(200, { "content-type": type }).end(body);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
