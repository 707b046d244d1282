import type { Capability, HostDriver } from "./host-driver.ts";

/** One thing that a host must do. */
export interface ConformanceCase {
  /** Stable, for reports and for leaving a case out. */
  readonly id: string;
  /** A sentence about the host: "The host …". */
  readonly name: string;
  readonly needs: readonly Capability[];
  /** Starts the host, tries it, stops it. Rejects with {@link ConformanceError} when the host does otherwise. */
  run(driver: HostDriver): Promise<void>;
}
