import { $ } from "./editor-api.ts";

interface Answer {
  readonly ok: boolean;
  readonly message: string;
  readonly remedy?: string;
}

/** Posts to an admin route and shows what it says in `place`. */
export function postAndShow(path: string, body: object, place: string): void {
  const show = ({ ok, message, remedy = "" }: Answer) => {
    $(place).text(`${message} ${remedy}`.trim()).toggleClass("im-ok", ok).toggleClass("im-failed", !ok);
  };
  $(place).text("One moment…").toggleClass("im-ok", false).toggleClass("im-failed", false);
  $.ajax({
    url: path,
    type: "POST",
    contentType: "application/json",
    data: JSON.stringify(body),
    success: show,
    error: () =>
      show({ ok: false, message: "Node-RED did not answer, or you may not do this.", remedy: "Log in and try again." }),
  });
}
