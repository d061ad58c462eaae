/** The client: checked settings, a key that nobody sees, and what can be asked. */
import { checkedAddress } from "./address.js";
import { ConfigurationError } from "./errors.js";
import { type KeySource, Keys } from "./keys.js";
import { MemoryOperations } from "./memory.js";
import { AuditOperations, PolicyOperations, UsageOperations } from "./questions.js";
import type { RateLimit } from "./results.js";
import { isBrowser } from "./runtime.js";
import { Sender } from "./sending.js";
import { checkNumbers, DEFAULT_RETRIES, DEFAULT_TIMEOUT } from "./settings.js";
import { UserOperations } from "./users.js";
import type { KeyEnvironment } from "./vocabulary.js";

export interface ClientOptions {
  /**
   * A key of the console, or a function that returns one (or a promise of one), which is asked for
   * each request: what it throws comes through. Without it, `MEMORY_SCOPE_API_KEY`.
   */
  apiKey?: KeySource | undefined;
  /** The service's address; without it, `MEMORY_SCOPE_BASE_URL`. */
  baseURL?: string | undefined;
  /** Milliseconds that each attempt may take, 10,000 if not set. */
  timeout?: number | undefined;
  /** How often a call that may succeed later is sent again, 0 to 10; 2 if not set. */
  maxRetries?: number | undefined;
  /** What sends requests, in place of the built-in `fetch`. */
  fetch?: typeof globalThis.fetch | undefined;
  /** Let the key travel in clear to an address that is not this machine. */
  allowHttp?: boolean | undefined;
  /** Let this run in a browser, where every visitor can read the key. */
  dangerouslyAllowBrowser?: boolean | undefined;
}

/**
 * A service and a key. Throws ConfigurationError if the key is malformed, or the address or a
 * setting cannot be used. Every method throws a `MemoryScopeError` of the kind that fits.
 */
export class MemoryScope {
  readonly #keys: Keys;
  readonly #sender: Sender;
  /** The service's address. */
  readonly baseURL: string;
  readonly memory: MemoryOperations;
  readonly users: UserOperations;
  readonly audit: AuditOperations;
  readonly policy: PolicyOperations;
  readonly usage: UsageOperations;

  constructor(options: ClientOptions = {}) {
    if (isBrowser() && !options.dangerouslyAllowBrowser) {
      throw new ConfigurationError(
        "This is a browser, where every visitor could read the key: let your own server ask. If no stranger can open this page, say dangerouslyAllowBrowser: true.",
      );
    }
    const { timeout = DEFAULT_TIMEOUT, maxRetries = DEFAULT_RETRIES } = options;
    checkNumbers(options, ConfigurationError);
    if (options.fetch !== undefined && typeof options.fetch !== "function") {
      throw new ConfigurationError("fetch must be a function.");
    }
    this.#keys = new Keys(options.apiKey);
    this.baseURL = checkedAddress(options.baseURL, options.allowHttp === true);
    this.#sender = new Sender({
      keys: this.#keys,
      baseURL: this.baseURL,
      timeout,
      maxRetries,
      // Looked up for each request: what replaces it later, in tests or to trace, is heeded.
      fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    });
    this.memory = new MemoryOperations(this.#sender);
    this.users = new UserOperations(this.#sender);
    this.audit = new AuditOperations(this.#sender);
    this.policy = new PolicyOperations(this.#sender);
    this.usage = new UsageOperations(this.#sender);
  }

  /** The key's environment, `test` or `live`; null before a function was asked for a key. */
  get environment(): KeyEnvironment | null {
    return this.#keys.last?.environment ?? null;
  }

  /** The key as the console shows it, e.g. `sk_test_••••9fQ2`; of a function, the last one. */
  get maskedKey(): string | null {
    return this.#keys.last?.masked ?? null;
  }

  /** What the last answer said of the key's limit; null before the first that says. */
  get rateLimit(): RateLimit | null {
    return this.#sender.rateLimit;
  }

  /** What JSON and logs show of a client. */
  toJSON(): { apiKey: string | null; baseURL: string } {
    return { apiKey: this.maskedKey, baseURL: this.baseURL };
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `MemoryScope { apiKey: ${this.maskedKey ?? "a function"}, baseURL: ${this.baseURL} }`;
  }
}
