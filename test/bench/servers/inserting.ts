/** Bare `node:http` that verifies the signature and writes one synced SQLite row per request before it answers. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isSigned, readBody, serve } from "./answering.ts";

const database = new DatabaseSync(join(process.argv[2] as string, "rows.db"));
database.exec(
  "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE rows (id INTEGER PRIMARY KEY, body TEXT)",
);
const insert = database.prepare("INSERT INTO rows (body) VALUES (?)");

serve((request, response) => {
  readBody(request, (body) => {
    const isKnown = isSigned(body);
    if (isKnown) insert.run(body);
    response.writeHead(isKnown ? 200 : 403, { "content-type": "text/plain", "content-length": 2 }).end("OK");
  });
});
