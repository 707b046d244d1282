import { $, RED } from "./editor-api.ts";

/** Adds the operator page as a tab of the sidebar. It is loaded when it is first looked at. */
export function registerPaymentsTab(): void {
  const content = $('<div class="im-payments-tab"></div>');
  let isLoaded = false;
  RED.sidebar.addTab({
    id: "instamojo-payments",
    label: "payments",
    name: "Payments",
    iconClass: "fa fa-inr",
    content,
    enableOnEdit: true,
    onchange() {
      if (isLoaded) return;
      isLoaded = true;
      content.append($("<iframe></iframe>").attr("src", "instamojo/operator/").attr("title", "Payments"));
    },
  });
}
