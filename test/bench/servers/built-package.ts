/** The build that is measured; the one of this checkout unless BENCH_DIST names another. */
const folder = process.env["BENCH_DIST"] ?? new URL("../../../dist/", import.meta.url).pathname;

const load = async (path: string): Promise<unknown> => import(`file://${folder}/src/${path}.js`);

export const loadPackage = async () => (await load("index")) as typeof import("../../../src/index.ts");
export const loadWebhook = async () => (await load("webhook")) as typeof import("../../../src/webhook.ts");
export const loadSimulator = async () =>
  (await load("simulator/index")) as typeof import("../../../src/simulator/index.ts");
export const loadStoreHere = async () =>
  (await load("store/sqlite-store-here")) as typeof import("../../../src/store/sqlite-store-here.ts");
export const loadHttp = async () =>
  (await load("hosts/http/index")) as typeof import("../../../src/hosts/http/index.ts");
