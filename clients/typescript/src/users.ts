/** What can be done with all that is held of a user. */
import { parsed } from "./answers.js";
import { invalid } from "./arguments.js";
import { IncompleteAnswerError } from "./errors.js";
import { camelDeep } from "./naming.js";
import { refuse } from "./reading.js";
import type * as results from "./results.js";
import type { CallOptions, Send, Stream } from "./sending.js";
import * as shapes from "./shapes.js";
import { wholeness } from "./wholeness.js";

const PATIENCE = 75_000; // milliseconds: the service itself may take 60 seconds

export interface UserOperations {
  /** Say what is stored of an end user: where and how much, without a value. */
  get(userId: string, options?: CallOptions): Promise<results.User>;

  /** Erase all that is stored of an end user, for good; with `dryRun` say what would go. */
  erase(
    userId: string,
    params?: { dryRun?: boolean | undefined },
    options?: CallOptions,
  ): Promise<results.Erasure>;

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

export const userOperations = (send: Send): UserOperations => {
  async function* exportStream(
    userId: string,
    options?: CallOptions,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    const call = { id: userId, streams: true, patience: PATIENCE };
    const { body, deadline } = await send<Stream>("GET /users/{id}/export", refuse, options, call);
    const reader = body.getReader();
    const isWholeWith = wholeness();
    let isWhole = false;
    try {
      for (;;) {
        deadline.extend();
        const { done, value } = await deadline.bound(reader.read());
        if (done) break;
        isWhole = isWholeWith(value);
        yield value;
      }
    } catch {
      deadline.signal.throwIfAborted();
      isWhole = false;
    } finally {
      deadline.clear();
      await reader.cancel().catch(() => {});
    }
    if (!isWhole) throw incomplete();
  }

  return {
    get: (id, options) => send("GET /users/{id}", shapes.user, options, { id, patience: PATIENCE }),

    link: (id, options) => send("POST /users/{id}/link", shapes.link, options, { id }),

    erase: async (id, params, options) => {
      const { dryRun = false, ...others } = params ?? {};
      // A typo must erase nothing.
      if (typeof dryRun !== "boolean" || Object.keys(others).length) {
        invalid("An erasure takes only dryRun, true or false.");
      }
      const target = `DELETE /users/{id}${dryRun ? "?dry_run=true" : ""}`;
      return send(target, shapes.erasure, options, { id, patience: PATIENCE });
    },

    export: async (userId, options) => {
      const pieces = [];
      for await (const piece of exportStream(userId, options)) pieces.push(piece);
      const body = parsed(await new Blob(pieces).text());
      if (!body) throw incomplete();
      return camelDeep(body) as results.UserExport;
    },

    exportStream,
  };
};

function incomplete(): IncompleteAnswerError {
  return new IncompleteAnswerError("The export broke off: what came is not the whole.");
}
