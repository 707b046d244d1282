/** *Confirm handling* of an event node: fields of this host, which no other host has. */
export interface ConfirmSettings {
  readonly confirmHandling: boolean;
  /** Seconds within which the message must reach an Event handled node. */
  readonly confirmWithin: number;
}

export const confirmDefaults: ConfirmSettings = { confirmHandling: false, confirmWithin: 30 };

/** The bounds of *Handled within*, in seconds. */
export const confirmBounds = { least: 1, most: 600 } as const;

/** Whether a value of the form is a time that an event may take. */
export function isConfirmTime(value: unknown): boolean {
  const seconds = Number(value);
  return Number.isInteger(seconds) && seconds >= confirmBounds.least && seconds <= confirmBounds.most;
}

/** The settings as a node uses them; a time that breaks the rule is the usual one. */
export function readConfirmSettings(config: Readonly<Record<string, unknown>>): ConfirmSettings {
  const within = config["confirmWithin"];
  return {
    confirmHandling: config["confirmHandling"] === true,
    confirmWithin: isConfirmTime(within) ? Number(within) : confirmDefaults.confirmWithin,
  };
}
