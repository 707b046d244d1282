import { afterEach, describe, expect, it } from "@jest/globals";
import type { Payment } from "../../schemas/wire/payment.ts";
import type { CallFault } from "../../src/simulator/faults.ts";
import { openSqliteStore } from "../../src/store/sqlite-store.ts";
import { type FaultScene, gatewayProfiles, rest, startScene, until } from "../helpers/fault-scene.ts";

let scene: FaultScene;
afterEach(() => scene.host.close());

type Poison = (payment: Payment) => Omit<CallFault, "method" | "path" | "count">;
const status = (body: unknown, rest: { status?: number; bytes?: number; headers?: Record<string, string> } = {}) => ({
  kind: "status" as const,
  status: 200,
  body,
  ...rest,
});

const poisons: Readonly<Record<string, Poison>> = {
  "no JSON": () => status("paid"),
  "a page of HTML": () => status("<html><body>Completed</body></html>", { headers: { "content-type": "text/html" } }),
  "a page of HTML with 502": () => status("<html>Bad gateway</html>", { status: 502 }),
  "another shape": () => status({ payment: { status: true } }),
  "an empty object": () => status({}),
  null: () => status("null"),
  "a list": (payment) => status([payment]),
  "a status in words": (payment) => status({ ...payment, status: "Credit" }),
  "an amount that is a number of another kind": (payment) => status({ ...payment, amount: { paise: 20_000 } }),
  "another payment": (payment) => status({ ...payment, id: "MOJO0000000000000001" }),
  "keys that reach for the prototype": () => status('{"__proto__":{"status":true},"constructor":1}'),
  "fifty megabytes": (payment) => status(payment, { bytes: 50_000_000 }),
  "a cut body": () => ({ kind: "cut" }),
  "a reset": () => ({ kind: "reset" }),
  "no such payment": () => status({ success: false, message: "Not found" }, { status: 404 }),
  "too many calls": () => status({ success: false }, { status: 429, headers: { "retry-after": "0" } }),
  "a redirect": () => status("", { status: 302, headers: { location: "http://127.0.0.1:1/" } }),
};

const toPay = ({ path }: { path: string }) => path.startsWith("/v2/payments/MOJO");

describe.each(gatewayProfiles)("confirming reads of a %s gateway", (profile) => {
  it.each(["/v2/payments/MOJO*", "/v2/payment_requests/*"])(
    "that are answered with poison at %s confirm nothing, are made again, and settle when they are well",
    async (path) => {
      const store = await openSqliteStore({ file: ":memory:" });
      // Without the lag of the hostile one it is the poison that every read meets.
      const switches = { readLagSeconds: 0, listLagSeconds: 0 };
      scene = await startScene({ profile, simulator: { switches }, host: { store } });
      scene.fault({ kind: "webhook-drop", count: 0 });
      const id = await scene.link();
      for (const [name, poison] of Object.entries(poisons)) {
        scene.fault({ kind: "clear" });
        scene.fault({ kind: "webhook-drop", count: 0 });
        const before = scene.completed().length;
        const payment = scene.pay(id);
        scene.fault({ ...poison(payment), method: "GET", path, count: 0 } as CallFault);
        const calls = () => scene.host.simulator.ledger().calls.filter(toPay).length;
        const asked = calls();
        expect((await scene.post(payment)).status).toBe(200);
        await until(() => calls() > asked);
        await rest(60);
        expect([name, scene.completed().length]).toEqual([name, before]);
      }
      // Not yet is no contradiction: nothing waits for a person.
      expect((await store.held(100)).messages).toEqual([]);
      scene.fault({ kind: "clear" });
      await scene.allToldOnce();
    },
  );
});
