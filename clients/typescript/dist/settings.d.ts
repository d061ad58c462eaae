/** The numbers that can be set, for a client or for one call. */
export declare const DEFAULT_TIMEOUT = 10000;
export declare const DEFAULT_RETRIES = 2;
/** Throw the error of this kind for a number that cannot be heeded. */
export declare function checkNumbers({ timeout, maxRetries, }: {
    timeout?: unknown;
    maxRetries?: unknown;
}, Kind: new (message: string) => Error): void;
