/** Sends calls: with the key, in time, and again where that may help. */
import { rateLimitOf, understood } from "./answers.js";
import { APIError, InvalidArgumentError } from "./errors.js";
import { connectionError, timeoutError } from "./failures.js";
import type { Keys } from "./keys.js";
import type { Reader } from "./reading.js";
import type { RateLimit, Result } from "./results.js";
import { delays } from "./retries.js";
import { isRetries, isTimeout, RETRIES_RULE, TIMEOUT_RULE } from "./settings.js";
import { VERSION } from "./version.js";
import { Deadline, pause, TOO_LATE } from "./waiting.js";

/** What can be said of one call, as the last argument of every method. */
export interface CallOptions {
  /** Ends the call: it rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Milliseconds for each attempt, in place of the client's. */
  timeout?: number | undefined;
  /** Headers besides our own, such as `X-Request-ID`. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** How often it is sent again, in place of the client's. */
  maxRetries?: number | undefined;
}

/** What can be said of a call that stores. */
export interface CreateOptions extends CallOptions {
  /** Makes that it stores once, for 24 hours, from whatever process it is sent. */
  idempotencyKey?: string | undefined;
}

/** One operation. Each is safe to send again: see the method that makes it. */
export interface Call<T> {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly read: Reader<T>;
  /** JSON, written once: all attempts say the same. */
  readonly body?: string;
  readonly idempotencyKey?: string;
  /** Milliseconds to wait for the answer, at least, unless the call says otherwise. */
  readonly patience?: number;
  /** Whether success is 204, without a body. */
  readonly noContent?: boolean;
}

export interface Settings {
  readonly keys: Keys;
  readonly baseURL: string;
  readonly timeout: number;
  readonly maxRetries: number;
  readonly fetch: typeof fetch;
}

const RESERVED =
  /^(x-api-key|idempotency-key|accept|host|connection|content-(type|length|encoding)|transfer-encoding)$/i;
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const VALUE = /^[!-~]([\t -~]*[!-~])?$/;

export class Sender {
  readonly #settings: Settings;
  rateLimit: RateLimit | null = null;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Return what a call answers. Throws an error of this package, or the reason of the signal. */
  send<T extends object>(call: Call<T>, options: CallOptions = {}): Promise<T & Result> {
    return this.#repeated(call, options, (ready) => this.#exchange(call, ready));
  }

  /** Return the answer of a call as it comes, and the time that each next piece of it has. */
  open(
    call: Call<object>,
    options: CallOptions = {},
  ): Promise<{ response: Response; deadline: Deadline }> {
    return this.#repeated(call, options, async (ready) => {
      const response = await this.#asked(call, ready);
      const { deadline } = ready;
      if (response.ok && response.body) return { response, deadline };
      const outcome = understood(call, response, await deadline.bound(response.text()));
      return outcome instanceof APIError
        ? outcome
        : new APIError("The answer is empty.", { status: response.status });
    });
  }

  async #exchange<T extends object>(call: Call<T>, ready: Ready): Promise<(T & Result) | APIError> {
    const response = await this.#asked(call, ready);
    return understood(call, response, await ready.deadline.bound(response.text()));
  }

  async #asked(call: Call<object>, ready: Ready): Promise<Response> {
    const { baseURL, fetch } = this.#settings;
    const headers = new Headers(ready.headers);
    headers.set("X-API-Key", ready.key);
    const response = await ready.deadline.bound(
      fetch(baseURL + call.path, {
        method: call.method,
        headers,
        redirect: "manual",
        signal: ready.deadline.signal,
        ...(call.body !== undefined && { body: call.body }),
      }),
    );
    this.rateLimit = rateLimitOf(response.headers) ?? this.rateLimit;
    return response;
  }

  async #repeated<T extends object>(
    call: Call<object>,
    options: CallOptions,
    attempt: (ready: Ready) => Promise<T | APIError>,
  ): Promise<T> {
    const { signal } = options;
    check(options, call);
    const headers = headersOf(call, options); // once: all attempts say the same
    const delayAfter = delays(options.maxRetries ?? this.#settings.maxRetries, Math.random);
    const usual = Math.max(this.#settings.timeout, call.patience ?? 0);
    for (;;) {
      if (signal?.aborted) throw signal.reason;
      const outcome = await this.#attempted(options.timeout ?? usual, signal, (ready) =>
        attempt({ ...ready, headers }),
      );
      if (!(outcome instanceof APIError)) return outcome;
      const delay = delayAfter(outcome);
      if (delay === null) throw outcome;
      await pause(delay, signal);
    }
  }

  /** Return what came of one attempt. What is streamed keeps its deadline. */
  async #attempted<T extends object>(
    timeout: number,
    signal: AbortSignal | undefined,
    attempt: (ready: Omit<Ready, "headers">) => Promise<T | APIError>,
  ): Promise<T | APIError> {
    const key = await this.#settings.keys.now(); // what the caller's function throws is the caller's
    const deadline = new Deadline(timeout, signal);
    let outcome: T | APIError | null = null;
    try {
      outcome = await attempt({ key, deadline });
      return outcome;
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      return error === TOO_LATE ? timeoutError() : connectionError(error, this.#settings.baseURL);
    } finally {
      if (outcome === null || !("deadline" in outcome)) deadline.clear();
    }
  }
}

/** What one attempt has. */
interface Ready {
  readonly key: string;
  readonly headers: Headers;
  readonly deadline: Deadline;
}

function headersOf(call: Call<object>, options: CallOptions): Headers {
  const headers = new Headers(checkedHeaders(options.headers));
  if (!headers.has("User-Agent")) headers.set("User-Agent", `memory-scope-typescript/${VERSION}`);
  headers.set("Accept", "application/json");
  if (call.body) headers.set("Content-Type", "application/json");
  if (call.idempotencyKey) headers.set("Idempotency-Key", call.idempotencyKey);
  return headers;
}

/** Throw InvalidArgumentError for options that cannot be heeded; nothing that they hold is shown. */
function check(options: CallOptions, call: Call<object>): void {
  const { maxRetries, timeout } = options;
  if (timeout !== undefined && !isTimeout(timeout)) throw new InvalidArgumentError(TIMEOUT_RULE);
  if (maxRetries !== undefined && !isRetries(maxRetries))
    throw new InvalidArgumentError(RETRIES_RULE);
  if ("idempotencyKey" in options && options.idempotencyKey !== undefined && !call.idempotencyKey) {
    throw new InvalidArgumentError(
      "idempotencyKey goes with what stores, and this call stores nothing.",
    );
  }
}

/** Return them as pairs. Also a `Headers` or a `Map` is gone through: nothing may slip past. */
function checkedHeaders(given: object = {}): [string, string][] {
  const pairs = Symbol.iterator in given ? given : Object.entries(given);
  return Array.from(pairs as Iterable<[string, string]>, ([name, value]) => {
    if (RESERVED.test(name)) {
      throw new InvalidArgumentError(`The header ${name} is the client's own.`);
    }
    // Checked here, because `fetch` makes a text of a number, and takes blanks off the ends.
    if (!NAME.test(name) || typeof value !== "string" || !VALUE.test(value)) {
      throw new InvalidArgumentError("headers holds what cannot be a header.");
    }
    return [name, value];
  });
}
