/** Faults that n8n's validators know of, and the rules that are to find them. */

const packageJson = (edit) => (text) => JSON.stringify(edit(JSON.parse(text)), null, 2);

/** In what is published. */
export const packageFaults = [
  {
    name: "another name",
    file: "package.json",
    rule: "package-name-convention",
    edit: packageJson((json) => ({ ...json, name: "instamojo-for-n8n" })),
  },
  {
    name: "a dependency",
    file: "package.json",
    rule: "no-runtime-dependencies",
    edit: packageJson((json) => ({ ...json, dependencies: { ky: "^2.0.0" } })),
  },
  {
    name: "overrides",
    file: "package.json",
    rule: "no-overrides-field",
    edit: packageJson((json) => ({ ...json, overrides: { ky: "2.0.0" } })),
  },
  {
    name: "a peer other than n8n-workflow",
    file: "package.json",
    rule: "valid-peer-dependencies",
    edit: packageJson((json) => ({ ...json, peerDependencies: { "n8n-workflow": "^2.0.0", pg: "*" } })),
  },
  {
    name: "a script that runs at install",
    file: "package.json",
    rule: "no-forbidden-lifecycle-scripts",
    edit: packageJson((json) => ({ ...json, scripts: { postinstall: "node -e 0" } })),
  },
  {
    name: "a timer and the environment",
    file: "dist/nodes/Instamojo/Instamojo.node.js",
    rule: "no-restricted-globals",
    edit: (text) => `${text}\nsetTimeout(() => process.env.HOME, 1);\n`,
  },
  {
    name: "a library that is not allowed",
    file: "dist/nodes/Instamojo/Instamojo.node.js",
    rule: "no-restricted-imports",
    edit: (text) => `${text}\nrequire("node:fs");\n`,
  },
];

const node = "nodes/Instamojo/Instamojo.node.ts";
const credential = "credentials/InstamojoHostApi.credentials.ts";

/** In the sources of the classes. */
export const sourceFaults = [
  {
    name: "a node that is not offered to agents",
    file: node,
    rule: "node-usable-as-tool",
    edit: (text) => text.replace(/^\s*usableAsTool: true,\n/m, ""),
  },
  {
    name: "an icon that is not there",
    file: node,
    rule: "icon-validation",
    edit: (text) => text.replace("file:instamojo.svg", "file:missing.svg"),
  },
  {
    name: "a credential without a test",
    file: credential,
    rule: "credential-test-required",
    edit: (text) => text.replace(/ {2}test: ICredentialTestRequest = \{[\s\S]*?\n {2}\};\n/, ""),
  },
  {
    name: "a secret that is shown",
    file: credential,
    rule: "credential-password-field",
    edit: (text) =>
      text.replace(/(name: "apiKey",\n\s*type: "string",\n)\s*typeOptions: \{ password: true \},\n/, "$1"),
  },
  {
    name: "a credential without a guide",
    file: credential,
    rule: "cred-class-field-documentation-url-missing",
    edit: (text) => text.replace(/^ {2}documentationUrl = .*\n/m, ""),
  },
  {
    name: "a node without a subtitle",
    file: node,
    rule: "require-node-description-fields",
    edit: (text) => text.replace(/^\s*subtitle: .*\n/m, ""),
  },
  {
    name: "an error that is not n8n's",
    file: node,
    rule: "node-execute-block-wrong-error-thrown",
    edit: (text) =>
      text.replace("return runItems(this);", 'if (!this) throw new Error("no");\n    return runItems(this);'),
  },
  {
    name: "something written to the console",
    file: node,
    rule: "no-console",
    edit: (text) => text.replace("return runItems(this);", 'console.log("run");\n    return runItems(this);'),
  },
];
