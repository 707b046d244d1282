import type { EventDefinition } from "../../runtime/event-definition.ts";
import type { NodeDefinition } from "../../runtime/node-definition.ts";
import { accountType } from "./account-registry.ts";
import { accountForm, actionForm, eventForm, eventHandledForm } from "./editor/form-html.ts";
import { accountHelp, actionHelp, eventHandledHelp, eventHelp } from "./editor/help-html.ts";
import { nodeType } from "./editor/names.ts";
import { eventHandledType } from "./event-handled-node.ts";

export interface EditorParts {
  readonly nodes: readonly NodeDefinition[];
  readonly events: readonly EventDefinition[];
  readonly style: string;
  /** The bundled script of the editor. */
  readonly script: string;
}

/** What Node-RED's editor loads for our nodes: forms and help made from the declarations, style and script. */
export function renderEditorHtml({ nodes, events, style, script }: EditorParts): string {
  const units = [
    { type: accountType, form: accountForm(), help: accountHelp() },
    ...nodes.map((node) => ({ type: nodeType(node.id), form: actionForm(node), help: actionHelp(node) })),
    ...events.map((event) => ({ type: nodeType(event.id), form: eventForm(event), help: eventHelp(event) })),
    { type: eventHandledType, form: eventHandledForm(), help: eventHandledHelp() },
  ];
  return [
    `<style>\n${style}</style>`,
    `<script type="text/javascript">\n${script.replaceAll("</script", "<\\/script")}</script>`,
    ...units.flatMap(({ type, form, help }) => [
      `<script type="text/html" data-template-name="${type}">\n${form}\n</script>`,
      `<script type="text/html" data-help-name="${type}">\n${help}\n</script>`,
    ]),
    "",
  ].join("\n");
}
