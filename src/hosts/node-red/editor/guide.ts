import { $, RED } from "./editor-api.ts";

/** Lets the links to the guide in the open form show it in the help panel beside the form. */
export function openGuideFromLinks(): void {
  $(".im-form .im-guide").on("click", (event) => {
    event.preventDefault();
    const show = (text: string) => RED.sidebar.help.set(RED.utils.renderMarkdown(text), "Connect Instamojo");
    $.get("instamojo/guide", show, "text");
  });
}
