import { afterEach, describe, expect, it } from "@jest/globals";
import { call, closeAll, credentials, freshToken, open } from "./simulator-caller.ts";

afterEach(closeAll);

const token = (url: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  call(`${url}/oauth2/token/`, "POST", { form, headers });

describe("the local Instamojo's token", () => {
  it("has the four documented keys", async () => {
    const { sim } = await open();
    const reply = await token(sim.url, credentials);
    expect(reply.status).toBe(200);
    expect(reply.headers.get("content-type")).toBe("application/json");
    expect(reply.body).toEqual({
      access_token: expect.stringMatching(/^[A-Za-z0-9]{30}$/),
      token_type: "Bearer",
      expires_in: 36000,
      scope: "read write",
    });
  });

  it.each([
    [{ client_id: "test_nobody" }, 401, { error: "invalid_client" }],
    [{ client_secret: "test_wrong" }, 401, { error: "invalid_client" }],
    [{ client_secret: "" }, 401, { error: "invalid_client" }],
    [{ grant_type: "" }, 400, { error: "unsupported_grant_type" }],
    [{ grant_type: "magic" }, 400, { error: "unsupported_grant_type" }],
    [{ grant_type: "password", username: "local", password: "" }, 401, { error: "invalid_grant" }],
    [{ grant_type: "refresh_token", refresh_token: "none" }, 401, { error: "invalid_grant" }],
  ])("with %j answers %i", async (change, status, body) => {
    const { sim } = await open();
    const reply = await token(sim.url, { ...credentials, ...change } as Record<string, string>);
    expect([reply.status, reply.body]).toEqual([status, body]);
  });

  it("is refused for the credentials of the other world", async () => {
    const account = { clientId: "plain_id", clientSecret: "s", salt: "t" };
    const test = await open({ accounts: [account] });
    const live = await open({ world: "live", accounts: [account, { ...account, clientId: "test_id", username: "u" }] });
    const form = { ...credentials, client_id: "plain_id", client_secret: "s" };
    expect((await token(test.sim.url, form)).body).toEqual({ error: "invalid_client" });
    expect((await token(live.sim.url, form)).status).toBe(200);
    const crossed = await token(live.sim.url, { ...form, client_id: "test_id" });
    expect([crossed.status, crossed.body]).toEqual([401, { error: "invalid_client" }]);
  });

  it("comes in JSON and multipart too", async () => {
    const { sim } = await open();
    const url = `${sim.url}/oauth2/token/`;
    expect((await call(url, "POST", { json: credentials })).status).toBe(200);
    expect((await call(url, "POST", { multipart: credentials })).status).toBe(200);
  });

  it("of a user comes with a refresh token that works once", async () => {
    const { sim } = await open();
    const user = { ...credentials, grant_type: "password", username: "local", password: "x" };
    const first = (await token(sim.url, user)).body;
    const again = { ...credentials, grant_type: "refresh_token", refresh_token: first.refresh_token };
    expect((await token(sim.url, again)).body).toHaveProperty("refresh_token");
    expect((await token(sim.url, again)).status).toBe(401);
  });

  it("lives 36000 seconds, and a newer one does not end it", async () => {
    const { sim, get } = await open();
    await freshToken(sim);
    await sim.control.advanceClock(35_999);
    expect((await get("/v2/payments/")).status).toBe(200);
    await sim.control.advanceClock(1);
    const late = await get("/v2/payments/");
    expect([late.status, late.body]).toEqual([401, { success: false, message: "Invalid or expired token." }]);
  });

  it.each([
    [undefined, "Authentication credentials were not provided."],
    ["", "Authentication credentials were not provided."],
    ["garbage", "Invalid or expired token."],
  ])("%j on a call answers 401", async (value, message) => {
    const { sim } = await open();
    const reply = await call(`${sim.url}/v2/payment_requests/`, "POST", { token: value, form: {} });
    expect([reply.status, reply.body]).toEqual([401, { success: false, message }]);
  });

  it("can be revoked", async () => {
    const { sim, get } = await open();
    sim.control.faults({ kind: "revoke-tokens", clientId: "someone_else" });
    expect((await get("/v2/payments/")).status).toBe(200);
    sim.control.faults({ kind: "revoke-tokens" });
    expect((await get("/v2/payments/")).status).toBe(401);
  });

  it("shows a merchant its own data only", async () => {
    const account = { clientId: "test_other", clientSecret: "test_s", salt: "t" };
    const mine = await open({ accounts: [account] });
    const payment = await mine.paid();
    const request = await mine.request();
    const refund = (await mine.post(`/v2/payments/${payment}/refund/`, { type: "PTH", body: "x" })).body.refund.id;
    const theirs = await freshToken(mine.sim, { ...credentials, client_id: "test_other", client_secret: "test_s" });
    const notFound = [404, { success: false, message: "Not found." }];
    for (const path of [
      `/v2/payment_requests/${request}/`,
      `/v2/payments/${payment}/`,
      `/v2/resolutioncenter/cases/${refund}/`,
      `/v2/refunds/${refund}/`,
    ]) {
      expect((await mine.get(path)).status).toBe(200);
      const reply = await call(mine.sim.url + path, "GET", { token: theirs });
      expect([reply.status, reply.body]).toEqual(notFound);
    }
    for (const path of [
      `/v2/payments/${payment}/refund/`,
      `/v2/payment_requests/${request}/disable/`,
      `/v2/payment_requests/${request}/enable/`,
      `/v2/payments/${payment}/fulfil/`,
    ]) {
      const reply = await call(mine.sim.url + path, "POST", { token: theirs, form: {} });
      expect([reply.status, reply.body]).toEqual(notFound);
    }
    const list = await call(`${mine.sim.url}/v2/payments/`, "GET", { token: theirs });
    expect(list.body).toEqual({ count: 0, next: null, previous: null, payments: [] });
  });
});
