/** Lists that come in pages. Each is asked for when it is needed, so a list may be of any length. */
import { ELSEWHERE, errorOf } from "./answers.js";
import { parametersOf } from "./arguments.js";
import type { Simple } from "./reading.js";
import type { Page } from "./results.js";
import type { CallOptions, Send } from "./sending.js";
import { page } from "./shapes.js";

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
    let kept = cursor;
    for (let [at, seen] = [cursor, 1]; ; seen++) {
      const page = await this.page(at);
      yield page;
      at = page.nextCursor;
      if (at === null) return;
      if (at === kept) {
        const detail = `The pages lead in a circle${ELSEWHERE}`;
        throw errorOf(0, { detail, request_id: page.requestId });
      }
      if ((seen & (seen + 1)) === 0) kept = at;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const page of this.pages()) yield* page.items;
  }
}

/** Return the list at this path, of what the parameters leave of it. */
export function pagesOf<T>(
  send: Send,
  path: string,
  params: object,
  item: Simple<T>,
  options: CallOptions | undefined,
): Pages<T> {
  const read = page(item);
  // Now, and not when the first page is asked for: what cannot be sent is told at once.
  const given = parametersOf(params);
  return new Pages((cursor) => {
    const query = `${new URLSearchParams(cursor === null ? given : { ...given, cursor })}`;
    return send(`GET ${path}${query && `?${query}`}`, read, options);
  });
}
