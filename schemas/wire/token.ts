import { type Static, Type } from "@sinclair/typebox";

/** Reply of `POST /oauth2/token/`. `expires_in` is seconds, 36000 in the documentation; the token is opaque. */
export const TokenReply = Type.Object({
  access_token: Type.String({ minLength: 1 }),
  token_type: Type.String(),
  expires_in: Type.Optional(Type.Union([Type.Number(), Type.String()])),
  scope: Type.Optional(Type.String()),
});
export type TokenReply = Static<typeof TokenReply>;
