/** A key, or a function that is asked for one before each request. */
export type KeySource = string | (() => string | Promise<string>);
/** Where the key of each request comes from. */
export interface Keys {
    /** What of the last key may be shown, `sk_test_••••9fQ2`; null before a function was asked. */
    masked: string | null;
    /**
     * Return the key for one request. Throws ConfigurationError for what is none. What a function
     * returns is kept no longer than that request; what it throws goes to the caller as it is.
     */
    now(): Promise<string>;
}
export declare function keysOf(given: KeySource | undefined): Keys;
