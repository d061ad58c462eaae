import { type KeySource } from "./keys.js";
import { type MemoryOperations } from "./memory.js";
import { type AuditOperations, type PolicyOperations, type UsageOperations } from "./questions.js";
import type { RateLimit } from "./results.js";
import { INSPECT } from "./runtime.js";
import { type UserOperations } from "./users.js";
import type { KeyEnvironment } from "./vocabulary.js";
export interface ClientOptions {
    /**
     * A key of the console, or a function that returns one (or a promise of one), which is asked for
     * each request: what it throws comes through. Without it, `MEMORY_SCOPE_API_KEY`.
     */
    apiKey?: KeySource | undefined;
    /** The service's address; without it, `MEMORY_SCOPE_BASE_URL`. */
    baseURL?: string | undefined;
    /** Milliseconds that each attempt may take, 10,000 if not set. */
    timeout?: number | undefined;
    /** How often a call that may succeed later is sent again, 0 to 10; 2 if not set. */
    maxRetries?: number | undefined;
    /** What sends requests, in place of the built-in `fetch`. */
    fetch?: typeof globalThis.fetch | undefined;
    /** Let the key travel in clear to an address that is not this machine. */
    allowHttp?: boolean | undefined;
    /** Let this run in a browser, where every visitor can read the key. */
    dangerouslyAllowBrowser?: boolean | undefined;
}
/**
 * A service and a key. Throws ConfigurationError if the key is malformed, or the address or a
 * setting cannot be used. Every method throws a `MemoryScopeError` of the kind that fits.
 */
export declare class MemoryScope {
    #private;
    /** The service's address. */
    readonly baseURL: string;
    readonly memory: MemoryOperations;
    readonly users: UserOperations;
    readonly audit: AuditOperations;
    readonly policy: PolicyOperations;
    readonly usage: UsageOperations;
    constructor(options?: ClientOptions);
    /** The key's environment, `test` or `live`; null before a function was asked for a key. */
    get environment(): KeyEnvironment | null;
    /** The key as the console shows it, e.g. `sk_test_••••9fQ2`; of a function, the last one. */
    get maskedKey(): string | null;
    /** What the last answer said of the key's limit; null before the first that says. */
    get rateLimit(): RateLimit | null;
    /** What JSON and logs show of a client. */
    toJSON(): {
        apiKey: string | null;
        baseURL: string;
    };
    [INSPECT](): string;
}
