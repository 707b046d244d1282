import type { EditorSettings } from "../admin-routes.ts";
import { $ } from "./editor-api.ts";

let settings: EditorSettings = { tier: "development", isEditable: true, maxAccounts: 5, publicUrl: null };

/** What the runtime said of this installation; before it has answered, what holds for most. */
export function installation(): EditorSettings {
  return settings;
}

/** Asks the runtime for what forms show of this installation. */
export function loadInstallation(): void {
  $.getJSON("instamojo/settings", (answer: EditorSettings) => {
    settings = answer;
  });
}
