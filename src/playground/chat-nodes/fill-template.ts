/**
 * Puts properties of a message into text: `{payment.amount}` becomes the amount, `{error.fieldErrors[0].remedy|error.remedy}`
 * the first of the two that is there, `{session.product}` alone keeps an object as it is. Works through lists and
 * objects. What is put in is never read as a template again.
 */
export function fillTemplate(template: unknown, read: (path: string) => unknown): unknown {
  if (typeof template === "string") return fillText(template, read);
  if (Array.isArray(template)) return template.map((each) => fillTemplate(each, read));
  if (typeof template === "object" && template !== null) {
    return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, fillTemplate(value, read)]));
  }
  return template;
}

const place = /\{([A-Za-z_][\w.[\]"'-]*(?:\|[A-Za-z_][\w.[\]"'-]*)*)\}/g;

function fillText(text: string, read: (path: string) => unknown): unknown {
  const whole = new RegExp(`^${place.source}$`).exec(text);
  if (whole?.[1]) {
    const value = firstOf(whole[1], read);
    return typeof value === "object" && value !== null ? value : String(value ?? "");
  }
  return text.replace(place, (_all, paths: string) => String(firstOf(paths, read) ?? ""));
}

function firstOf(paths: string, read: (path: string) => unknown): unknown {
  for (const path of paths.split("|")) {
    const value = tryRead(path, read);
    if (value !== undefined && value !== null && value !== "") return value;
  }
  return undefined;
}

/** A path that leads through something that is not there reads as nothing. */
function tryRead(path: string, read: (path: string) => unknown): unknown {
  try {
    return read(path);
  } catch {
    return undefined;
  }
}
