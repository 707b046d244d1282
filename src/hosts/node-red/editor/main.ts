import type { EventDefinition } from "../../../runtime/event-definition.ts";
import type { NodeDefinition } from "../../../runtime/node-definition.ts";
import type { Validator } from "../../../runtime/validation.ts";
import { registerAccount } from "./account-editor.ts";
import { type Look, registerAction } from "./action-editor.ts";
import { registerEvent } from "./event-editor.ts";
import { registerEventHandled } from "./event-handled-editor.ts";
import { loadInstallation } from "./installation.ts";
import { registerPaymentsTab } from "./payments-tab.ts";

export interface EditorUnits {
  readonly nodes: readonly NodeDefinition[];
  readonly events: readonly EventDefinition[];
  readonly validator: Validator;
  readonly category: string;
}

/** Teaches Node-RED's editor everything of this package. The entry point of the script in nodes.html. */
export function startEditor({ nodes, events, validator, category }: EditorUnits): void {
  const look: Look = { category, color: "#67c2a5", icon: "instamojo.svg" };
  loadInstallation();
  registerAccount(validator);
  for (const unit of nodes) registerAction(unit, validator, look);
  for (const unit of events) registerEvent(unit, validator, look);
  registerPaymentsTab();
  registerEventHandled(look);
}
