import { type DomainWriter } from "./arguments.js";
import type { Keys } from "./keys.js";
import type { Reader } from "./reading.js";
import type { RateLimit, Result } from "./results.js";
import { type Deadline } from "./waiting.js";
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
/** What else a call is. Each is safe to send again: see the operation that makes it. */
export interface Call {
    /** What stands in the path for `{id}`. */
    readonly id?: string | undefined;
    /** Fields as the caller gave them. They are written as JSON once: all attempts say the same. */
    readonly body?: object;
    /** How their domains are sent. */
    readonly domainOf?: DomainWriter;
    /** Whether it goes with an Idempotency-Key. */
    readonly stores?: boolean;
    /** Milliseconds to wait for the answer, at least, unless the call says otherwise. */
    readonly patience?: number;
    /** Whether the answer is returned as it comes, as a `Stream`. */
    readonly streams?: boolean;
}
/** A body that comes in pieces, and the time that each next one has. */
export interface Stream {
    readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
    readonly deadline: Deadline;
}
/**
 * Returns what `GET /usage`, or the like, is answered. Throws an error of this package, what the
 * caller's function for keys throws, or the reason of the signal.
 */
export type Send = <T extends object>(target: string, read: Reader<T>, options: CallOptions | undefined, call?: Call) => Promise<T & Result>;
/** What sends for a client, with which keys, and what the last answer said of the key's limit. */
export interface Sender {
    readonly send: Send;
    readonly keys: Keys;
    rateLimit: RateLimit | null;
}
/** The settings of a client that hold unless a call says otherwise. */
export interface Settings {
    readonly timeout?: number | undefined;
    readonly maxRetries?: number | undefined;
    readonly fetch?: typeof globalThis.fetch | undefined;
}
export declare function senderOf(keys: Keys, baseURL: string, settings: Settings): Sender;
