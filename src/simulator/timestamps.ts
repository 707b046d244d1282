/** As the gateway writes times: UTC, microseconds, `Z`. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "000Z");
}
