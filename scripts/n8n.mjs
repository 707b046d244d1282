/**
 * Writes the n8n community package into a build, `n8n/`: CommonJS bundles of the n8n host with the plain-JSON schemas and
 * generated validators of `standalone/` in the place of TypeBox and ajv, which n8n's analyser refuses; package.json,
 * icons, codex files, guide. A step of the build; `npm run build:n8n` runs it alone on a build that is there.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const host = "src/hosts/n8n";
export const n8nPackageName = "n8n-nodes-instamojo";

/** File of the package → module of the build that it is made of, and what it exports. n8n finds classes by file names. */
export const entries = [
  { file: "dist/nodes/Instamojo/Instamojo.node.js", module: "instamojo-node.js", name: "Instamojo" },
  {
    file: "dist/nodes/Instamojo/InstamojoTrigger.node.js",
    module: "trigger/instamojo-trigger.js",
    name: "InstamojoTrigger",
  },
  { file: "dist/nodes/Instamojo/InstamojoWait.node.js", module: "wait/instamojo-wait.js", name: "InstamojoWait" },
  { file: "dist/credentials/InstamojoApi.credentials.js", module: "instamojo-credential.js", name: "InstamojoApi" },
  { file: "dist/credentials/InstamojoHostApi.credentials.js", module: "host-credential.js", name: "InstamojoHostApi" },
];

/** Schemas that nothing in n8n looks at: those of the HTTP host and of the package's own files. */
const foreignSchemas = /\/schemas\/(?:config|http-api|http-settings|manifest)\.js$/;

/** Needs a build that is compiled and has its `standalone` folder. */
export async function writeN8n(out) {
  const folder = join(out, "n8n");
  rmSync(folder, { recursive: true, force: true });
  for (const entry of entries) await bundle(out, folder, entry);
  const { icon } = await importFrom(out, "src/runtime/icon.js");
  const { palette } = await importFrom(out, `${host}/palette.js`);
  const nodes = entries.filter(({ file }) => file.endsWith(".node.js"));
  for (const theme of ["", ".dark"]) writeText(join(folder, `dist/nodes/Instamojo/instamojo${theme}.svg`), `${icon}\n`);
  for (const { file, name } of nodes) {
    const codex = palette(`${n8nPackageName}.${name[0].toLowerCase()}${name.slice(1)}`);
    writeText(join(folder, file.replace(/\.js$/, ".json")), json(codex));
  }
  writeText(join(folder, "package.json"), json(packageJson()));
  cpSync(join(root, "LICENSE"), join(folder, "LICENSE"));
  const bundled = readFileSync(join(root, "node_modules", "lean-qr", "LICENSE"), "utf8");
  writeText(join(folder, "THIRD-PARTY-LICENSES"), `lean-qr, which draws the QR codes:\n\n${bundled}`);
  // The pictures and the other guides are not in this package.
  const guide = readFileSync(join(root, "docs", "n8n.md"), "utf8");
  const withoutPictures = guide.replace(/^!\[[^\]]*\]\(images\/.*\)\n\n?/gm, "");
  const readable = withoutPictures.replace(/\[([^\]]+)\]\(([^):]+\.md)\)/g, "$1: docs/$2 of instamojo-flow-nodes");
  writeText(join(folder, "README.md"), readable);
}

function packageJson() {
  const { version, license, author, description, homepage, repository } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  const filesOf = (ending) => entries.filter(({ file }) => file.endsWith(ending)).map(({ file }) => file);
  return {
    name: n8nPackageName,
    version,
    description: `${description.replace(/ on the canvas.*$/, "")} for n8n: payment links, refunds and payment events.`,
    keywords: ["n8n-community-node-package", "instamojo", "payments", "upi", "payment-link", "refund"],
    license,
    // n8n wants an address; whoever publishes puts it, with homepage and repository, into the package.json of the project.
    author: typeof author === "string" ? { name: author, email: "authors@instamojo-flow-nodes.example" } : author,
    ...(homepage ? { homepage } : {}),
    ...(repository ? { repository } : {}),
    files: ["dist", "THIRD-PARTY-LICENSES"],
    n8n: {
      n8nNodesApiVersion: 1,
      strict: true,
      credentials: filesOf(".credentials.js"),
      nodes: filesOf(".node.js"),
    },
    peerDependencies: { "n8n-workflow": "*" },
  };
}

