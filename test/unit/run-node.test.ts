import { describe, expect, it, jest } from "@jest/globals";
import { Type } from "@sinclair/typebox";
import { createAjvValidator } from "../../src/runtime/ajv-validator.ts";
import { FlowError } from "../../src/runtime/errors.ts";
import { type Logger, silentLogger } from "../../src/runtime/logger.ts";
import type { NodeContext } from "../../src/runtime/node-context.ts";
import { defineNode, type Effect, errorPort, successPort, unknownPort } from "../../src/runtime/node-definition.ts";
import { runNode } from "../../src/runtime/run-node.ts";

const validator = createAjvValidator();
const context = {} as NodeContext;

function declare(execute: (input: { count: number }) => unknown, effect: Effect = "create", hasUnknown = false) {
  return defineNode({
    id: "count-things",
    version: 1,
    title: "Count things",
    description: "Counts.",
    effect,
    idempotency: "none",
    input: Type.Object({ count: Type.Integer({ title: "Count", minimum: 1 }) }, { additionalProperties: false }),
    output: Type.Object({ doubled: Type.Integer() }, { additionalProperties: false }),
    ports: hasUnknown ? [successPort, errorPort, unknownPort] : [successPort, errorPort],
    errors: ["invalid_input"],
    examples: [],
    execute: async (input) => execute(input) as { doubled: number },
  });
}

const run = (definition: ReturnType<typeof declare>, input: unknown, logger?: Logger) =>
  runNode(definition, input, { validator, context: () => context, ...(logger ? { logger } : {}) });

function recordingLogger() {
  const error = jest.fn();
  return { logger: { ...silentLogger, error } as Logger, error };
}

describe("runNode", () => {
  it("hands the canonical input to the executor and its output to the success port", async () => {
    const result = await run(
      declare(({ count }) => ({ doubled: count * 2 })),
      { count: " 21 " },
    );
    expect(result).toEqual({ port: "success", output: { doubled: 42 } });
  });

  it("makes neither services nor calls when the input is bad", async () => {
    const execute = jest.fn(() => ({ doubled: 0 }));
    const makeContext = jest.fn(() => context);
    const result = await runNode(declare(execute), { count: 0 }, { validator, context: makeContext });
    expect(result).toEqual({
      port: "error",
      error: {
        code: "invalid_input",
        message: "Count must be at least 1.",
        remedy: "Correct the fields named in fieldErrors and run the node again.",
        retryable: false,
        outcome: "not-applied",
        fieldErrors: [
          { field: "count", rule: "at least 1", message: "Count must be at least 1.", remedy: "Correct the value." },
        ],
      },
    });
    expect(makeContext).not.toHaveBeenCalled();
    expect(execute).not.toHaveBeenCalled();
  });

  it.each([[null], [undefined], ["{}"], [[]]])("does not reject for an input of %j", async (input) => {
    const result = await run(
      declare(() => ({ doubled: 0 })),
      input,
    );
    expect(result).toMatchObject({ port: "error", error: { code: "invalid_input" } });
  });

  it("maps an account that cannot be used to the error port", async () => {
    const definition = declare(() => ({ doubled: 0 }));
    const refuse = () => {
      throw new FlowError("account_unknown", "There is no account.");
    };
    const result = await runNode(definition, { count: 1 }, { validator, context: refuse });
    expect(result).toMatchObject({ port: "error", error: { code: "account_unknown", outcome: "not-applied" } });
  });

  it("sends an unknown outcome to the unknown port where there is one", async () => {
    const fail = () => {
      throw new FlowError("refund_unknown", "No answer came.");
    };
    expect(await run(declare(fail, "move-money", true), { count: 1 })).toMatchObject({
      port: "unknown",
      error: { code: "refund_unknown", outcome: "unknown", retryable: false },
    });
    expect(await run(declare(fail, "create", false), { count: 1 })).toMatchObject({
      port: "error",
      error: { code: "refund_unknown", outcome: "unknown" },
    });
  });

  it("sends a known refusal to the error port even where there is an unknown one", async () => {
    const fail = () => {
      throw new FlowError("not_paid_yet", "Not paid.");
    };
    expect(await run(declare(fail, "move-money", true), { count: 1 })).toMatchObject({ port: "error" });
  });

  it.each<[Effect, string]>([
    ["read", "not-applied"],
    ["create", "unknown"],
    ["move-money", "unknown"],
  ])("says of an unexpected fault in a node that does %s: %s", async (effect, outcome) => {
    const definition = declare(() => {
      throw new TypeError("client_secret=abc");
    }, effect);
    const { logger, error } = recordingLogger();
    const result = await run(definition, { count: 1 }, logger);
    expect(result).toEqual({
      port: "error",
      error: {
        code: "internal_error",
        message: "Count things failed unexpectedly.",
        remedy: "Please report it with the time of the run.",
        retryable: false,
        outcome,
      },
    });
    expect(error).toHaveBeenCalledWith("A node failed for a reason of its own.", {
      node: "count-things",
      code: "internal_error",
      cause: "TypeError",
    });
    expect(JSON.stringify(error.mock.calls)).not.toContain("abc");
  });

  it("names only the kind of what was thrown when it is no error", async () => {
    const { logger, error } = recordingLogger();
    const definition = declare(() => {
      throw "client_secret=abc";
    });
    expect(await run(definition, { count: 1 }, logger)).toMatchObject({ error: { code: "internal_error" } });
    expect(error).toHaveBeenCalledWith(expect.any(String), expect.objectContaining({ cause: "string" }));
  });

  it.each<[Effect, string]>([
    ["read", "not-applied"],
    ["create", "applied"],
  ])("says of an output that does not fit its schema in a node that does %s: %s", async (effect, outcome) => {
    const definition = declare(() => ({ doubled: "secret text" }), effect);
    const { logger, error } = recordingLogger();
    const result = await run(definition, { count: 1 }, logger);
    expect(result).toMatchObject({
      port: "error",
      error: {
        code: "internal_error",
        message: "The output of count-things does not fit its schema: /doubled type.",
        outcome,
      },
    });
    expect(error).toHaveBeenCalledTimes(1);
    expect(JSON.stringify([result, error.mock.calls])).not.toContain("secret text");
  });

  it("names the whole output when that is what does not fit", async () => {
    const result = await run(
      declare(() => undefined),
      { count: 1 },
    );
    expect(result).toMatchObject({ error: { message: "The output of count-things does not fit its schema: / type." } });
  });

  it("is as quiet without a logger", async () => {
    const definition = declare(() => {
      throw new Error("boom");
    });
    await expect(run(definition, { count: 1 })).resolves.toMatchObject({ error: { code: "internal_error" } });
    expect(silentLogger.error("nothing")).toBeUndefined();
  });

  it("takes an error of a second copy of the package as it is", async () => {
    const foreign = Object.assign(new Error("No such payment."), {
      name: "FlowError",
      code: "not_found",
      remedy: "Check the id.",
      retryable: false,
      outcome: "not-applied",
    });
    const result = await run(
      declare(() => {
        throw foreign;
      }),
      { count: 1 },
    );
    expect(result).toEqual({
      port: "error",
      error: {
        code: "not_found",
        message: "No such payment.",
        remedy: "Check the id.",
        retryable: false,
        outcome: "not-applied",
      },
    });
  });
});
