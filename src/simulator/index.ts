export { ControlError, type PayOrder, type SimulatorControl } from "./control.ts";
export type { CallFault, Fault, FaultMatch, WebhookFault } from "./faults.ts";
export type { LedgerCall, LedgerPayment, SimulatorLedger } from "./ledger.ts";
export {
  localClientId,
  localClientSecret,
  localSalt,
  type SimulatorAccount,
  type SimulatorOptions,
} from "./settings.ts";
export { type Simulator, startSimulator } from "./start-simulator.ts";
export type { StoredCase, StoredPayment, StoredRequest, StoredWebhook, WebhookAttempt } from "./state.ts";
export { type CaseResolution, caseResolutions, type SimulatorProfile, type SimulatorSwitches } from "./switches.ts";
export type { Payer, PaymentOutcome } from "./take-payment.ts";
