import type * as results from "./results.js";
import type { CallOptions, Send } from "./sending.js";
export interface UserOperations {
    /** Say what is stored of an end user: where and how much, without a value. */
    get(userId: string, options?: CallOptions): Promise<results.User>;
    /** Erase all that is stored of an end user, for good; with `dryRun` say what would go. */
    erase(userId: string, params?: {
        dryRun?: boolean | undefined;
    }, options?: CallOptions): Promise<results.Erasure>;
    /** Make the link by which an end user opens the page about themselves, within an hour. */
    link(userId: string, options?: CallOptions): Promise<results.Link>;
    /**
     * Return all that is held on an end user, for the person themselves. Throws
     * IncompleteAnswerError if the answer broke off.
     */
    export(userId: string, options?: CallOptions): Promise<results.UserExport>;
    /**
     * Yield all that is held on an end user as the service wrote it, JSON in pieces of bytes as they
     * come, however much it is. It is the whole only if the loop ends without an error: what broke
     * off throws IncompleteAnswerError.
     */
    exportStream(userId: string, options?: CallOptions): AsyncGenerator<Uint8Array, void, undefined>;
}
export declare const userOperations: (send: Send) => UserOperations;
