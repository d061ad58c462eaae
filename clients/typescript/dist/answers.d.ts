/** From an answer to a result or an error. Nothing here waits, and nothing is taken on trust. */
import * as errors from "./errors.js";
import { type JsonObject, type Reader } from "./reading.js";
import type { RateLimit, Result } from "./results.js";
/** What is asked of whoever gets an answer that no Memory Scope gives. */
export declare const ELSEWHERE = ": is this the address of a Memory Scope?";
/** Return the result of an answer's text, or the error that the answer is. */
export declare function understood<T extends object>(read: Reader<T>, { ok, status, headers }: Response, content: string): (T & Result) | errors.APIError;
/** Return the error of this status, 0 for none, and body; headers has what was an answer by itself. */
export declare function errorOf(status: number, body: JsonObject, headers?: Headers): errors.APIError;
/** Return what the answer says of the key's limit; null if it says nothing. */
export declare function rateLimitOf(headers: Headers): RateLimit | null;
export declare function parsed(content: string): JsonObject | null;
