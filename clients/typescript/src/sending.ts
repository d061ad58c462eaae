/** Sends calls: with the key, in time, and again where that may help. */
import { rateLimitOf, understood } from "./answers.js";
import { type DomainWriter, invalid, segmentOf, written } from "./arguments.js";
import {
  APIError,
  ConfigurationError,
  InvalidArgumentError,
  NotFoundError,
  ServerError,
} from "./errors.js";
import { connectionError } from "./failures.js";
import type { Keys } from "./keys.js";
import type { Reader } from "./reading.js";
import type { RateLimit, Result } from "./results.js";
import { checkNumbers } from "./settings.js";
import { VERSION } from "./version.js";
import { type Deadline, deadlineOf, pause } from "./waiting.js";

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

/** What else a call is. Each is safe to send again: see the operation that makes it. */
export interface Call {
  /** What stands in the path for `{id}`. */
  readonly id?: string | undefined;
  /** Fields as the caller gave them. They are written as JSON once: all attempts say the same. */
  readonly body?: object;
  /** How their domains are sent. */
  readonly domainOf?: DomainWriter;
  /** Whether it goes with an Idempotency-Key. */
  readonly stores?: boolean;
  /** Milliseconds to wait for the answer, at least, unless the call says otherwise. */
  readonly patience?: number;
  /** Whether the answer is returned as it comes, as a `Stream`. */
  readonly streams?: boolean;
}

/** A body that comes in pieces, and the time that each next one has. */
export interface Stream {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly deadline: Deadline;
}

/**
 * Returns what `GET /usage`, or the like, is answered. Throws an error of this package, what the
 * caller's function for keys throws, or the reason of the signal.
 */
export type Send = <T extends object>(
  target: string,
  read: Reader<T>,
  options: CallOptions | undefined,
  call?: Call,
) => Promise<T & Result>;

/** What sends for a client, with which keys, and what the last answer said of the key's limit. */
export interface Sender {
  readonly send: Send;
  readonly keys: Keys;
  rateLimit: RateLimit | null;
}

/** The settings of a client that hold unless a call says otherwise. */
export interface Settings {
  readonly timeout?: number | undefined;
  readonly maxRetries?: number | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** What the errors of calls have that may be sent again. */
interface Unlucky {
  readonly retryAfter: number | null;
  readonly requestSent: boolean;
}

export function senderOf(keys: Keys, baseURL: string, settings: Settings): Sender {
  const {
    timeout: usualTimeout = 10_000,
    maxRetries: usualRetries = 2,
    // Looked up for each request: what replaces it later, in tests or to trace, is heeded.
    fetch = (input, init) => globalThis.fetch(input, init),
  } = settings;
  checkNumbers(usualTimeout, usualRetries, ConfigurationError);
  if (typeof fetch !== "function") throw new ConfigurationError("fetch must be a function.");

  async function send<T extends object>(
    target: string,
    read: Reader<T>,
    options: CallOptions = {},
    call: Call = {},
  ): Promise<T & Result> {
    const { id, stores, streams, patience = 0 } = call;
    const [method, path] = target.replace("{id}", () => segmentOf(id)).split(" ");
    const { signal, maxRetries = usualRetries } = options;
    const { timeout = Math.max(usualTimeout, patience) } = options;
    checkNumbers(timeout, maxRetries, InvalidArgumentError);
    const body = "body" in call ? JSON.stringify(written(call.body, call.domainOf)) : undefined;
    const shared = headersOf(options, !!body, stores);
    const FIRST_DELAY = 0.5; // seconds; doubles with each retry
    const LONGEST_DELAY = 8;
    const LONGEST_RETRY_AFTER = 60;
    let answerLost = false;
    for (let made = 0; ; made++) {
      signal?.throwIfAborted();
      const headers = new Headers(shared);
      headers.set("X-API-Key", await keys.now());
      const deadline = deadlineOf(timeout, signal);
      let outcome: (T & Result) | APIError;
      try {
        const request = { method, headers, body, redirect: "manual", signal: deadline.signal };
        const response = await deadline.bound(fetch(baseURL + path, request as RequestInit));
        sender.rateLimit = rateLimitOf(response.headers) ?? sender.rateLimit;
        outcome =
          streams && response.ok && response.body
            ? ({ body: response.body, deadline } as object as T & Result)
            : understood(read, response, await deadline.bound(response.text()));
      } catch (error) {
        signal?.throwIfAborted();
        outcome = deadline.signal.reason ?? connectionError(error, baseURL);
      } finally {
        deadline.clear();
      }
      if (!(outcome instanceof APIError)) return outcome;
      if (outcome instanceof NotFoundError) outcome.afterLostAnswer = answerLost;
      const { status, retryAfter, requestSent } = outcome as APIError & Partial<Unlucky>;
      // A 409 with Retry-After tells that an earlier attempt of this very call is still running.
      const mayFollow = /^(408|429|5..)$/.test(`${status}`) || (retryAfter ?? requestSent) != null;
      const told = retryAfter ?? 0;
      if (!mayFollow || made >= maxRetries || told > LONGEST_RETRY_AFTER) throw outcome;
      answerLost ||= requestSent ?? outcome instanceof ServerError;
      // Half of it is chance, so that clients that failed together do not come back together.
      const delay = (Math.min(FIRST_DELAY * 2 ** made, LONGEST_DELAY) * (1 + Math.random())) / 2;
      await pause(Math.max(told, delay), signal);
    }
  }

  const sender: Sender = { send, keys, rateLimit: null };
  return sender;
}

/** Throw InvalidArgumentError for options that cannot be heeded; no value that they hold is shown. */
function headersOf(options: CreateOptions, hasBody: boolean, stores = false): Headers {
  const { headers: given = {}, idempotencyKey = stores ? crypto.randomUUID() : undefined } =
    options;
  const headers = new Headers({
    "User-Agent": `memory-scope-typescript/${VERSION}`,
    Accept: JSON_TYPE,
  });
  // Also a `Headers` or a `Map` is gone through: nothing may slip past.
  const pairs = Symbol.iterator in given ? given : Object.entries(given);
  for (const [name, value] of pairs as Iterable<[string, unknown]>) {
    // Checked here, because `fetch` makes a text of a number, and takes blanks off the ends.
    if (!NAME.test(name) || !isHeader(value)) {
      invalid(`headers cannot hold ${JSON.stringify(name)}: it is the client's own, or is none.`);
    }
    headers.set(name, value);
  }
  if (hasBody) headers.set("Content-Type", JSON_TYPE);
  if (idempotencyKey !== undefined) {
    if (!stores) invalid("idempotencyKey: this call stores nothing.");
    if (!isHeader(idempotencyKey) || idempotencyKey.length > 255) {
      invalid(
        "idempotencyKey must be 1 to 255 printable ASCII characters, with no blank at its ends.",
      );
    }
    headers.set("Idempotency-Key", idempotencyKey);
  }
  return headers;
}

function isHeader(value: unknown): value is string {
  return typeof value === "string" && /^[!-~]([\t -~]*[!-~])?$/.test(value);
}

const JSON_TYPE = "application/json";
/** What is the name of a header, and not of one of our own. */
const NAME =
  /^(?!(x-api-key|idempotency-key|accept|host|connection|transfer-encoding|content-(type|length|encoding))$)[\w!#$%&'*+.^`|~-]+$/i;
