/** All that waits: pauses between attempts, and the time that an answer may take. */

/** Wait so many seconds. Rejects with the signal's reason as soon as it is aborted. */
export async function pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  const deadline = new Deadline(seconds * 1000, signal);
  try {
    await deadline.bound(new Promise(() => {}));
  } catch (error) {
    if (error !== TOO_LATE) throw error;
  } finally {
    deadline.clear();
  }
}

/** What is waited for ended neither well nor badly: its time was over. */
export const TOO_LATE: unique symbol = Symbol("too late");

/**
 * The time that something may take, and the caller's signal, which can end it sooner. `signal` is
 * for `fetch`; `bound` also ends the wait for one that does not heed it.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #milliseconds: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(milliseconds: number, caller: AbortSignal | undefined) {
    this.#milliseconds = milliseconds;
    this.#caller = caller;
    caller?.addEventListener("abort", this.#stop, { once: true });
    if (caller?.aborted) this.#stop();
    this.extend();
  }

  readonly #stop = () => this.#controller.abort(this.#caller?.reason);

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Let the time begin anew. */
  extend(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(TOO_LATE), this.#milliseconds);
  }

  /** Return what comes of it in time. Rejects with TOO_LATE, or the reason of the caller's signal. */
  async bound<T>(work: Promise<T>): Promise<T> {
    const signal = this.signal;
    let stop: () => void = () => {};
    const ended = new Promise<never>((_, reject) => {
      stop = () => reject(signal.reason);
      signal.addEventListener("abort", stop, { once: true });
      if (signal.aborted) stop();
    });
    try {
      return await Promise.race([work, ended]);
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** Stop counting, and leave nothing behind. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener("abort", this.#stop);
  }
}
