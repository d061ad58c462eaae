/** What can be done with all that is held of a user. */
import { parsed } from "./answers.js";
import { invalid } from "./arguments.js";
import { exported, incomplete, PATIENCE } from "./exporting.js";
import { camelDeep } from "./naming.js";
import type * as results from "./results.js";
import type { CallOptions, Send } from "./sending.js";
import * as shapes from "./shapes.js";
import { wholeness } from "./wholeness.js";

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
  const exportStream = (userId: string, options?: CallOptions) =>
    exported(send, "GET /users/{id}/export", wholeness(), options, userId);

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
