/** Bare `node:http` that verifies the signature and answers. */
import { isSigned, readBody, serve } from "./answering.ts";

serve((request, response) => {
  readBody(request, (body) => {
    response.writeHead(isSigned(body) ? 200 : 403, { "content-type": "text/plain", "content-length": 2 }).end("OK");
  });
});
