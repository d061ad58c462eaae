/** What can be done with all that is held of a user. */
import { parsed } from "./answers.js";
import { queryOf, segmentOf } from "./arguments.js";
import { get } from "./calls.js";
import { IncompleteAnswerError, InvalidArgumentError } from "./errors.js";
import { timeoutError } from "./failures.js";
import { camelDeep } from "./naming.js";
import type * as results from "./results.js";
import type { CallOptions, Sender } from "./sending.js";
import * as shapes from "./shapes.js";
import { TOO_LATE } from "./waiting.js";
import { Wholeness } from "./wholeness.js";

const PATIENCE = 75_000; // milliseconds: the service may take 60 seconds for all of a user

export class UserOperations {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /** Say what is stored of an end user: where and how much, without a value. */
  async get(userId: string, options?: CallOptions): Promise<results.User> {
    return this.#sender.send(get(pathOf(userId), shapes.user, PATIENCE), options);
  }

  /** Erase all that is stored of an end user, for good; with `dryRun` say what would go. */
  async erase(
    userId: string,
    params: { dryRun?: boolean | undefined } = {},
    options?: CallOptions,
  ): Promise<results.Erasure> {
    const { dryRun = false, ...others } = params ?? {};
    if (typeof dryRun !== "boolean")
      throw new InvalidArgumentError("dryRun must be true or false.");
    const [other] = Object.keys(others); // a typo must erase nothing
    if (other !== undefined)
      throw new InvalidArgumentError(`An erasure has no ${other}: only dryRun.`);
    const path = pathOf(userId) + queryOf({ dryRun: dryRun ? "true" : null });
    return this.#sender.send(
      { method: "DELETE", path, read: shapes.erasure, patience: PATIENCE },
      options,
    );
  }

  /**
   * Return all that is held on an end user, for the person themselves. Throws
   * IncompleteAnswerError if the answer broke off.
   */
  async export(userId: string, options?: CallOptions): Promise<results.UserExport> {
    const decoder = new TextDecoder();
    let content = "";
    for await (const piece of this.exportStream(userId, options)) {
      content += decoder.decode(piece, { stream: true });
    }
    const body = parsed(content);
    if (body === null) throw new IncompleteAnswerError("The export cannot be read: it is no JSON.");
    return camelDeep(body) as results.UserExport;
  }

  /**
   * Yield all that is held on an end user as the service wrote it, JSON in pieces of bytes as they
   * come, however much it is. It is the whole only if the loop ends without an error: what broke
   * off throws IncompleteAnswerError.
   */
  async *exportStream(
    userId: string,
    options: CallOptions = {},
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const call = get(`${pathOf(userId)}/export`, () => ({}), PATIENCE);
    const { response, deadline } = await this.#sender.open(call, options);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const whole = new Wholeness();
    try {
      for (;;) {
        deadline.extend();
        const { done, value } = await deadline.bound(reader.read());
        if (done) break;
        whole.add(value);
        yield value;
      }
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      throw error === TOO_LATE
        ? timeoutError()
        : new IncompleteAnswerError("The export broke off.");
    } finally {
      deadline.clear();
      await reader.cancel().catch(() => {});
    }
    whole.check();
  }
}

function pathOf(userId: string): string {
  return `/users/${segmentOf("userId", userId)}`;
}
