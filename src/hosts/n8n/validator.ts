import { createAjvValidator } from "../../runtime/ajv-validator.ts";

/** What checks schemas in n8n. The build of the n8n package puts the validators that it generated in its place. */
export const validator = createAjvValidator();
