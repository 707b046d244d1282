import type { PickItem } from "../../../operator/pick-items.ts";
import type { PickAnswer } from "../pick-routes.ts";
import { $, type PageElement, type Query, type QueryEvent, RED } from "./editor-api.ts";

/** Whether this person may see names; unknown until the first list was asked for. */
let mayUnmask = true;

/** Lets the buttons beside fields that take an id open the list to pick from. */
export function openPickLists(): void {
  $(".im-form .im-pick").each(function () {
    const button = $(this);
    button.on("click", (event) => {
      event.preventDefault();
      openPickList(button);
    });
  });
}

function openPickList(button: Query): void {
  const line = button.closest(".im-line");
  const input = $(`#node-input-${button.attr("data-field")}`);
  const content = $('<div class="im-pick-panel" role="dialog"></div>').attr("aria-label", button.attr("title") ?? "");
  const search = $('<input type="text">').attr("placeholder", "Name, purpose, amount or id");
  const list = $('<div class="im-pick-list" role="listbox"></div>').attr("aria-label", button.attr("title") ?? "");
  const note = $('<p class="im-pick-note" role="status"></p>');
  content.append($("<div></div>").append(search), list, note).css("width", `${line.outerWidth() - 2}px`);
  const panel = RED.popover.panel(content);
  const back = () => void button.trigger("focus");
  const pick = (id: string) => {
    panel.hide();
    input.typedInput("type", "str");
    input.typedInput("value", id);
    input.trigger("change");
    back();
  };
  const kind = button.attr("data-pick") ?? "";
  const load = createLoader({ kind, list, note, pick });
  search.searchBox({ delay: 300, minimumLength: 0, change: () => load(search.val()) });
  content.on("keydown", (event) => {
    moveBetween(content, event);
    if (event.key !== "Escape") return;
    // Node-RED's own shortcuts look at where a key was pressed, and that place is gone by then.
    event.stopPropagation();
    panel.hide();
    back();
  });
  panel.show({ target: line, align: "right", onclose: back });
  load("");
  search.trigger("focus");
}

/** Up and down go from the search field through the lines and back. */
function moveBetween(content: Query, event: QueryEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key ?? ""];
  if (step === undefined) return;
  event.preventDefault();
  const stops: PageElement[] = [];
  content.find("input, .im-pick-list button").each(function () {
    stops.push(this as PageElement);
  });
  const at = stops.indexOf($(":focus")[0] as PageElement);
  stops[Math.min(Math.max(at + step, 0), stops.length - 1)]?.focus();
}

interface Loader {
  readonly kind: string;
  readonly list: Query;
  readonly note: Query;
  pick(id: string): void;
}

/** Fills the list with what fits, a page at a time. An answer to an earlier search is dropped. */
function createLoader({ kind, list, note, pick }: Loader): (search: string) => void {
  let latest = 0;

  function page(search: string, cursor: string | null): void {
    latest += 1;
    const turn = latest;
    note.text("One moment…");
    const query = { account: $("#node-input-account").val(), search, ...(cursor === null ? {} : { cursor }) };
    ask(kind, query, (answer) => {
      if (turn !== latest) return;
      list.find(".im-pick-more").remove();
      if (!answer.ok) {
        note.text(`${answer.message} ${answer.remedy}`.trim());
        return;
      }
      const { items, cursor: next, note: missing } = answer;
      for (const item of items) list.append(itemRow(item, pick));
      if (next !== null) list.append(moreRow(search, next));
      note.text([missing ?? "", emptyText(items.length, next)].filter(Boolean).join(" "));
    });
  }

  function moreRow(search: string, cursor: string): Query {
    const more = $('<button type="button" class="im-pick-more"></button>').text("More");
    more.on("click", (event) => {
      event.preventDefault();
      // The next stop of the keyboard stands where this row was.
      const before = list.find("button").length - 1;
      page(search, cursor);
      waitFor(() => list.find("button")[before], list);
    });
    return more;
  }

  function emptyText(count: number, next: string | null): string {
    if (list.find(".im-pick-item").length === 0) {
      return next === null ? "Nothing fits." : "Nothing among the newest fits. More looks further back.";
    }
    return count === 0 && next !== null ? "Nothing more fits so far." : "";
  }

  return (search) => {
    list.empty();
    page(search, null);
  };
}

/** Hands the keyboard to the first new row once it is there. */
function waitFor(row: () => PageElement | undefined, list: Query): void {
  const old = row();
  const timer = setInterval(() => {
    const now = row();
    const isGone = list.closest("body").length === 0;
    if (!isGone && (now === undefined || now === old)) return;
    clearInterval(timer);
    if (!isGone) now?.focus();
  }, 50);
}

function itemRow({ id, title, state, at, left }: PickItem, pick: (id: string) => void): Query {
  const row = $('<button type="button" class="im-pick-item" role="option"></button>');
  const told = `${title} · ${state} ${dayOf(at)}${left === null ? "" : ` · ${left}`}`;
  row.append($("<span></span>").text(told), $('<span class="im-pick-id"></span>').text(id));
  row.on("click", (event) => {
    event.preventDefault();
    pick(id);
  });
  return row;
}

/** "12 Oct", with the year where it is another one. */
function dayOf(at: number): string {
  const day = new Date(at);
  const isThisYear = day.getFullYear() === new Date().getFullYear();
  const year = isThisYear ? {} : ({ year: "numeric" } as const);
  return day.toLocaleDateString("en-IN", { day: "numeric", month: "short", ...year });
}

/** Asks for the list with names; who may not see them gets it masked. */
function ask(kind: string, query: Record<string, string>, done: (answer: PickAnswer) => void): void {
  const failed = () =>
    done({ ok: false, message: "Node-RED did not answer, or you may not see this.", remedy: "Log in and try again." });
  const masked = () => {
    mayUnmask = false;
    get(`instamojo/pick/${kind}`, query, { done, failed });
  };
  if (mayUnmask) get(`instamojo/pick/${kind}/named`, query, { done, failed: masked });
  else masked();
}

function get(
  path: string,
  query: Record<string, string>,
  { done, failed }: { done(answer: PickAnswer): void; failed(): void },
): void {
  $.ajax({ url: `${path}?${new URLSearchParams(query)}`, type: "GET", success: done as never, error: failed });
}
