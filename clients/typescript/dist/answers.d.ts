/** From an answer to a result or an error. Nothing here waits, and nothing is taken on trust. */
import * as errors from "./errors.js";
import type { Reader } from "./reading.js";
import type { RateLimit, Result } from "./results.js";
type Body = Record<string, unknown>;
/** Return the result of an answer's text, or the error that the answer is. */
export declare function understood<T extends object>(answer: {
    read: Reader<T>;
    noContent?: boolean;
}, response: Response, content: string): (T & Result) | errors.APIError;
/** Return the error that an answer of this status and body is. */
export declare function errorOf(status: number, body: Body, requestId: string | null, wait: number | null): errors.APIError;
/**
 * Return the seconds that the answer tells to wait, never below 0; null if it tells none. RFC 9110
 * has whole seconds and a date; gateways also write fractions and negative numbers. A date counts
 * from the answer's own, so that no clock needs to be right.
 */
export declare function retryAfter(headers: Headers): number | null;
/** Return what the answer says of the key's limit; null if it says nothing. */
export declare function rateLimitOf(headers: Headers): RateLimit | null;
export declare function parsed(content: string): Body | null;
export {};
