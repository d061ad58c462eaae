/** Wait so many seconds, or until the signal is aborted. */
export declare function pause(seconds: number, signal: AbortSignal | undefined): Promise<void>;
/** The time that something may take, and the caller's signal, which can end it sooner. */
export interface Deadline {
    /** For `fetch`: aborted with the reason of the caller's, or with an APITimeoutError. */
    readonly signal: AbortSignal;
    /** Let the time begin anew, also after it was cleared. */
    extend(): void;
    /** Stop counting, and leave nothing behind. */
    clear(): void;
    /**
     * Return what comes of it in time; rejects with the signal's reason as soon as that is aborted,
     * also if the work does not heed it. Bounds one thing at a time.
     */
    bound<T>(work: Promise<T>): Promise<T>;
}
export declare function deadlineOf(milliseconds: number, caller: AbortSignal | undefined): Deadline;
