/**
 * Writes `nodes.html` of the Node-RED host into a build: forms and help made from the declarations, and the script that
 * checks the forms by the rules of the run. The script takes the plain-JSON schemas and generated validators of
 * `standalone/` instead of TypeBox and ajv. A unit that the manifest does not name is left out.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const host = "src/hosts/node-red";

/** Needs a build that is compiled and has its `standalone` folder. */
export async function writeNodeRedEditor(out) {
  const manifest = JSON.parse(readFileSync(join(root, "manifest.json"), "utf8"));
  const registry = await importFrom(out, "nodes/index.js");
  const { Account } = await importFrom(out, "schemas/account.js");
  const { renderEditorHtml } = await importFrom(out, `${host}/editor-html.js`);
  const nodes = registry.nodes.filter(({ id }) => manifest.nodes.some((unit) => unit.id === id));
  const events = registry.events.filter(({ id }) => manifest.events.some((unit) => unit.id === id));
  const forms = [...nodes.map(({ input }) => input), ...events.map(({ filter }) => filter), Account];
  const script = await bundle(out, await entry(out, { manifest, nodes, events, forms }));
  const style = readFileSync(join(out, host, "editor", "editor.css"), "utf8");
  writeFileSync(join(out, host, "nodes.html"), renderEditorHtml({ nodes, events, style, script }));
}

/** The module that the bundle starts from: the units of the manifest and the validators of their forms, no others. */
async function entry(out, { manifest, nodes, events, forms }) {
  const { validators, ...functions } = await importFrom(out, "standalone/validators.js");
  const names = forms.map((form) => {
    const [, found] = [...validators].find(([schema]) => JSON.stringify(schema) === JSON.stringify(form)) ?? [];
    const name = Object.keys(functions).find((key) => functions[key] === found);
    if (!name) throw new Error(`no validator was generated for the form ${form.title}`);
    return name;
  });
  return `
    import { nodes, events } from "./nodes/index.js";
    import { Account } from "./schemas/account.js";
    import { ${names.join(", ")} } from "./standalone/validators.js";
    import { createStandaloneValidator } from "./src/runtime/standalone-validator.js";
    import { startEditor } from "./${host}/editor/main.js";
    const isIn = (ids) => ({ id }) => ids.includes(id);
    const units = {
      nodes: nodes.filter(isIn(${JSON.stringify(nodes.map(({ id }) => id))})),
      events: events.filter(isIn(${JSON.stringify(events.map(({ id }) => id))})),
    };
    const forms = [...units.nodes.map((unit) => unit.input), ...units.events.map((unit) => unit.filter), Account];
    const functions = [${names.join(", ")}];
    const validator = createStandaloneValidator(new Map(forms.map((form, index) => [form, functions[index]])));
    startEditor({ ...units, validator, category: ${JSON.stringify(manifest.category)} });
  `;
}

async function bundle(out, contents) {
  const standaloneSchemas = {
    name: "standalone-schemas",
    setup({ onResolve }) {
      onResolve({ filter: /(^|\/)schemas\/[^/]+\.js$/ }, ({ path, importer }) =>
        importer.includes("/standalone/")
          ? undefined
          : { path: join(out, "standalone", "schemas", path.split("/").at(-1)) },
      );
    },
  };
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: out, sourcefile: "editor.js" },
    bundle: true,
    write: false,
    minify: true,
    format: "iife",
    platform: "browser",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    logLevel: "warning",
    plugins: [standaloneSchemas],
  });
  return outputFiles[0].text;
}

function importFrom(out, file) {
  return import(pathToFileURL(join(out, file)).href);
}
