export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** One line of the table. `ratio` is against the baseline that `than` names, measured in the same rounds. */
export interface Row {
  readonly what: string;
  readonly figure: string;
  readonly ratio?: number;
  readonly than?: string;
  readonly target?: { readonly text: string; readonly isMet: boolean };
}

export function table(rows: readonly Row[]): string {
  const cells = [
    ["what", "median", "ratio", "target", ""],
    ...rows.map(({ what, figure, ratio, than, target }) => [
      what,
      figure,
      ratio === undefined ? "" : `${ratio.toFixed(2)} x ${than ?? ""}`.trim(),
      target?.text ?? "",
      target ? (target.isMet ? "met" : "MISSED") : "",
    ]),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...cells.map((row) => (row[column] as string).length)));
  const line = (row: string[]): string => row.map((cell, column) => cell.padEnd(widths[column] as number)).join("  ");
  const [head, ...body] = cells.map(line);
  return [head, "-".repeat((head as string).length), ...body].map((text) => text?.trimEnd()).join("\n");
}

/** How long the same arithmetic takes now, in milliseconds: what the machine itself adds to every figure. */
export function pulse(): number {
  const start = performance.now();
  let value = 0;
  for (let step = 0; step < 20_000_000; step++) value = (value + step * 31) | 0;
  return performance.now() - start + (value === 1 ? 1 : 0);
}
