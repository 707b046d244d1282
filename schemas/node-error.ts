import { Type } from "@sinclair/typebox";
import { StringEnum } from "./string-enum.ts";

/** What the error and unknown ports carry. */
export const NodeErrorSchema = Type.Object(
  {
    code: Type.String({
      title: "Code",
      description: "What went wrong, from the closed list in docs/errors.md.",
      examples: ["invalid_input"],
    }),
    message: Type.String({
      title: "Message",
      description: "What went wrong, in words.",
      examples: ["Amount must be at least 9.00."],
    }),
    remedy: Type.String({ title: "Remedy", description: "What to do.", examples: ["Ask for at least 9.00."] }),
    retryable: Type.Boolean({
      title: "Retryable",
      description: "Whether the same run may succeed later.",
      examples: [false],
    }),
    outcome: StringEnum(["not-applied", "applied", "unknown"], {
      title: "Outcome",
      description: "Whether anything happened at Instamojo.",
      examples: ["not-applied"],
    }),
    fieldErrors: Type.Optional(
      Type.Array(
        Type.Object({
          field: Type.String({ title: "Field", description: "Key of the field." }),
          rule: Type.String({ title: "Rule", description: "The rule that was broken." }),
          message: Type.String({ title: "Message", description: "The refusal in words." }),
          remedy: Type.String({ title: "Remedy", description: "What to do." }),
        }),
        { title: "Field errors", description: "The refused fields, where fields were refused." },
      ),
    ),
    statusCode: Type.Optional(
      Type.Integer({ title: "Status code", description: "HTTP status of Instamojo's reply.", examples: [400] }),
    ),
    response: Type.Optional(
      Type.Unknown({ title: "Response", description: "Instamojo's reply, where it was readable." }),
    ),
  },
  { title: "Error", description: "What went wrong and what to do." },
);
