import { suspends } from "../../runtime/node-definition.ts";
import { registerAccountNode } from "./account-node.ts";
import { registerActionNode } from "./action-node.ts";
import { registerAdminRoutes } from "./admin-routes.ts";
import { createConfirmations } from "./confirmations.ts";
import { registerEventHandledNode } from "./event-handled-node.ts";
import { type EventNodes, registerEventNode } from "./event-node.ts";
import { createFlowHost } from "./flow-host.ts";
import { forgetRemovedEventNodes } from "./forget-removed.ts";
import { registerOperatorRoutes } from "./operator-routes.ts";
import { registerPickRoutes } from "./pick-routes.ts";
import { registerPublicRoutes } from "./public-routes.ts";
import type { Red } from "./red.ts";
import { registerWaitingNode } from "./waiting-node.ts";

/** What Node-RED loads: registers the account, and every action and event of the manifest, as node types. */
export default function registerNodes(red: Red): void {
  const host = createFlowHost(red);
  const events: EventNodes = new Map();
  const confirmations = createConfirmations();
  registerAccountNode(host);
  for (const unit of host.manifest.nodes) {
    if (suspends(unit)) registerWaitingNode(host, unit);
    else registerActionNode(host, unit);
  }
  for (const unit of host.manifest.events) registerEventNode(host, unit, { alive: events, confirmations });
  registerEventHandledNode(host, confirmations);
  forgetRemovedEventNodes(host, events);
  registerPublicRoutes(host);
  registerOperatorRoutes(host);
  registerPickRoutes(host);
  registerAdminRoutes(host, events);
}
