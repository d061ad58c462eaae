/** The numbers that can be set, for a client or for one call. */
export declare const DEFAULT_TIMEOUT = 10000;
export declare const DEFAULT_RETRIES = 2;
export declare const TIMEOUT_RULE = "timeout must be more than 0 milliseconds and at most 2147483647.";
export declare const RETRIES_RULE = "maxRetries must be a whole number between 0 and 10.";
export declare function isTimeout(given: unknown): boolean;
export declare function isRetries(given: unknown): boolean;
