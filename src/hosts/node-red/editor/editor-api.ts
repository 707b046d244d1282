/** The part of Node-RED's editor and of its jQuery that the forms use; the same in 4.1 and 5. */

export interface EditorNode {
  readonly id: string;
  readonly type: string;
  readonly name?: string;
  readonly credentials?: Readonly<Record<string, string | undefined>>;
  [property: string]: unknown;
}

export interface PropertyDefinition {
  value: unknown;
  type?: string;
  label?: string;
  required?: boolean;
  /** Two parameters: only then does the editor take a text as the reason of a refusal. */
  validate?: (this: EditorNode, value: unknown, options: unknown) => boolean | string;
}

export interface TypedInputType {
  value: string;
  label?: string;
  icon?: string;
  hasValue?: boolean;
  options?: readonly { value: string; label: string }[];
  valueLabel?: (this: TypedInputWidget, container: Query, value: string) => void;
  validate?: (value: string) => boolean;
}

export interface TypedInputWidget {
  value(value: string): void;
}

export interface QueryEvent {
  readonly key?: string;
  preventDefault(): void;
  stopPropagation(): void;
}

export interface PageElement {
  focus(): void;
}

export interface Query {
  readonly length: number;
  readonly [index: number]: PageElement | undefined;
  val(): string;
  val(value: string): Query;
  text(text: string): Query;
  html(html: string): Query;
  empty(): Query;
  remove(): Query;
  outerWidth(): number;
  searchBox(options: { delay: number; minimumLength: number; change(): void }): Query;
  append(...content: (Query | string)[]): Query;
  appendTo(parent: Query): Query;
  attr(name: string): string | undefined;
  attr(name: string, value: string): Query;
  prop(name: string): unknown;
  prop(name: string, value: unknown): Query;
  css(name: string, value: string): Query;
  on(events: string, handler: (event: QueryEvent) => void): Query;
  find(selector: string): Query;
  closest(selector: string): Query;
  toggleClass(name: string, isOn: boolean): Query;
  trigger(event: string): Query;
  each(visit: (this: unknown, index: number) => void): Query;
  typedInput(options: { default: string; types: readonly (string | TypedInputType)[]; typeField?: string }): Query;
  typedInput(method: "type" | "value"): string;
  typedInput(method: "type" | "value", value: string): Query;
}

export interface EditorRed {
  readonly nodes: {
    registerType(type: string, definition: Record<string, unknown>): void;
    eachConfig(visit: (node: EditorNode) => boolean | undefined): void;
    node(id: string): EditorNode | null;
  };
  readonly utils: {
    validateTypedProperty(value: string, type: string, options?: unknown): boolean | string;
    renderMarkdown(text: string): string;
  };
  readonly popover: {
    /** A panel below its target; Esc and a click elsewhere close it. */
    panel(content: Query): {
      show(options: { target: Query; align: "right"; onclose(): void }): void;
      hide(): void;
    };
  };
  readonly sidebar: {
    readonly help: { set(html: string, title: string): void };
    addTab(tab: {
      id: string;
      label: string;
      name: string;
      iconClass: string;
      content: Query;
      enableOnEdit: boolean;
      onchange(): void;
    }): void;
  };
}

export interface JQuery {
  (selector: string | unknown): Query;
  getJSON(path: string, done: (answer: never) => void): void;
  get(path: string, done: (text: string) => void, type: "text"): void;
  ajax(options: {
    url: string;
    type: "POST" | "GET";
    contentType?: "application/json";
    data?: string;
    success(answer: never): void;
    error(): void;
  }): void;
}

const world = globalThis as unknown as { RED: EditorRed; $: JQuery };
export const RED: EditorRed = world.RED;
export const $: JQuery = world.$;
