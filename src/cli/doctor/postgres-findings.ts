import type { ClientBase } from "pg";
import type { AccountHealth } from "../../store/rows.ts";
import type { Finding } from "./finding.ts";

const about = { check: "store" } as const;
const withinMs = 10_000;
/** PostgreSQL 13. */
const oldestVersion = 130_000;

/** Settings without which a commit may be lost although it was answered. */
const promises = {
  fsync: "PostgreSQL does not wait for the disk: after a power cut, messages that were answered are gone.",
  full_page_writes: "PostgreSQL does not protect pages that are half written when the power fails.",
  synchronous_commit: "PostgreSQL answers before a commit is on the disk: a crash loses what was answered.",
} as const;

/** Looks at the database of the ledger: reachable, new enough, and keeping its promises. Never rejects. */
export async function postgresFindings(url: string): Promise<readonly Finding[]> {
  const { Client } = (await import("pg")).default;
  let client: ClientBase & { end(): Promise<void> };
  try {
    client = new Client({ connectionString: url, connectionTimeoutMillis: withinMs, query_timeout: withinMs });
    // A connection that breaks between two queries is told by the next one.
    client.on("error", () => {});
    await client.connect();
  } catch (fault) {
    return [unreachable(fault)];
  }
  try {
    return await look(client);
  } catch (fault) {
    return [unreachable(fault)];
  } finally {
    await client.end().catch(() => {});
  }
}

async function look(client: ClientBase): Promise<readonly Finding[]> {
  const settings = await client.query<{ name: string; setting: string }>(
    "SELECT name, setting FROM pg_settings WHERE name = ANY($1)",
    [["server_version_num", "server_version", ...Object.keys(promises)]],
  );
  const is = new Map(settings.rows.map(({ name, setting }) => [name, setting]));
  const version = Number(is.get("server_version_num"));
  const name = `PostgreSQL ${is.get("server_version")}`;
  const findings: Finding[] = [
    version >= oldestVersion
      ? { ...about, result: "ok", message: `${name} can be reached.` }
      : { ...about, result: "failed", message: `${name} is too old.`, remedy: "Use PostgreSQL 13 or newer." },
  ];
  for (const [setting, message] of Object.entries(promises)) {
    if (is.get(setting) !== "off") continue;
    findings.push({
      ...about,
      result: "failed",
      message: `${setting} is off: ${message}`,
      remedy: `Set ${setting} = on for this server, database and user.`,
    });
  }
  if (findings.length === 1 && version >= oldestVersion) {
    findings.push({ ...about, result: "ok", message: "Its commits are on the disk when it says so." });
  }
  return [...findings, ...(await openConnection(client))];
}

/** The password and everybody's names would go over the network for all to read. */
async function openConnection(client: ClientBase): Promise<readonly Finding[]> {
  const { rows } = await client.query<{ open: boolean }>(
    `SELECT NOT ssl AND client_addr IS NOT NULL AND NOT client_addr <<= '127.0.0.0/8' AND client_addr <> '::1' AS open
     FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE pid = pg_backend_pid()`,
  );
  if (!rows[0]?.open) return [];
  return [
    {
      ...about,
      result: "warning",
      message: "The connection to PostgreSQL is not encrypted.",
      remedy: "Add ?sslmode=verify-full to the address under store, unless the network is yours alone.",
    },
  ];
}

const causes: Readonly<Record<string, readonly [message: string, remedy: string]>> = {
  ECONNREFUSED: ["Nobody listens at the address of PostgreSQL.", "Start it, or check host and port under store."],
  ENOTFOUND: ["The host of PostgreSQL is not known.", "Check the host under store."],
  "28P01": ["PostgreSQL refuses user or password.", "Check them under store."],
  "28000": ["PostgreSQL does not let this user in from here.", "Check pg_hba.conf, and the user under store."],
  "3D000": ["The database does not exist.", "Create it, or check its name under store."],
  "53300": ["PostgreSQL takes no more connections.", "Raise max_connections, or run fewer processes."],
  "57P03": ["PostgreSQL is still starting.", "Wait a moment and run this again."],
};

/** By its code alone: what drivers say may quote the address, and with it the password. */
function unreachable(fault: unknown): Finding {
  const { code } = (fault ?? {}) as { readonly code?: unknown };
  const name = typeof code === "string" && /^[A-Z0-9_]{1,40}$/.test(code) ? code : "no answer";
  const [message, remedy] = causes[name] ?? [
    `PostgreSQL cannot be used (${name}).`,
    "Check the address under store, and its log.",
  ];
  return { ...about, result: "failed", message, remedy };
}

/** What the ledger says of its accounts; nothing where there is none yet. */
export async function postgresHealth(url: string): Promise<readonly AccountHealth[]> {
  const [{ openPostgres }, health] = await Promise.all([
    import("../../store/postgres/database.ts"),
    import("../../store/postgres/health.ts"),
  ]);
  const database = await openPostgres(url, { connections: 1 });
  try {
    return await health.postgresHealth(database).health();
  } catch {
    return [];
  } finally {
    await database.close();
  }
}
