/** All that waits: pauses between attempts, and the time that an answer may take. */
import { timeoutError } from "./failures.js";

/** Wait so many seconds, or until the signal is aborted. */
export async function pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  const deadline = deadlineOf(seconds * 1000, signal);
  await deadline.bound(new Promise(() => {})).catch(() => {});
  deadline.clear();
}

/** The time that something may take, and the caller's signal, which can end it sooner. */
export interface Deadline {
  /** For `fetch`: aborted with the reason of the caller's, or with an APITimeoutError. */
  readonly signal: AbortSignal;
  /** Let the time begin anew, also after it was cleared. */
  extend(): void;
  /** Stop counting, and leave nothing behind. */
  clear(): void;
  /**
   * Return what comes of it in time; rejects with the signal's reason as soon as that is aborted,
   * also if the work does not heed it. Bounds one thing at a time.
   */
  bound<T>(work: Promise<T>): Promise<T>;
}

export function deadlineOf(milliseconds: number, caller: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  const { signal } = controller;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => controller.abort(caller?.reason);
  const clear = () => {
    clearTimeout(timer);
    caller?.removeEventListener("abort", stop);
  };
  const extend = () => {
    clear();
    timer = setTimeout(() => controller.abort(timeoutError()), milliseconds);
    caller?.addEventListener("abort", stop);
    if (caller?.aborted) stop();
  };
  const bound = <T>(work: Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      const stopped = (error?: unknown) => reject(signal.reason ?? error);
      signal.onabort = stopped;
      if (signal.aborted) stopped();
      Promise.resolve(work).then(resolve, stopped);
    });
  extend();
  return { signal, extend, clear, bound };
}
