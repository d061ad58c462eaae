import type { Simple } from "./reading.js";
import type { Page } from "./results.js";
import type { CallOptions, Send } from "./sending.js";
/** What a list holds, the newest first: to be iterated, as often as wanted, or page by page. */
export declare class Pages<T> implements AsyncIterable<T> {
    #private;
    constructor(ask: (cursor: string | null) => Promise<Page<T>>);
    /** Ask for one page: the first, or the one that another's `nextCursor` leads to. */
    page(cursor?: string | null): Promise<Page<T>>;
    /** Yield the pages from that one on. */
    pages(cursor?: string | null): AsyncGenerator<Page<T>, void, undefined>;
    [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined>;
}
/** Return the list at this path, of what the parameters leave of it. */
export declare function pagesOf<T>(send: Send, path: string, params: object, item: Simple<T>, options: CallOptions | undefined): Pages<T>;
