/** When to send a call again, and how long to wait before. Nothing here waits. */
import * as errors from "./errors.js";
/**
 * The attempts of one call. What may succeed later is sent again: no answer, 408, 429, 5xx, and a
 * 409 with Retry-After, which tells that an earlier attempt of this very call is still running.
 */
export declare class Attempts {
    #private;
    /** Take how often a call may be sent again, and what draws a number from 0 to below 1. */
    constructor(maxRetries: number, chance: () => number);
    /** Return the seconds to wait before the next attempt; null: the failure is final. */
    delayAfter(failure: errors.APIError): number | null;
}
