import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import type { GatewayAccount } from "../client/gateway.ts";
import type { HeldToken, TokenShare } from "../client/token.ts";
import type { Coordination } from "../runtime/coordination.ts";
import { digest } from "./callbacks.ts";

const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

/**
 * One token of an account for all processes of a ledger. It lies in the database sealed with the client secret: who has
 * only the database cannot use it.
 */
export function sharedToken(account: GatewayAccount, coordination: Coordination): TokenShare {
  const { baseUrl, clientId, clientSecret } = account;
  const name = `token ${digest(baseUrl, clientId, clientSecret)}`;
  const key = Buffer.from(hkdfSync("sha256", clientSecret, clientId, "instamojo-flow token", 32));

  async function known(isGood: (token: HeldToken) => boolean): Promise<HeldToken | null> {
    const text = await coordination.note(name);
    const token = text === null ? null : open(text, key);
    return token && isGood(token) ? token : null;
  }

  return async (fetch, isGood) =>
    (await known(isGood)) ??
    coordination.exclusively(name, async () => {
      const meanwhile = await known(isGood);
      if (meanwhile) return meanwhile;
      const token = await fetch();
      // The others fetch one of their own then.
      await coordination.saveNote(name, seal(token, key)).catch(() => {});
      return token;
    });
}

function seal(token: HeldToken, key: Buffer): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(token), "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64");
}

/** Null for what was not sealed with this key. */
function open(text: string, key: Buffer): HeldToken | null {
  try {
    const bytes = Buffer.from(text, "base64");
    const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes));
    decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
    const plain = Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]);
    return JSON.parse(plain.toString("utf8")) as HeldToken;
  } catch {
    return null;
  }
}
