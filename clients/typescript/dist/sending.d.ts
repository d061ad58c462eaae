import type { Keys } from "./keys.js";
import type { Reader } from "./reading.js";
import type { RateLimit, Result } from "./results.js";
import { Deadline } from "./waiting.js";
/** What can be said of one call, as the last argument of every method. */
export interface CallOptions {
    /** Ends the call: it rejects with the signal's reason. */
    signal?: AbortSignal | undefined;
    /** Milliseconds for each attempt, in place of the client's. */
    timeout?: number | undefined;
    /** Headers besides our own, such as `X-Request-ID`. */
    headers?: Readonly<Record<string, string>> | undefined;
    /** How often it is sent again, in place of the client's. */
    maxRetries?: number | undefined;
}
/** What can be said of a call that stores. */
export interface CreateOptions extends CallOptions {
    /** Makes that it stores once, for 24 hours, from whatever process it is sent. */
    idempotencyKey?: string | undefined;
}
/** One operation. Each is safe to send again: see the method that makes it. */
export interface Call<T> {
    readonly method: "GET" | "POST" | "DELETE";
    readonly path: string;
    readonly read: Reader<T>;
    /** JSON, written once: all attempts say the same. */
    readonly body?: string;
    readonly idempotencyKey?: string;
    /** Milliseconds to wait for the answer, at least, unless the call says otherwise. */
    readonly patience?: number;
    /** Whether success is 204, without a body. */
    readonly noContent?: boolean;
}
export interface Settings {
    readonly keys: Keys;
    readonly baseURL: string;
    readonly timeout: number;
    readonly maxRetries: number;
    readonly fetch: typeof fetch;
}
export declare class Sender {
    #private;
    rateLimit: RateLimit | null;
    constructor(settings: Settings);
    /** Return what a call answers. Throws an error of this package, or the reason of the signal. */
    send<T extends object>(call: Call<T>, options?: CallOptions): Promise<T & Result>;
    /** Return the answer of a call as it comes, and the time that each next piece of it has. */
    open(call: Call<object>, options?: CallOptions): Promise<{
        response: Response;
        deadline: Deadline;
    }>;
}
