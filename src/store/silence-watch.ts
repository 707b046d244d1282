/** Notices that nothing is heard any more of somebody who owes an answer. */
export interface SilenceWatch {
  /** Something is owed from now on; changes nothing where it was before. */
  start(): void;
  heard(): void;
  stop(): void;
}

export interface SilenceWatchOptions {
  /** How long nothing must be heard. */
  readonly silenceMs: number;
  /** Whether anything is owed still; where it is not, the watch stops by itself. */
  readonly isOwed: () => boolean;
  readonly onSilence: () => void;
}

/** Several checks in a row, because a process that was frozen meets the first one before the answers that lie there. */
const checks = 3;

export function createSilenceWatch({ silenceMs, isOwed, onSilence }: SilenceWatchOptions): SilenceWatch {
  let timer: NodeJS.Timeout | undefined;
  let silent = 0;

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    silent = 0;
  }

  function check(): void {
    silent += 1;
    const isSilent = isOwed() && silent >= checks;
    if (isSilent || !isOwed()) stop();
    if (isSilent) onSilence();
  }

  return {
    start() {
      timer ??= setInterval(check, silenceMs / checks).unref();
    },
    heard() {
      silent = 0;
    },
    stop,
  };
}
