import { type Pages } from "./paging.js";
import type * as results from "./results.js";
import type { CallOptions, CreateOptions, Send } from "./sending.js";
import type { ALL_DOMAINS, Scope, Source, Value } from "./vocabulary.js";
/** A memory to be stored. */
export interface NewMemory {
    /** The end user, in your own naming. */
    userId: string;
    scope: Scope;
    /** Who said it. */
    source: Source;
    /** What was said: one of the shapes that the documentation shows. Its own keys stay as they are. */
    valueJson: Value;
    /** A sub-category, such as `food`; null or left out: none. */
    domain?: string | null | undefined;
    /** After how many days it expires, 1 to 365; left out: never. */
    ttlDays?: number | null | undefined;
    /** Let it stand in place of what was said before under its own outermost keys. */
    replace?: boolean | undefined;
}
/** How far back a read goes, and how much it tells. */
export interface ReadOptions {
    /** Only what was stored within so many days, 1 to 3650. */
    maxAgeDays?: number | null | undefined;
    /** Tell what stands behind the summary too, and the summary as sentences for a language model. */
    detail?: boolean | undefined;
    /** Give a signed statement of the read too, to keep and to show: it names nobody. */
    receipt?: boolean | undefined;
}
export interface ReadParams extends ReadOptions {
    userId: string;
    scope: Scope;
    /** Why, in plain words, such as "recommend restaurants". */
    purpose: string;
    /** Reads exactly that domain; null or left out: exactly what was stored without one. */
    domain?: string | null | undefined;
}
/** One of several reads. With ALL_DOMAINS it stands for a read of each domain that the user has there. */
export interface ReadPlace {
    scope: Scope;
    domain?: string | null | typeof ALL_DOMAINS | undefined;
}
export interface ReadManyParams extends ReadOptions {
    userId: string;
    purpose: string;
    reads: readonly ReadPlace[];
}
export interface ContinueParams extends ReadOptions {
    revocationToken: string;
}
/** Where a domain narrows: left out, or ALL_DOMAINS, it is every one; null is what has none. */
type AnyDomain = string | null | typeof ALL_DOMAINS | undefined;
/** What to take back: what a token read, or what is stored of a user. */
export type RevokeParams = {
    revocationToken: string;
    userId?: never;
    scope?: never;
    domain?: never;
} | {
    revocationToken?: never;
    userId: string;
    scope?: Scope | undefined;
    domain?: AnyDomain;
};
export interface ListParams {
    userId: string;
    scope?: Scope | undefined;
    domain?: AnyDomain;
    /** How many to ask for at once, 1 to 100. */
    limit?: number | undefined;
}
export interface MemoryOperations {
    /** Store a memory. It is stored once, however often the network makes this try. */
    create(memory: NewMemory, options?: CreateOptions): Promise<results.Memory>;
    /** Store up to 100 memories, all of them or none, and once as `create` does. */
    createMany(memories: readonly NewMemory[], options?: CreateOptions): Promise<results.MemoryBatch>;
    /**
     * Read a summary for a purpose. Nothing stored is not an error. Throws PolicyDeniedError if the
     * purpose is not allowed for the scope.
     */
    read(params: ReadParams, options?: CallOptions): Promise<results.MemoryRead>;
    /**
     * Read several scopes and domains of a user for one purpose, each as by a read of its own. What
     * is refused stands beside what is answered: look at `answer` and `error` of each.
     */
    readMany(params: ReadManyParams, options?: CallOptions): Promise<results.ManyReads>;
    /**
     * Read again what a token was given for, brought up to date. Throws GrantRevokedError if the
     * access was taken back or has expired, and NotFoundError for no such token.
     */
    continue(params: ContinueParams, options?: CallOptions): Promise<results.MemoryRead>;
    /**
     * Take access back: what was stored is hidden at once, from every reader. Throws NotFoundError
     * if the token opens nothing (any more); with `afterLostAnswer` an earlier attempt of this call
     * got no answer, and may be what took the access back.
     */
    revoke(params: RevokeParams, options?: CallOptions): Promise<results.Revocation>;
    /** List a user's memories as they were stored, the newest first: `for await`, or page by page. */
    list(params: ListParams, options?: CallOptions): Pages<results.StoredMemoryFields>;
    /** Return a memory as it was stored. */
    get(memoryId: string, options?: CallOptions): Promise<results.StoredMemory>;
    /** Delete a memory, for good. */
    delete(memoryId: string, options?: CallOptions): Promise<results.Deletion>;
}
export declare const memoryOperations: (send: Send) => MemoryOperations;
export {};
