/** When to send a call again, and how long to wait before. Nothing here waits. */
import * as errors from "./errors.js";

const FIRST_DELAY = 0.5; // seconds; doubles with each retry
const LONGEST_DELAY = 8;
const LONGEST_RETRY_AFTER = 60;

/**
 * The attempts of one call. What may succeed later is sent again: no answer, 408, 429, 5xx, and a
 * 409 with Retry-After, which tells that an earlier attempt of this very call is still running.
 */
export class Attempts {
  #left: number;
  #made = 0;
  #answerLost = false;
  readonly #chance: () => number;

  /** Take how often a call may be sent again, and what draws a number from 0 to below 1. */
  constructor(maxRetries: number, chance: () => number) {
    this.#left = maxRetries;
    this.#chance = chance;
  }

  /** Return the seconds to wait before the next attempt; null: the failure is final. */
  delayAfter(failure: errors.APIError): number | null {
    this.#keep(failure);
    if (this.#left === 0 || !maySucceedLater(failure)) return null;
    const told = retryAfterOf(failure) ?? 0;
    if (told > LONGEST_RETRY_AFTER) return null;
    const delay = Math.min(FIRST_DELAY * 2 ** this.#made, LONGEST_DELAY);
    this.#left -= 1;
    this.#made += 1;
    // Half of it is chance, so that clients that failed together do not come back together.
    return Math.max(told, (delay * (1 + this.#chance())) / 2);
  }

  #keep(failure: errors.APIError): void {
    if (failure instanceof errors.NotFoundError) failure.afterLostAnswer = this.#answerLost;
    if (failure instanceof errors.APIConnectionError) this.#answerLost ||= failure.requestSent;
    else if (failure instanceof errors.ServerError) this.#answerLost = true;
  }
}

function retryAfterOf(failure: errors.APIError): number | null {
  const says =
    failure instanceof errors.RateLimitError ||
    failure instanceof errors.ServerError ||
    failure instanceof errors.ConflictError;
  return says ? failure.retryAfter : null;
}

function maySucceedLater(failure: errors.APIError): boolean {
  if (failure instanceof errors.ConflictError) return failure.retryAfter !== null;
  return (
    failure.status === 408 ||
    failure instanceof errors.APIConnectionError ||
    failure instanceof errors.RateLimitError ||
    failure instanceof errors.ServerError
  );
}
