import { profiles, type SimulatorProfile, type SimulatorSwitches } from "./switches.ts";

export interface SimulatorAccount {
  clientId: string;
  clientSecret: string;
  /** Private salt: key of the webhook MAC. */
  salt: string;
  /** Name in the checkout address, letters, digits, `_` and `-`. */
  username?: string;
}

export interface SimulatorOptions {
  /** 0 (default) takes a free one. Only 127.0.0.1 is bound. */
  port?: number;
  clientId?: string;
  clientSecret?: string;
  salt?: string;
  /** More merchants, each with data of its own. */
  accounts?: readonly SimulatorAccount[];
  /** Client ids start with `test_` in the test world and do not in the live one; others get `invalid_client`. */
  world?: "test" | "live";
  profile?: SimulatorProfile;
  /** Single switches, over the profile. */
  switches?: Partial<SimulatorSwitches>;
  /** JSON file that keeps the state over a restart. */
  dataFile?: string;
  /** Milliseconds since the epoch; the control API's clock is added. */
  now?: () => number;
}

/** A merchant as the simulator knows it; secret and salt never leave this process or go into the data file. */
export interface Merchant extends Required<SimulatorAccount> {}

export interface SimulatorSettings {
  world: "test" | "live";
  profile: SimulatorProfile;
  switches: SimulatorSwitches;
  merchants: readonly Merchant[];
}

export const localClientId = "test_local_client_id";
export const localClientSecret = "test_local_client_secret";
export const localSalt = "10ca110ca110ca110ca110ca110ca110";

export function readSettings(options: SimulatorOptions): SimulatorSettings {
  const world = options.world ?? "test";
  const profile = options.profile ?? "documented";
  const bare = (name: string): string => (world === "test" ? name : name.replace("test_", "live_"));
  const first = {
    clientId: options.clientId ?? bare(localClientId),
    clientSecret: options.clientSecret ?? bare(localClientSecret),
    salt: options.salt ?? localSalt,
  };
  const merchants = [first, ...(options.accounts ?? [])].map((account: SimulatorAccount, index) => ({
    ...account,
    username: account.username ?? (index === 0 ? "local" : `local${index + 1}`),
  }));
  for (const key of ["clientId", "username"] as const) {
    if (new Set(merchants.map((merchant) => merchant[key])).size < merchants.length) {
      throw new Error(`two accounts of the local Instamojo have the same ${key}`);
    }
  }
  const bad = merchants.find((merchant) => !/^[\w-]+$/.test(merchant.username));
  if (bad !== undefined) throw new Error(`not a username: ${bad.username}`);
  if (!Object.hasOwn(profiles, profile)) throw new Error(`no such profile: ${profile}`);
  return { world, profile, merchants, switches: mergeSwitches(profiles[profile], options.switches ?? {}) };
}

/** The switches with some changed; a name that does not exist is an error, not silence. */
export function mergeSwitches(base: SimulatorSwitches, some: Partial<SimulatorSwitches>): SimulatorSwitches {
  for (const name of Object.keys(some)) {
    if (!Object.hasOwn(base, name)) throw new Error(`no such switch: ${name}`);
  }
  return { ...base, ...some };
}
