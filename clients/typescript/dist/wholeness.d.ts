/** Whether an export came whole. It is looked at piece by piece, however long it is. */
/**
 * Return what takes the pieces of a JSON text one by one, and says after each whether that is the
 * whole: whether its outermost bracket was closed, and it says that it is complete.
 */
export declare function wholeness(): (piece: Uint8Array) => boolean;
/** Return what says after each piece of lines of JSON whether the last is the one that says so. */
export declare const lastLine: () => (piece: Uint8Array) => boolean;
