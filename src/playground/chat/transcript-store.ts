import { DatabaseSync } from "node:sqlite";
import { PlaygroundError } from "../playground-error.ts";
import type { ChatEntry } from "./chat-message.ts";

/** What a flow keeps about a conversation. Plain JSON. */
export type Session = Record<string, unknown>;

/** The conversations on disk. Every write is synced before it returns; one process owns the file. */
export interface TranscriptStore {
  /** Makes the conversation unless it is there; true when it was made now. */
  open(conversation: string): boolean;
  /** Adds a line. `null` when a line with this key is there already. */
  add(conversation: string, entry: Omit<ChatEntry, "seq">, key?: string): ChatEntry | null;
  /** The lines after one, in order. */
  entries(conversation: string, afterSeq?: number): ChatEntry[];
  session(conversation: string): Session;
  saveSession(conversation: string, session: Session): void;
  close(): void;
}

const schema = `
  CREATE TABLE IF NOT EXISTS conversation (id TEXT PRIMARY KEY, session TEXT NOT NULL DEFAULT '{}') STRICT;
  CREATE TABLE IF NOT EXISTS entry (
    conversation TEXT NOT NULL REFERENCES conversation (id),
    seq INTEGER NOT NULL,
    key TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (conversation, seq),
    UNIQUE (conversation, key)
  ) STRICT, WITHOUT ROWID;
`;

/** Opens the file, or makes it. Throws {@link PlaygroundError} when another process has it open. */
export function openTranscriptStore(file: string): TranscriptStore {
  const database = openOwned(file);
  const insertConversation = database.prepare("INSERT OR IGNORE INTO conversation (id) VALUES (?)");
  const insertEntry = database.prepare(
    `INSERT INTO entry (conversation, seq, key, body)
     SELECT ?1, 1 + coalesce(max(seq), 0), ?2, ?3 FROM entry WHERE conversation = ?1
     ON CONFLICT (conversation, key) DO NOTHING RETURNING seq`,
  );
  const selectEntries = database.prepare("SELECT seq, body FROM entry WHERE conversation = ? AND seq > ? ORDER BY seq");
  const selectSession = database.prepare("SELECT session FROM conversation WHERE id = ?");
  const updateSession = database.prepare("UPDATE conversation SET session = ? WHERE id = ?");

  return {
    open: (conversation) => insertConversation.run(conversation).changes === 1,
    add(conversation, entry, key) {
      const row = insertEntry.get(conversation, key ?? null, JSON.stringify(entry));
      return row === undefined ? null : { ...entry, seq: row.seq as number };
    },
    entries: (conversation, afterSeq = 0) =>
      selectEntries.all(conversation, afterSeq).map(({ seq, body }) => ({
        ...(JSON.parse(body as string) as Omit<ChatEntry, "seq">),
        seq: seq as number,
      })),
    session: (conversation) =>
      JSON.parse((selectSession.get(conversation)?.session as string | undefined) ?? "{}") as Session,
    saveSession: (conversation, session) => void updateSession.run(JSON.stringify(session), conversation),
    close: () => database.close(),
  };
}

function openOwned(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    database.exec(`BEGIN IMMEDIATE; ${schema} COMMIT;`);
    return database;
  } catch (cause) {
    database.close();
    if (!/locked|busy/i.test((cause as Error).message)) throw cause;
    throw new PlaygroundError(
      "folder-in-use",
      `Another playground is running with ${file}. End it, or choose another folder with --dir.`,
      { cause },
    );
  }
}
