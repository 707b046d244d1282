/**
 * A stock form renderer and nothing of ours: shows the form that `#form=` names in manifest.json (a JSON pointer), with
 * the values of `values=` to begin with. A new fragment is a new, untouched form. What was submitted or refused is left
 * in `window.outcome`, the fragment that is shown in `window.shown`.
 */
import Form from "@rjsf/core";
import validator from "@rjsf/validator-ajv8";
import { createElement } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";

const manifest = await (await fetch("/manifest.json")).json();
const root = createRoot(document.getElementById("form"));

function show() {
  const { hash } = location;
  const query = new URLSearchParams(hash.slice(1));
  const keys = query.get("form").split("/").slice(1);
  const { schema, uiSchema } = keys.reduce((value, key) => value[key], manifest);
  const form = createElement(Form, {
    key: hash,
    schema,
    uiSchema,
    formData: JSON.parse(query.get("values") ?? "null") ?? undefined,
    validator,
    noHtml5Validate: true,
    onSubmit: ({ formData }) => {
      window.outcome = { submitted: formData };
    },
    onError: (errors) => {
      window.outcome = { refused: errors.map(({ property, name, message }) => ({ property, name, message })) };
    },
  });
  flushSync(() => root.render(form));
  document.title = schema.title;
  window.shown = hash;
}

addEventListener("hashchange", show);
show();