async function bundle(out, folder, { file, module, name }) {
  const result = await build({
    stdin: { contents: `export { ${name} } from "./${host}/${module}";`, resolveDir: out, loader: "js" },
    outfile: join(folder, file),
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "es2023",
    charset: "utf8",
    legalComments: "none",
    external: ["n8n-workflow", "node:crypto"],
    plugins: [substitutes(out)],
    logLevel: "silent",
    metafile: true,
  });
  const [output] = Object.values(result.metafile.outputs);
  const foreign = output.imports.filter(({ external, path }) => external && !allowedImports.includes(path));
  if (foreign.length > 0) throw new Error(`${file} needs ${foreign.map(({ path }) => path).join(", ")}`);
}

const allowedImports = ["n8n-workflow", "node:crypto"];

/** Puts what n8n allows in the place of what it does not. */
function substitutes(out) {
  const virtual = {
    "instamojo:validator": (path) => validatorModule(out, path),
    // Only the name of our keyword is wanted of it.
    "instamojo:ajv": async () => {
      const { formKeyword } = await importFrom(out, "src/runtime/ajv-validator.js");
      return `export const formKeyword = ${JSON.stringify(formKeyword)};
        export function createAjvValidator() { throw new RangeError("A validator must be given."); }`;
    },
    // A picture as PNG needs zlib and Buffer; without it the message has the picture as SVG.
    "instamojo:no-png": () => "export const qrPng = null;",
  };
  const replaced = [
    [/(^|\/)hosts\/n8n\/validator\.js$|^\.\.?\/validator\.js$/, "instamojo:validator"],
    [/(^|\/)ajv-validator\.js$/, "instamojo:ajv"],
    [/(^|\/)qr-png\.js$/, "instamojo:no-png"],
  ];
  return {
    name: "n8n-substitutes",
    setup({ onResolve, onLoad }) {
      for (const [filter, path] of replaced) onResolve({ filter }, () => ({ path, namespace: "instamojo" }));
      onResolve({ filter: /(^|\/)schemas\/(?:wire\/)?[^/]+\.js$/ }, ({ path, importer, resolveDir }) => {
        if (`${importer}${path}`.includes("/standalone/")) return null;
        const file = join(resolveDir, path).slice(out.length);
        return { path: join(out, "standalone", file) };
      });
      onLoad({ filter: /.*/, namespace: "instamojo" }, async ({ path }) => ({
        contents: await virtual[path](path),
        resolveDir: out,
        loader: "js",
      }));
    },
  };
}

/** The seam of the n8n host: the validators that the build generated, for the schemas that n8n comes to. */
async function validatorModule(out) {
  const source = readFileSync(join(out, "standalone", "validators.js"), "utf8");
  const imports = [...source.matchAll(/^import \{ (.*) \} from "(\.\/.*)";$/gm)];
  const wanted = imports.filter(([, , path]) => !foreignSchemas.test(path.slice(1)));
  const pairs = wanted.flatMap(([, names, path]) =>
    names.split(", ").map((pair) => {
      const [name, alias] = pair.split(" as ");
      return { name, alias, path };
    }),
  );
  const schemas = wanted.map(([, names, path]) => `import { ${names} } from "./standalone/${path.slice(2)}";`);
  const functions = `import { ${pairs.map(({ alias }) => `validate_${alias}`).join(", ")} } from "./standalone/validators.js";`;
  const map = pairs.map(({ alias }) => `[${alias}, validate_${alias}]`).join(", ");
  return `${schemas.join("\n")}\n${functions}
    import { createStandaloneValidator } from "./src/runtime/standalone-validator.js";
    export const validator = createStandaloneValidator(new Map([${map}]));`;
}

function importFrom(out, file) {
  return import(pathToFileURL(join(out, file)).href);
}

function json(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function writeText(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeN8n(join(root, "dist"));
