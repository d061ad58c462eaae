/** Sends calls: with the key, in time, and again where that may help. */
import { rateLimitOf, understood } from "./answers.js";
import { APIError, InvalidArgumentError } from "./errors.js";
import { connectionError, timeoutError } from "./failures.js";
import type { Keys } from "./keys.js";
import type { Reader } from "./reading.js";
import type { RateLimit, Result } from "./results.js";
import { delays } from "./retries.js";
import { checkNumbers } from "./settings.js";
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
  /^(x-api-key|idempotency-key|accept|host|connection|transfer-encoding|content-(type|length|encoding))$/i;
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const VALUE = /^[!-~]([\t -~]*[!-~])?$/;

export class Sender {
  readonly #settings: Settings;
  rateLimit: RateLimit | null = null;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Return what a call answers. Throws an error of this package, or the reason of the signal. */
  send<T extends object>(call: Call<T>, options?: CallOptions): Promise<T & Result> {
    return this.#repeated(call, options, (response, deadline) => read(call, response, deadline));
  }

  /** Return the answer of a call as it comes, and the time that each next piece of it has. */
  open(
    call: Call<object>,
    options?: CallOptions,
  ): Promise<{ response: Response; deadline: Deadline }> {
    return this.#repeated(call, options, async (response, deadline) => {
      if (response.ok && response.body) return { response, deadline };
      const outcome = await read(call, response, deadline);
      return outcome instanceof APIError
        ? outcome
        : new APIError("The answer is empty.", { status: response.status });
    });
  }

  async #repeated<T extends object>(
    call: Call<object>,
    options: CallOptions = {},
    finish: Finish<T>,
  ): Promise<T> {
    const { signal } = options;
    const settings = this.#settings;
    const headers = headersOf(call, options); // once: all attempts say the same
    const delayAfter = delays(options.maxRetries ?? settings.maxRetries, Math.random);
    const timeout = options.timeout ?? Math.max(settings.timeout, call.patience ?? 0);
    for (;;) {
      if (signal?.aborted) throw signal.reason;
      const key = await settings.keys.now(); // what the caller's function throws is the caller's
      const keyed = new Headers(headers);
      keyed.set("X-API-Key", key);
      const outcome = await this.#attempted(call, keyed, new Deadline(timeout, signal), finish);
      if (!(outcome instanceof APIError)) return outcome;
      if (signal?.aborted) throw signal.reason;
      const delay = delayAfter(outcome);
      if (delay === null) throw outcome;
      await pause(delay, signal);
    }
  }

  /** Return what came of one attempt. What is streamed keeps its deadline. */
  async #attempted<T extends object>(
    { method, path, body }: Call<object>,
    headers: Headers,
    deadline: Deadline,
    finish: Finish<T>,
  ): Promise<T | APIError> {
    const { baseURL, fetch } = this.#settings;
    const { signal } = deadline;
    let outcome: T | APIError | undefined;
    try {
      const request = { method, headers, body: body ?? null, redirect: "manual", signal } as const;
      const response = await deadline.bound(fetch(baseURL + path, request));
      this.rateLimit = rateLimitOf(response.headers) ?? this.rateLimit;
      outcome = await finish(response, deadline);
      return outcome;
    } catch (error) {
      return error === TOO_LATE ? timeoutError() : connectionError(error, baseURL);
    } finally {
      if (!outcome || !("deadline" in outcome)) deadline.clear();
    }
  }
}

/** What is made of an answer. */
type Finish<T> = (response: Response, deadline: Deadline) => Promise<T | APIError>;

async function read<T extends object>(
  call: Call<T>,
  response: Response,
  deadline: Deadline,
): Promise<(T & Result) | APIError> {
  return understood(call, response, await deadline.bound(response.text()));
}

/** Throw InvalidArgumentError for options that cannot be heeded; nothing that they hold is shown. */
function headersOf(call: Call<object>, options: CreateOptions): Headers {
  checkNumbers(options, InvalidArgumentError);
  if (options.idempotencyKey !== undefined && !call.idempotencyKey) {
    throw new InvalidArgumentError(
      "idempotencyKey goes with what stores: this call stores nothing.",
    );
  }
  const headers = new Headers(checkedHeaders(options.headers));
  if (!headers.has("User-Agent")) headers.set("User-Agent", `memory-scope-typescript/${VERSION}`);
  headers.set("Accept", "application/json");
  if (call.body) headers.set("Content-Type", "application/json");
  if (call.idempotencyKey) headers.set("Idempotency-Key", call.idempotencyKey);
  return headers;
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
