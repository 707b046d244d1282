/**
 * Generates what stands in for schemas/ and ajv where `eval`, `new Function` and TypeBox's globals are forbidden:
 * `standalone/schemas/**` exports the same names as the schema modules as plain JSON, `standalone/validators.js` the
 * functions that ajv would have compiled, as source text. A step of the build; nothing here is written by hand.
 */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { Ajv } from "ajv";
import ajvStandalone from "ajv/dist/standalone/index.js";

const standaloneCode = ajvStandalone.default;
const typeBoxKind = Symbol.for("TypeBox.Kind");

/** The one function that generated validators take from ajv's run time, written out: the length in code points. */
const lengthImport = 'require("ajv/dist/runtime/ucs2length").default';
const lengthFunction = "(text) => { let length = 0; for (const _ of text) length += 1; return length; }";

/** Writes `standalone/` into a build whose schemas are compiled already. */
export async function writeStandalone(out) {
  const { ajvOptions } = await importFrom(out, "src/runtime/ajv-validator.js");
  const { assertionsOf } = await importFrom(out, "src/runtime/published-schema.js");
  const folder = join(out, "standalone");
  const modules = [];
  for (const file of filesEndingWith(join(out, "schemas"), ".js")) {
    modules.push({
      path: relative(out, file).split(sep).join("/"),
      exports: await importFrom(out, relative(out, file)),
    });
  }
  for (const module of modules) writeText(join(folder, module.path), schemaModule(module));
  writeText(join(folder, "validators.js"), validatorsModule(modules, { ajvOptions, assertionsOf }));
}

/** A module with the same names as a schema module, functions left out: those only build schemas. */
function schemaModule({ exports }) {
  return Object.entries(exports)
    .filter(([, value]) => typeof value !== "function")
    .map(([name, value]) => `export const ${name} = ${JSON.stringify(value, null, 2)};\n`)
    .join("");
}

/** A module with the function of every object schema, and the map from schema to function. */
function validatorsModule(modules, { ajvOptions, assertionsOf }) {
  const ajv = new Ajv({ ...ajvOptions, messages: false, code: { source: true, esm: true } });
  const names = {};
  const imports = [];
  const pairs = [];
  for (const { path, exports } of modules) {
    const schemas = Object.keys(exports).filter((name) => exports[name]?.[typeBoxKind] === "Object");
    const aliases = schemas.map((name) => {
      const alias = `${name}_${imports.length}`;
      ajv.addSchema(assertionsOf(exports[name]), alias);
      names[`validate_${alias}`] = alias;
      pairs.push(`  [${alias}, validate_${alias}],\n`);
      return `${name} as ${alias}`;
    });
    if (aliases.length > 0) imports.push(`import { ${aliases.join(", ")} } from "./${path}";\n`);
  }
  const code = standaloneCode(ajv, names).replaceAll(lengthImport, lengthFunction);
  const left = code.match(/require\([^)]*\)/);
  if (left) throw new Error(`generated validators need ${left[0]}; write it out in scripts/standalone.mjs`);
  return `${imports.join("")}${code}\nexport const validators = new Map([\n${pairs.join("")}]);\n`;
}

function importFrom(out, file) {
  return import(pathToFileURL(join(out, file)).href);
}

function filesEndingWith(folder, ending) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function writeText(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
