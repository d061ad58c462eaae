/** When to send a call again, and how long to wait before. Nothing here waits. */
import { APIConnectionError, type APIError, NotFoundError, type RateLimitError } from "./errors.js";

const FIRST_DELAY = 0.5; // seconds; doubles with each retry
const LONGEST_DELAY = 8;
const LONGEST_RETRY_AFTER = 60;

/**
 * Return what tells after each failure of one call how many seconds to wait before it is sent again;
 * null: the failure is final. What may succeed later is sent again: no answer, 408, 429, 5xx, and a
 * 409 with Retry-After, which tells that an earlier attempt of this very call is still running.
 * `chance` draws a number from 0 to below 1.
 */
export function delays(
  maxRetries: number,
  chance: () => number,
): (failure: APIError) => number | null {
  let made = 0;
  let answerLost = false;
  return (failure) => {
    const status = failure.status ?? 0;
    if (failure instanceof NotFoundError) failure.afterLostAnswer = answerLost;
    const { requestSent, retryAfter } = failure as Partial<APIConnectionError & RateLimitError>;
    if (requestSent || status >= 500) answerLost = true;
    const told = retryAfter ?? 0;
    const mayFollow =
      failure instanceof APIConnectionError ||
      [408, 429].includes(status) ||
      status >= 500 ||
      (status === 409 && retryAfter != null);
    if (made >= maxRetries || !mayFollow || told > LONGEST_RETRY_AFTER) return null;
    const delay = Math.min(FIRST_DELAY * 2 ** made, LONGEST_DELAY);
    made += 1;
    // Half of it is chance, so that clients that failed together do not come back together.
    return Math.max(told, (delay * (1 + chance())) / 2);
  };
}
