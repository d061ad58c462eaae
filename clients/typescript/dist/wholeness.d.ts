/** Follows the brackets of a JSON text, to know whether its outermost one was closed. */
export declare class Wholeness {
    #private;
    add(piece: Uint8Array): void;
    /** Throw IncompleteAnswerError unless the export ended, and says that it is complete. */
    check(): void;
}
