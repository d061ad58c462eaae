/** When to send a call again, and how long to wait before. Nothing here waits. */
import { type APIError } from "./errors.js";
/**
 * Return what tells after each failure of one call how many seconds to wait before it is sent again;
 * null: the failure is final. What may succeed later is sent again: no answer, 408, 429, 5xx, and a
 * 409 with Retry-After, which tells that an earlier attempt of this very call is still running.
 * `chance` draws a number from 0 to below 1.
 */
export declare function delays(maxRetries: number, chance: () => number): (failure: APIError) => number | null;
