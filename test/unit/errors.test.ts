import { describe, expect, it } from "@jest/globals";
import { NodeErrorSchema } from "../../schemas/node-error.ts";
import { createAjvValidator } from "../../src/runtime/ajv-validator.ts";
import { type ErrorCode, errorTable, FlowError, invalidInput, isFlowError } from "../../src/runtime/errors.ts";

const codes = Object.keys(errorTable) as ErrorCode[];
const validator = createAjvValidator();

describe("the table of errors", () => {
  it.each(codes)("says what %s means and what to do", (code) => {
    const entry = errorTable[code];
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(entry.meaning).toMatch(/^[A-Z].*\.$/);
    expect(entry.remedy).toMatch(/^[A-Z].*\.$/);
  });

  it.each(codes)("gives %s its defaults, in the documented shape", (code) => {
    const { remedy, retryable, outcome } = errorTable[code];
    const error = new FlowError(code, "It went wrong.").toJSON();
    expect(error).toEqual({ code, message: "It went wrong.", remedy, retryable, outcome });
    expect(validator.issues(NodeErrorSchema, error)).toEqual([]);
  });

  it("never lets a refund of unknown outcome be repeated by itself", () => {
    expect(errorTable.refund_unknown).toMatchObject({ retryable: false, outcome: "unknown" });
  });

  it("says of a refund of unknown outcome not to run it again, and that it is being checked", () => {
    expect(errorTable.refund_unknown.remedy).toMatch(/^Do not run this again.*: we are checking\./);
  });

  it("lets a link of unknown outcome be asked for again", () => {
    expect(errorTable.outcome_unknown).toMatchObject({ retryable: true, outcome: "unknown" });
  });
});

describe("FlowError", () => {
  it("takes sharper words of the place that throws it", () => {
    const fieldErrors = [{ field: "amount", rule: "r", message: "m", remedy: "d" }];
    const error = new FlowError("gateway_refused", "No.", {
      remedy: "Ask.",
      retryable: true,
      outcome: "applied",
      fieldErrors,
      statusCode: 400,
      response: { amount: ["no"] },
    });
    const json = {
      code: "gateway_refused",
      message: "No.",
      remedy: "Ask.",
      retryable: true,
      outcome: "applied",
      fieldErrors,
      statusCode: 400,
      response: { amount: ["no"] },
    };
    expect(JSON.parse(JSON.stringify(error))).toEqual(json);
    expect(validator.issues(NodeErrorSchema, json)).toEqual([]);
  });

  it("keeps its cause for debuggers and out of what it hands out", () => {
    const cause = new Error("Bearer secret-token");
    const error = new FlowError("gateway_error", "It failed.", { cause });
    expect(error.cause).toBe(cause);
    expect(JSON.stringify(error)).not.toContain("secret-token");
    expect(Object.keys(error.toJSON())).not.toContain("cause");
  });

  it("has no cause unless one was given", () => {
    expect(Object.hasOwn(new FlowError("not_found", "No."), "cause")).toBe(false);
  });
});

describe("isFlowError", () => {
  it("knows an error of a second loaded copy of the package", () => {
    const foreign = Object.assign(new Error("No."), { name: "FlowError", code: "not_found" });
    expect(isFlowError(foreign)).toBe(true);
  });

  it.each([
    [new Error("not_found")],
    [Object.assign(new Error("x"), { name: "FlowError", code: "toString" })],
    [{ name: "FlowError", code: "not_found" }],
    [null],
    ["not_found"],
  ])("does not take %p for one", (value) => {
    expect(isFlowError(value)).toBe(false);
  });
});

describe("invalidInput", () => {
  it("puts all refusals into one message", () => {
    const fieldErrors = [
      { field: "amount", rule: "r", message: "Amount must be at least 9.00.", remedy: "d" },
      { field: "purpose", rule: "r", message: "Purpose must be filled in.", remedy: "d" },
    ];
    expect(invalidInput(fieldErrors).toJSON()).toEqual({
      code: "invalid_input",
      message: "Amount must be at least 9.00. Purpose must be filled in.",
      remedy: "Correct the fields named in fieldErrors and run the node again.",
      retryable: false,
      outcome: "not-applied",
      fieldErrors,
    });
  });
});
