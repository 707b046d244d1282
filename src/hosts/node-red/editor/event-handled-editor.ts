import type { Look } from "./action-editor.ts";
import { type EditorNode, RED } from "./editor-api.ts";
import { eventHandledTitle, nodeType } from "./names.ts";

/** Teaches the editor the node that ends an event of a Payment status node with *Confirm handling*. */
export function registerEventHandled(look: Look): void {
  RED.nodes.registerType(nodeType("event-handled"), {
    ...look,
    paletteLabel: eventHandledTitle,
    inputs: 1,
    outputs: 1,
    outputLabels: ["The message as it came"],
    defaults: { name: { value: "" } },
    label(this: EditorNode) {
      return this.name || eventHandledTitle;
    },
    labelStyle(this: EditorNode) {
      return this.name ? "node_label_italic" : "";
    },
  });
}
