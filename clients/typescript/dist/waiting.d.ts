/** All that waits: pauses between attempts, and the time that an answer may take. */
/** Wait so many seconds. Rejects with the signal's reason as soon as it is aborted. */
export declare function pause(seconds: number, signal: AbortSignal | undefined): Promise<void>;
/** What is waited for ended neither well nor badly: its time was over. */
export declare const TOO_LATE: unique symbol;
/**
 * The time that something may take, and the caller's signal, which can end it sooner. `signal` is
 * for `fetch`; `bound` also ends the wait for one that does not heed it.
 */
export declare class Deadline {
    #private;
    constructor(milliseconds: number, caller: AbortSignal | undefined);
    get signal(): AbortSignal;
    /** Let the time begin anew. */
    extend(): void;
    /** Return what comes of it in time. Rejects with TOO_LATE, or the reason of the caller's signal. */
    bound<T>(work: Promise<T>): Promise<T>;
    /** Stop counting, and leave nothing behind. */
    clear(): void;
}
