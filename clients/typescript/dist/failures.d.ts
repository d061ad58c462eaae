/** Why a call has no answer, so that whoever reads it knows what to check; nothing secret. */
import { APIError, APITimeoutError } from "./errors.js";
/** Make the error of a call without an answer, without what it came of: that may hold anything. */
export declare function connectionError(error: unknown, baseURL: string): APIError;
export declare function timeoutError(): APITimeoutError;
