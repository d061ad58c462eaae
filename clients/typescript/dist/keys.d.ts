import type { KeyEnvironment } from "./vocabulary.js";
export declare const VARIABLE = "MEMORY_SCOPE_API_KEY";
/** A key, or a function that is asked for one before each request. */
export type KeySource = string | (() => string | Promise<string>);
/**
 * Where the key of each request comes from. What a function returns is kept no longer than that
 * request; what it throws goes to the caller as it is.
 */
export declare class Keys {
    #private;
    /** What of the last key may be shown; null before a function was asked. */
    last: {
        environment: KeyEnvironment;
        masked: string;
    } | null;
    constructor(given: KeySource | undefined);
    /** Return the key for one request. Throws ConfigurationError for what is none. */
    now(): Promise<string>;
}
