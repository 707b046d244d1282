import { dirname, join } from "node:path/posix";
import ts from "typescript";
import { readText } from "./repository.ts";

export interface Import {
  /** File in the checkout that imports. */
  readonly from: string;
  /** File in the checkout (for relative imports), or the package or builtin as written. */
  readonly to: string;
  readonly isRelative: boolean;
  /** Gone after compilation. */
  readonly isTypeOnly: boolean;
}

/** Every import, re-export and `import()` with a literal of one source file. */
export function importsOf(from: string): Import[] {
  const source = ts.createSourceFile(from, readText(from), ts.ScriptTarget.Latest);
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, isTypeOnly: boolean): void => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return;
    const isRelative = specifier.text.startsWith(".");
    found.push({
      from,
      to: isRelative ? join(dirname(from), specifier.text) : specifier.text,
      isRelative,
      isTypeOnly,
    });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnlyImport(node));
    if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isTypeOnlyImport(node: ts.ImportDeclaration): boolean {
  const clause = node.importClause;
  if (!clause) return false;
  return clause.phaseModifier === ts.SyntaxKind.TypeKeyword;
}
