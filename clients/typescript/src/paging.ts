/** Lists that come in pages. Each is asked for when it is needed, so a list may be of any length. */
import { APIError } from "./errors.js";
import type { Page } from "./results.js";

/** What a list holds, the newest first: to be iterated, as often as wanted, or page by page. */
export class Pages<T> implements AsyncIterable<T> {
  readonly #ask: (cursor: string | null) => Promise<Page<T>>;

  constructor(ask: (cursor: string | null) => Promise<Page<T>>) {
    this.#ask = ask;
  }

  /** Ask for one page: the first, or the one that another's `nextCursor` leads to. */
  page(cursor: string | null = null): Promise<Page<T>> {
    return this.#ask(cursor);
  }

  /** Yield the pages from that one on. */
  async *pages(cursor: string | null = null): AsyncGenerator<Page<T>, void, undefined> {
    // One cursor is kept, each time for twice as many pages: so a circle of any length is found,
    // and a list of any length takes no more memory.
    let [kept, seen, most] = [cursor, 0, 1];
    for (let at = cursor; ; ) {
      const page = await this.page(at);
      yield page;
      at = page.nextCursor;
      if (at === null) return;
      if (at === kept) throw inCircle(page.requestId);
      seen += 1;
      if (seen === most) [kept, seen, most] = [at, 0, 2 * most];
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const page of this.pages()) yield* page.items;
  }
}

function inCircle(requestId: string | null): APIError {
  return new APIError("The pages lead in a circle: is this the address of a Memory Scope?", {
    requestId,
  });
}
