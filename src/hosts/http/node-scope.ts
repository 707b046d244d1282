import type { ManifestNode } from "../../../schemas/manifest.ts";
import type { Scope } from "../../../schemas/http-settings.ts";

/** The scope that running a node needs. */
export function scopeOf({ effect }: Pick<ManifestNode, "effect">): Scope {
  switch (effect) {
    case "read":
      return "read";
    case "create":
    case "change":
      return "link";
    case "move-money":
      return "refund";
  }
}
