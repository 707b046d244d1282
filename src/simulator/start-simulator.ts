import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createAgenda } from "./agenda.ts";
import {
  addFault,
  ControlError,
  payByControl,
  resolveByControl,
  type SimulatorControl,
  switchByControl,
} from "./control.ts";
import { controlPrefix, respondToControl } from "./control-http.ts";
import { readDataFile, writeDataFile } from "./data-file.ts";
import { type Desk, json, type SimulatorRequest, type SimulatorResponse } from "./exchange.ts";
import { FaultBook } from "./faults.ts";
import { lateWrite } from "./late-write.ts";
import { type LedgerCall, openCall, type SimulatorLedger, writeLedger } from "./ledger.ts";
import { Outbox } from "./outbox.ts";
import { isLoopbackHost, readRequest } from "./read-request.ts";
import { respond } from "./respond.ts";
import { faultResponse, sendResponse } from "./send-response.ts";
import { readSettings, type SimulatorOptions } from "./settings.ts";
import { addMerchant, emptyState } from "./state.ts";

/** A running local Instamojo. */
export interface Simulator {
  /** `http://127.0.0.1:{port}`, the base URL to give to a client. */
  readonly url: string;
  readonly port: number;
  /** A copy of everything it holds and every call it got. */
  ledger(): SimulatorLedger;
  readonly control: SimulatorControl;
  /** Ends its sockets and timers. */
  close(): Promise<void>;
}

const mostCalls = 20_000;

/** Starts a local Instamojo on 127.0.0.1. Rejects when the port is taken or the data file is no data file. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { dataFile, now = Date.now } = options;
  const settings = readSettings(options);
  const startSwitches = settings.switches;
  const state = dataFile === undefined ? emptyState() : readDataFile(dataFile);
  const faults = new FaultBook();
  const stop = new AbortController();
  const errors: string[] = [];
  const agenda = createAgenda(() => now() + state.clockOffsetMs, noteError);
  /** Calls that get no answer; a reset closes them. */
  const held = new Set<ServerResponse>();
  let calls: LedgerCall[] = [];
  let origin = "";

  const desk = (): Desk => ({ state, settings, now: now() + state.clockOffsetMs, origin });
  const save = (): void => {
    if (dataFile !== undefined) writeDataFile(dataFile, state);
  };
  const outbox = new Outbox({ desk, agenda, faults, changed: save, stop: stop.signal });
  const addMerchants = (): void => {
    for (const { clientId, username } of settings.merchants) addMerchant(state, clientId, username);
  };
  const changed = (): void => {
    outbox.collect();
    save();
  };

  const control: SimulatorControl = {
    pay: (order) => after(payByControl(desk(), order)),
    faults: (fault) => after(addFault(desk(), faults, fault)),
    resolveRefund: (caseId, resolution) => after(resolveByControl(desk(), caseId, resolution)),
    setSwitches: (switches) => switchByControl(desk(), switches),
    async advanceClock(seconds) {
      if (!Number.isFinite(seconds) || seconds < 0) throw new ControlError(400, "advanceSeconds is a positive number");
      state.clockOffsetMs += seconds * 1000;
      changed();
      await agenda.settled();
    },
    settled: () => agenda.settled(),
    reset() {
      Object.assign(state, emptyState());
      addMerchants();
      settings.switches = startSwitches;
      calls = [];
      errors.length = 0;
      faults.clear();
      agenda.clear();
      outbox.clear();
      for (const outgoing of held) outgoing.destroy();
      held.clear();
      save();
    },
  };
  const ledger = (): SimulatorLedger => writeLedger(desk(), calls, errors);

  function noteError(error: unknown): void {
    errors.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }

  function after<T>(result: T): T {
    changed();
    return result;
  }

  function apply(request: SimulatorRequest, call: LedgerCall): SimulatorResponse {
    const { clientId, isHandled, response } = respond(desk(), request);
    Object.assign(call, { clientId, isHandled, isApplied: true });
    if (request.method !== "GET" && request.method !== "HEAD") changed();
    return response;
  }

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    const isHead = request.method === "HEAD";
    const send = { isHead, now: desk().now, stop: stop.signal };
    if (!isLoopbackHost(request.headers.host)) {
      return sendResponse(outgoing, json(403, { error: "the local Instamojo answers this machine only" }), send);
    }
    if (request.path.startsWith(controlPrefix)) {
      return sendResponse(outgoing, await respondToControl({ control, ledger }, request), send);
    }
    const call = openCall(request, desk().now);
    if (calls.push(call) > mostCalls) calls.shift();
    const fault = faults.takeForCall(request.method, request.path) ?? lateWrite(desk(), request.method, request.path);
    call.fault = fault?.kind ?? null;
    if (fault?.kind === "late" || fault?.kind === "silent") held.add(outgoing);
    outgoing.once("close", () => held.delete(outgoing));
    if (fault?.kind === "late") {
      agenda.add(desk().now + fault.applySeconds * 1000, () => {
        apply(request, call);
        outgoing.destroy();
      });
      agenda.wake();
      return;
    }
    const isSwallowed =
      ((fault?.kind === "reset" || fault?.kind === "silent") && fault.isApplied === false) ||
      (fault?.kind === "status" && fault.isApplied !== true);
    const answer = isSwallowed ? json(200, {}) : apply(request, call);
    if (fault?.kind === "silent") return;
    const response = fault?.kind === "status" ? faultResponse(fault) : answer;
    if (fault?.kind !== "reset") call.status = response.status;
    await sendResponse(outgoing, response, { ...send, fault });
  }

  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch((error: unknown) => {
      if (stop.signal.aborted || outgoing.headersSent || incoming.destroyed) {
        outgoing.destroy();
        return;
      }
      noteError(error);
      outgoing.writeHead(500, { "content-type": "application/json" });
      outgoing.end(JSON.stringify({ success: false, message: "Internal Server Error" }));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  origin = `http://127.0.0.1:${port}`;
  addMerchants();
  changed();

  return {
    url: origin,
    port,
    ledger,
    control,
    async close() {
      stop.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.all([closed, agenda.stop()]);
    },
  };
}
