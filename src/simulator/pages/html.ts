const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Markup that is safe to put into a page. Only {@link html} makes it. */
export interface Markup {
  readonly markup: string;
}

type Part = string | number | null | undefined | false | Markup | readonly Markup[];

/** Tagged template: everything put in is escaped, unless it is markup itself. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const markup = texts.reduce((all, text, index) => `${all}${write(parts[index - 1])}${text}`);
  return { markup };
}

function write(part: Part): string {
  if (part === null || part === undefined || part === false) return "";
  if (typeof part === "string" || typeof part === "number") {
    return String(part).replace(/[&<>"']/g, (character) => escapes[character] ?? "");
  }
  return "markup" in part ? part.markup : part.map((each) => each.markup).join("");
}
