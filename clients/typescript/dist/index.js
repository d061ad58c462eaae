// src/errors.ts
var MemoryScopeError = class extends Error {
  /** The status of the answer; null where there was none. */
  status = null;
  /** The service's stable word for what is wrong, such as `policy_denied`; null without one. */
  code = null;
  /** What the service's log and record call the request; null where there was no answer. */
  requestId = null;
  constructor(message, told) {
    super(message);
    Object.assign(this, told);
  }
  /** Return the sentence, and after it what helps to find the request in the service's log. */
  toString() {
    const known = { status: this.status, code: this.code, "request id": this.requestId };
    const told = Object.entries(known).filter((one) => one[1] !== null);
    const words = told.map((one) => one.join(" ")).join(", ");
    return `${this.name}: ${this.message}${words && ` (${words})`}`;
  }
};
var ConfigurationError = class extends MemoryScopeError {
};
var InvalidArgumentError = class extends MemoryScopeError {
};
var APIError = class extends MemoryScopeError {
  /** One sentence on what would help, where the service has one. */
  hint = null;
  /** Where more is told about it, where the service says. */
  docUrl = null;
};
var InvalidRequestError = class extends APIError {
  /** Every field that is wrong, where the service names fields. */
  errors = [];
};
var AuthenticationError = class extends APIError {
};
var PolicyDeniedError = class extends APIError {
  /** The scope that was asked for. */
  scope = null;
  /** What the purpose was understood as; `unrecognized` if nothing. */
  purposeClass = null;
  /** What would have been allowed. */
  allowedPurposeClasses = [];
  /** What the record calls the decision. */
  decisionId = null;
  /** The words of the purpose that decided its class. */
  matchedTerms = [];
  /** The words that speak against it whatever else it says. */
  refusedTerms = [];
  /** The class that it could be registered under. */
  proposedClass = null;
  /** The service's stable word for why, such as `PURPOSE_VETOED`. */
  reason = null;
};
var PermissionDeniedError = class extends APIError {
};
var GrantRevokedError = class extends APIError {
};
var NotFoundError = class extends APIError {
  /**
   * Whether an earlier attempt of this call got no answer and may have been carried out. Of a
   * revoke it means: the token opens nothing any more, and this very call may be what closed it.
   */
  afterLostAnswer = false;
};
var ConflictError = class extends APIError {
  /** Seconds to wait for the first request, where it still runs. */
  retryAfter = null;
};
var RateLimitError = class extends APIError {
  /** Seconds to wait, where the service says so. */
  retryAfter = null;
};
var ServerError = class extends APIError {
  /** Seconds to wait, where the service says so. */
  retryAfter = null;
};
var APIConnectionError = class extends APIError {
  /** Which of the things that go wrong it was, such as `refused`. */
  reason;
  /** Whether the service may have got the request, and may have carried it out. */
  requestSent;
  constructor(message, reason, requestSent) {
    super(message);
    this.reason = reason;
    this.requestSent = requestSent;
  }
};
var APITimeoutError = class extends APIConnectionError {
};
var IncompleteAnswerError = class extends APIConnectionError {
  constructor(message) {
    super(message, "broken_off", true);
  }
};
for (const [name, value] of Object.entries({
  MemoryScopeError,
  ConfigurationError,
  InvalidArgumentError,
  APIError,
  InvalidRequestError,
  AuthenticationError,
  PolicyDeniedError,
  PermissionDeniedError,
  GrantRevokedError,
  NotFoundError,
  ConflictError,
  RateLimitError,
  ServerError,
  APIConnectionError,
  APITimeoutError,
  IncompleteAnswerError
})) {
  Object.defineProperty(value.prototype, "name", { value: name, writable: true });
}

// src/runtime.ts
var here = globalThis;
function fromEnvironment(name) {
  try {
    return here.process?.env?.[name];
  } catch {
    return void 0;
  }
}
function isBrowser() {
  const name = here.navigator?.userAgent;
  return here.document !== void 0 || typeof name === "string" && name.startsWith("Mozilla/");
}

// src/address.ts
var VARIABLE = "MEMORY_SCOPE_BASE_URL";
function checkedAddress(given, allowHttp) {
  const name = given === void 0 ? VARIABLE : "baseURL";
  const told = given === void 0 ? fromEnvironment(VARIABLE) ?? "" : given;
  const text3 = typeof told === "string" ? told.trim() : "no text";
  const flaw = flawOf(text3, allowHttp);
  if (flaw !== null) throw new ConfigurationError(`${name}: ${flaw}`);
  return new URL(text3).href.replace(/\/+$/, "");
}
function flawOf(text3, allowHttp) {
  if (text3 === "") return `No address: give baseURL, or set ${VARIABLE}.`;
  const url = parsed(text3);
  if (url === null) return "It must be an address such as https://memory.example.com.";
  if (/[?#]/.test(text3)) return "It must have no query and no fragment.";
  return url.protocol === "https:" || allowHttp || isLoopback(url.hostname) ? null : `http://${url.hostname} would send the key in clear: use https, or say allowHttp: true.`;
}
function parsed(text3) {
  if (!/^https?:\/\/[^/]/i.test(text3)) return null;
  try {
    const url = new URL(text3);
    const isSound = !url.username && !url.password && url.port !== "0" && !url.hostname.includes("..");
    return isSound ? url : null;
  } catch {
    return null;
  }
}
function isLoopback(hostname) {
  const name = hostname.replace(/\.$/, "").toLowerCase();
  if (name === "localhost" || name.endsWith(".localhost")) return true;
  if (/^127(\.\d+){3}$/.test(name) || name === "0.0.0.0") return true;
  return /^\[(::1?|::ffff:(7f[0-9a-f]{2}:[0-9a-f]{1,4}|0:0))\]$/.test(name);
}

// src/keys.ts
var VARIABLE2 = "MEMORY_SCOPE_API_KEY";
var PATTERN = /^sk_(test|live)_[0-9A-Za-z]{38}$/;
var ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
var CHECKSUM_LENGTH = 6;
var Keys = class {
  #ask = null;
  #fixed = "";
  /** What of the last key may be shown; null before a function was asked. */
  last = null;
  constructor(given) {
    if (typeof given === "function") this.#ask = given;
    else if (given !== void 0) this.#fixed = this.#checked(given, "apiKey");
    else this.#fixed = this.#checked(fromEnvironment(VARIABLE2) ?? "", VARIABLE2);
  }
  /** Return the key for one request. Throws ConfigurationError for what is none. */
  async now() {
    return this.#ask === null ? this.#fixed : this.#checked(await this.#ask(), "What apiKey() returned");
  }
  #checked(given, name) {
    const text3 = typeof given === "string" ? given.trim() : given;
    const flaw = flawOf2(text3);
    if (flaw !== null) throw new ConfigurationError(`${name}: ${flaw}`);
    const key = text3;
    const environment = key.split("_")[1];
    this.last = { environment, masked: `sk_${environment}_\u2022\u2022\u2022\u2022${key.slice(-4)}` };
    return key;
  }
};
function flawOf2(text3) {
  if (typeof text3 !== "string") return `A ${typeof text3} is no API key.`;
  if (text3 === "") return `No API key: give apiKey, or set ${VARIABLE2}.`;
  if (!PATTERN.test(text3)) {
    return "The API key is malformed: sk_test_ or sk_live_ and 38 letters and digits are a key.";
  }
  if (checksum(text3.slice(0, -CHECKSUM_LENGTH)) !== text3.slice(-CHECKSUM_LENGTH)) {
    return "The API key's checksum is wrong: it was mistyped or altered.";
  }
  return null;
}
function checksum(stem) {
  let rest = 4294967295;
  for (const character of stem) {
    rest ^= character.charCodeAt(0);
    for (let bit = 0; bit < 8; bit++) rest = rest >>> 1 ^ (rest & 1 ? 3988292384 : 0);
  }
  rest = ~rest >>> 0;
  let text3 = "";
  for (let place3 = 0; place3 < CHECKSUM_LENGTH; place3++) {
    text3 = ALPHABET.charAt(rest % 62) + text3;
    rest = Math.floor(rest / 62);
  }
  return text3;
}

// src/naming.ts
function snake(name) {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
function camel(name) {
  return name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}
function camelPath(path) {
  const [ours = "", ...said2] = path.split(/(?<=value_json)(?=[.[])/);
  return camel(ours) + said2.join("");
}
var SAID = /* @__PURE__ */ new Set(["value_json", "meta"]);
function camelDeep(value) {
  if (Array.isArray(value)) return value.map(camelDeep);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      camel(name),
      SAID.has(name) ? one : camelDeep(one)
    ])
  );
}

// src/arguments.ts
var MOST_LEVELS = 100;
var HALF_A_CHARACTER = /\p{Surrogate}/u;
var IDEMPOTENCY_KEY = /^[!-~](?:[ -~]{0,253}[!-~])?$/;
function fieldsOf(given, name = "The argument") {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw wrong(name, "an object", given);
  }
  const fields = {};
  for (const [key, value] of Object.entries(given)) {
    if (value === void 0 || value === null) continue;
    checkPlain(value, key, []);
    fields[snake(key)] = value;
  }
  return fields;
}
function queryOf(given) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) {
    if (value !== void 0 && value !== null) query.set(snake(name), parameter(name, value));
  }
  const written = query.toString();
  return written && `?${written}`;
}
function segmentOf(name, value) {
  const given = checkedText(name, value);
  if (given.trim() === "") throw new InvalidArgumentError(`${name} is empty.`);
  return (/^\.\.?$/.test(given) ? "%20" : "") + encodeURIComponent(given);
}
function checkedIdempotencyKey(given) {
  const key = given ?? crypto.randomUUID();
  if (typeof key !== "string" || !IDEMPOTENCY_KEY.test(key)) {
    throw new InvalidArgumentError(
      "idempotencyKey must be 1 to 255 printable ASCII characters, without a blank at either end."
    );
  }
  return key;
}
function parameter(name, value) {
  if (value instanceof Date && /since|until/.test(name)) {
    if (Number.isNaN(value.getTime()))
      throw new InvalidArgumentError(`${name} is an invalid Date.`);
    return value.toISOString();
  }
  if (name !== "limit") return checkedText(name, value);
  if (!Number.isInteger(value)) throw wrong(name, "an integer", value);
  return String(value);
}
function checkedText(name, value) {
  if (typeof value !== "string") {
    throw wrong(name, "a string", value);
  }
  if (HALF_A_CHARACTER.test(value)) {
    throw new InvalidArgumentError(
      `${name} holds characters that cannot be sent: lone surrogates.`
    );
  }
  return value;
}
function checkPlain(value, name, above) {
  if (typeof value === "string") checkedText(name, value);
  if (value === null || /^(boolean|string)$/.test(typeof value) || Number.isFinite(value)) return;
  if (typeof value !== "object" || !(Array.isArray(value) || isPlainObject(value))) {
    const what = typeof value === "number" ? value : kind(value);
    throw new InvalidArgumentError(`${name} is ${what}, which JSON cannot say.`);
  }
  if (above.includes(value)) throw new InvalidArgumentError(`${name} holds itself.`);
  if (above.length >= MOST_LEVELS) throw new InvalidArgumentError(`${name} is nested too deep.`);
  const within = [...above, value];
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) checkPlain(value[at], `${name}[${at}]`, within);
    return;
  }
  for (const [key, one] of Object.entries(value)) {
    checkedText(`A key of ${name}`, key);
    if (one !== void 0) checkPlain(one, `${name}.${key.slice(0, 40)}`, within);
  }
}
function isPlainObject(value) {
  const prototype = Object.getPrototypeOf(value);
  const isBare = prototype === null || Object.getPrototypeOf(prototype) === null;
  return isBare && typeof value.toJSON !== "function";
}
function wrong(name, what, value) {
  return new InvalidArgumentError(`${name} must be ${what}, not ${kind(value)}.`);
}
function kind(value) {
  if (value === null || value === void 0) return String(value);
  const name = typeof value === "object" ? value.constructor?.name ?? "object" : typeof value;
  return `${/^[aeiou]/i.test(name) ? "an" : "a"} ${name}`;
}

// src/calls.ts
function post(path, read2, fields, more) {
  return { method: "POST", path, read: read2, body: JSON.stringify(fields), ...more };
}
function get(path, read2, patience = 0) {
  return { method: "GET", path, read: read2, patience };
}

// src/paging.ts
var Pages = class {
  #ask;
  constructor(ask) {
    this.#ask = ask;
  }
  /** Ask for one page: the first, or the one that another's `nextCursor` leads to. */
  page(cursor = null) {
    return this.#ask(cursor);
  }
  /** Yield the pages from that one on. */
  async *pages(cursor = null) {
    let [kept, seen, most] = [cursor, 0, 1];
    for (let at = cursor; ; ) {
      const page2 = await this.page(at);
      yield page2;
      at = page2.nextCursor;
      if (at === null) return;
      if (at === kept) throw inCircle(page2.requestId);
      seen += 1;
      if (seen === most) [kept, seen, most] = [at, 0, 2 * most];
    }
  }
  async *[Symbol.asyncIterator]() {
    for await (const page2 of this.pages()) yield* page2.items;
  }
};
function inCircle(requestId) {
  return new APIError("The pages lead in a circle: is this the address of a Memory Scope?", {
    requestId
  });
}

// src/answers.ts
var NO_CONTENT = 204;
var KINDS = {
  400: InvalidRequestError,
  401: AuthenticationError,
  403: PermissionDeniedError,
  "403policy_denied": PolicyDeniedError,
  "403grant_revoked": GrantRevokedError,
  404: NotFoundError,
  409: ConflictError,
  422: InvalidRequestError,
  429: RateLimitError
};
function understood(answer, response, content) {
  const requestId = response.headers.get("X-Request-ID");
  const body = parsed2(content);
  if (response.ok && (!answer.noContent || response.status === NO_CONTENT)) {
    try {
      const told = remarks(body?.ignored_fields);
      const ignoredFields = told.map(({ field, nearest }) => ({ field, nearest }));
      return Object.assign(answer.read(body ?? {}), { requestId, ignoredFields });
    } catch {
    }
  }
  if (response.ok) {
    return new APIError(
      "The answer could not be understood: is this the address of a Memory Scope?",
      { status: response.status, requestId }
    );
  }
  return errorOf(response.status, body ?? {}, requestId, retryAfter(response.headers));
}
function errorOf(status, body, requestId, wait) {
  const told = { status: status || null, code: text(body.code), requestId };
  const Kind = KINDS[status + (told.code ?? "")] ?? (status >= 500 ? ServerError : KINDS[status]) ?? APIError;
  const said2 = text(body.detail) ?? (status ? `The service answered ${status}.` : "The answer is a redirect, which is not followed.");
  const error = new Kind(said2, told);
  for (const [name, usual] of Object.entries(error)) {
    if (name in told || usual === false) continue;
    const given = body[snake(name)];
    const value = name === "retryAfter" ? wait : Array.isArray(usual) ? texts(given) : text(given);
    Object.assign(error, {
      [name]: name === "errors" ? remarks(given).filter(({ message }) => message !== null) : value
    });
  }
  return error;
}
function retryAfter(headers) {
  const told = headers.get("Retry-After")?.trim() ?? "";
  if (/^-?\d+(\.\d*)?$/.test(told)) return Math.max(0, Number(told));
  const until = date(told);
  if (until === null) return null;
  return Math.max(0, (until - (date(headers.get("Date") ?? "") ?? Date.now())) / 1e3);
}
function rateLimitOf(headers) {
  const [limit, remaining, reset] = ["Limit", "Remaining", "Reset"].map((name) => {
    const told = headers.get(`X-RateLimit-${name}`) ?? "";
    return /^\d{1,12}$/.test(told) ? Number(told) : null;
  });
  if (limit == null || remaining == null || reset == null) return null;
  return { limit, remaining, reset: new Date(reset * 1e3) };
}
function date(told) {
  const moment = /^[A-Z][a-z]{2,8},? /.test(told) ? Date.parse(told) : Number.NaN;
  return Number.isNaN(moment) ? null : moment;
}
function parsed2(content) {
  try {
    const body = JSON.parse(content);
    return typeof body === "object" && body !== null && !Array.isArray(body) ? body : null;
  } catch {
    return null;
  }
}
function remarks(told) {
  return list(told).flatMap((one) => {
    const { field, message, nearest } = Object(one);
    const name = text(nearest);
    return typeof field === "string" ? [{ field: camelPath(field), message: text(message), nearest: name && camelPath(name) }] : [];
  });
}
function text(value) {
  return typeof value === "string" ? value : null;
}
function texts(value) {
  return list(value).filter((one) => typeof one === "string");
}
function list(value) {
  return Array.isArray(value) ? value : [];
}

// src/reading.ts
var MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;
function refuse() {
  throw new TypeError("Not what was agreed.");
}
var text2 = (told) => typeof told === "string" ? told : refuse();
var flag = (told) => typeof told === "boolean" ? told : refuse();
var number = (told) => typeof told === "number" ? told : refuse();
var integer = (told) => Number.isInteger(told) ? told : refuse();
function word() {
  return (told) => text2(told);
}
function time(told) {
  const moment = text2(told);
  const date2 = new Date(MOMENT.test(moment) ? moment.replace(/(\.\d{3})\d+/, "$1") : Number.NaN);
  return Number.isNaN(date2.getTime()) ? refuse() : date2;
}
function said(told) {
  return typeof told === "object" && told !== null ? told : refuse();
}
function anything(told) {
  return told === void 0 ? refuse() : told;
}
function object(told) {
  return Array.isArray(told) ? refuse() : said(told);
}
function list2(reader) {
  return (told) => Array.isArray(told) ? told.map((one) => reader(one)) : refuse();
}
function table(reader) {
  return (told) => Object.fromEntries(Object.entries(object(told)).map(([name, one]) => [name, reader(one)]));
}
function nullable(reader) {
  return or(reader, () => null);
}
function or(reader, fallback) {
  return (told) => told === void 0 || told === null ? fallback() : reader(told);
}
function record(fields) {
  const readers = Object.entries(fields);
  return (told) => {
    const given = object(told);
    return Object.fromEntries(readers.map(([name, read2]) => [name, read2(given[snake(name)])]));
  };
}

// src/shapes.ts
var scope = word();
var source = word();
var purposeClass = word();
var texts2 = or(list2(text2), () => []);
var classes = list2(purposeClass);
var memoryFields = {
  id: text2,
  userId: text2,
  scope,
  domain: nullable(text2),
  createdAt: time,
  expiresAt: nullable(time)
};
var storedFields = {
  ...memoryFields,
  source,
  valueJson: said,
  replace: or(flag, () => false)
};
var memory = record(memoryFields);
var storedMemory = record(storedFields);
var memoryBatch = record({ items: list2(memory) });
var detail = record({
  values: list2(
    record({
      path: text2,
      value: anything,
      source,
      saidAt: time,
      times: integer
    })
  ),
  overruled: list2(
    record({ path: text2, value: anything, source, why: text2 })
  ),
  counts: table(integer),
  newestAt: nullable(time),
  promptText: text2
});
var plainRead = record({
  summaryText: text2,
  summaryStruct: object,
  confidence: number,
  revocationToken: text2,
  expiresAt: time,
  detail: nullable(detail)
});
function memoryRead(told) {
  const read2 = plainRead(told);
  const shown = (_, options, inspect) => inspect({ ...read2, revocationToken: "rev_\u2022\u2022\u2022\u2022" }, options);
  return Object.defineProperty(read2, /* @__PURE__ */ Symbol.for("nodejs.util.inspect.custom"), { value: shown });
}
var readItem = (told) => {
  const item = record({
    scope,
    domain: nullable(text2),
    status: integer,
    answer: nullable(memoryRead),
    error: nullable(object)
  })(told);
  return { ...item, error: item.error && refusal(item.status, item.error) };
};
function refusal(status, body) {
  const id = body.request_id;
  return errorOf(status, body, typeof id === "string" ? id : null, null);
}
var manyReads = record({ items: list2(readItem) });
var revocation = record({
  revoked: flag,
  revokedAt: time,
  grantsClosed: nullable(integer),
  memoriesHidden: nullable(integer)
});
var holding = {
  memories: integer,
  stored: integer,
  openGrants: integer,
  firstCreatedAt: nullable(time),
  lastCreatedAt: nullable(time)
};
var user = record({
  userId: text2,
  ...holding,
  places: list2(record({ scope, domain: nullable(text2), ...holding }))
});
var erasure = record({
  userId: text2,
  memoriesDeleted: integer,
  grantsClosed: integer,
  idempotencyRecordsDeleted: integer,
  auditEventsEmptied: integer,
  erasedAt: nullable(time),
  dryRun: or(flag, () => false)
});
var auditEvent = record({
  id: text2,
  eventType: text2,
  appId: nullable(text2),
  environment: text2,
  apiKeyId: nullable(text2),
  subjectId: nullable(text2),
  userId: nullable(text2),
  scope: nullable(scope),
  domain: nullable(text2),
  purpose: nullable(text2),
  purposeClass: nullable(purposeClass),
  memoryIds: texts2,
  revocationGrantId: nullable(text2),
  reasonCode: nullable(text2),
  decisionId: nullable(text2),
  policyVersion: nullable(text2),
  requestId: nullable(text2),
  serverRequestId: nullable(text2),
  createdAt: time,
  meta: or(object, () => ({}))
});
var plainPolicy = record({
  version: text2,
  matrix: table(classes)
});
var policy = (told) => ({
  ...plainPolicy(told),
  body: object(told)
});
var policyCheck = record({
  allowed: flag,
  purposeClass,
  purposeId: nullable(text2),
  matchedTerms: texts2,
  refusedTerms: texts2,
  proposedClass: nullable(purposeClass),
  allowedPurposeClasses: classes,
  policyVersion: text2,
  reason: nullable(text2),
  hint: nullable(text2)
});
var usage = record({
  limit: integer,
  remaining: integer,
  resetAt: time,
  burstLimit: integer,
  days: list2(record({ day: text2, requests: integer, errors: integer }))
});
function page(item) {
  return record({ items: list2(item), nextCursor: nullable(text2) });
}

// src/vocabulary.ts
var ALL_DOMAINS = /* @__PURE__ */ Symbol.for("memory-scope.all-domains");

// src/memory.ts
var BATCH_PATIENCE = 3e4;
var MemoryOperations = class {
  #sender;
  constructor(sender) {
    this.#sender = sender;
  }
  /** Store a memory. It is stored once, however often the network makes this try. */
  async create(memory2, options) {
    const call = post("/memory", memory, fieldsOf(without("replace", memory2, "memory")), {
      idempotencyKey: checkedIdempotencyKey(options?.idempotencyKey)
    });
    return this.#sender.send(call, options);
  }
  /** Store up to 100 memories, all of them or none, and once as `create` does. */
  async createMany(memories, options) {
    if (!Array.isArray(memories)) throw new InvalidArgumentError("memories must be an array.");
    const each = memories.map(
      (memory2, at) => fieldsOf(without("replace", memory2, `memories[${at}]`))
    );
    const body = { memories: each };
    const call = post("/memory/batch", memoryBatch, body, {
      idempotencyKey: checkedIdempotencyKey(options?.idempotencyKey),
      patience: BATCH_PATIENCE
    });
    return this.#sender.send(call, options);
  }
  /**
   * Read a summary for a purpose. Nothing stored is not an error. Throws PolicyDeniedError if the
   * purpose is not allowed for the scope.
   */
  async read(params, options) {
    return this.#sender.send(
      post("/memory/read", memoryRead, fieldsOf(without("detail", params))),
      options
    );
  }
  /**
   * Read several scopes and domains of a user for one purpose, each as by a read of its own. What
   * is refused stands beside what is answered: look at `answer` and `error` of each.
   */
  async readMany(params, options) {
    const { reads, ...rest } = without("detail", params);
    if (!Array.isArray(reads)) throw new InvalidArgumentError("reads must be an array.");
    const body = { ...fieldsOf(rest), reads: reads.map(place) };
    const call = post("/memory/read/batch", manyReads, body, { patience: BATCH_PATIENCE });
    return this.#sender.send(call, options);
  }
  /**
   * Read again what a token was given for, brought up to date. Throws GrantRevokedError if the
   * access was taken back or has expired, and NotFoundError for no such token.
   */
  async continue(params, options) {
    return this.#sender.send(
      post("/memory/read/continue", memoryRead, fieldsOf(without("detail", params))),
      options
    );
  }
  /**
   * Take access back: what was stored is hidden at once, from every reader. Throws NotFoundError
   * if the token opens nothing (any more); with `afterLostAnswer` an earlier attempt of this call
   * got no answer, and may be what took the access back.
   */
  async revoke(params, options) {
    const given = narrowed(params);
    const { revocationToken, userId, scope: scope2, domain } = given;
    if (revocationToken == null === (userId == null)) {
      throw new InvalidArgumentError("Give either revocationToken or userId.");
    }
    if (revocationToken != null && (scope2 != null || domain !== void 0)) {
      throw new InvalidArgumentError("scope and domain go with userId: a token has its own.");
    }
    return this.#sender.send(post("/memory/revoke", revocation, fieldsOf(given)), options);
  }
  /** List a user's memories as they were stored, the newest first: `for await`, or page by page. */
  list(params, options) {
    const query = narrowed(params);
    const read2 = page(storedMemory);
    const call = (cursor) => get(`/memory${queryOf({ ...query, cursor })}`, read2);
    call(null);
    return new Pages(async (cursor) => this.#sender.send(call(cursor), options));
  }
  /** Return a memory as it was stored. */
  async get(memoryId, options) {
    return this.#sender.send(get(pathOf(memoryId), storedMemory), options);
  }
  /** Delete a memory, for good. */
  async delete(memoryId, options) {
    const read2 = () => ({ id: memoryId });
    const path = pathOf(memoryId);
    return this.#sender.send({ method: "DELETE", path, read: read2, noContent: true }, options);
  }
};
function pathOf(memoryId) {
  return `/memory/${segmentOf("memoryId", memoryId)}`;
}
function without(flag2, given, name) {
  const { [flag2]: said2, ...rest } = checkedObject(given, name);
  return { ...rest, ...said2 !== false && { [flag2]: said2 } };
}
function narrowed(params) {
  const { domain, ...rest } = checkedObject(params);
  return { ...rest, ...domain !== ALL_DOMAINS && { domain: domain === null ? "" : domain } };
}
function place(given, at) {
  const { domain, ...rest } = checkedObject(given, `reads[${at}]`);
  return fieldsOf({ ...rest, domain: domain === ALL_DOMAINS ? "*" : domain });
}
function checkedObject(given, name = "The argument") {
  if (typeof given !== "object" || given === null) fieldsOf(given, name);
  return given;
}

// src/questions.ts
var AuditOperations = class {
  #sender;
  constructor(sender) {
    this.#sender = sender;
  }
  /** List the record of the key's project and environment, the newest first. */
  list(params = {}, options) {
    const path = (cursor) => `/audit${queryOf({ ...params, cursor })}`;
    const read2 = page(auditEvent);
    path(null);
    return new Pages(async (cursor) => this.#sender.send(get(path(cursor), read2), options));
  }
};
var PolicyOperations = class {
  #sender;
  constructor(sender) {
    this.#sender = sender;
  }
  /** Return the policy as the service enforces it: what may be read for what. */
  async get(options) {
    return this.#sender.send(get("/policy", policy), options);
  }
  /** Ask what a read for this purpose would be answered. It reads nothing. */
  async check(params, options) {
    return this.#sender.send(post("/policy/check", policyCheck, fieldsOf(params)), options);
  }
};
var UsageOperations = class {
  #sender;
  constructor(sender) {
    this.#sender = sender;
  }
  /** Return what is left of this key's limit, and how much it was used in the last 30 days. */
  async get(options) {
    return this.#sender.send(get("/usage", usage), options);
  }
};

// src/failures.ts
var ROWS = [
  [
    "name_not_found",
    "The name of {place} was not found: check the address.",
    /ENOTFOUND|EAI_AGAIN|dns error|getaddrinfo/
  ],
  [
    "refused",
    "{place} refused the connection: check the port, and that the service runs.",
    /ECONNREFUSED|ConnectionRefused|connection refused/i
  ],
  [
    "unreachable",
    "{place} could not be reached: check the address and the network.",
    /EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|FailedToOpenSocket|bad port/
  ],
  [
    "connect_timeout",
    "No connection to {place} in time: check the address, or give more `timeout`.",
    /CONNECT_TIMEOUT|ETIMEDOUT/
  ],
  [
    "certificate",
    "The certificate of {place} was not accepted ({code}).",
    /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME|certificate/
  ],
  [
    "tls",
    "{place} does not speak TLS: is it an https:// address?",
    /EPROTO|_SSL_|SSL routines|InvalidContentType/
  ],
  [
    "no_http",
    "{place} did not answer in HTTP: check the address and the port.",
    /HPE_|Malformed_HTTP|InvalidHTTPResponse|invalid HTTP/i
  ],
  [
    "read_timeout",
    "No answer in time: it may have been carried out all the same. Give more `timeout`.",
    /HEADERS_TIMEOUT|BODY_TIMEOUT/
  ],
  ["broken_off", "The connection to {place} broke off before the answer was whole.", /(?:)/]
];
var AFTER_SENDING = /read|broken|http/;
function connectionError(error, baseURL) {
  const signs = [...signsOf(error)].join(" ");
  if (!(error instanceof Error && (error.name === "TypeError" || /code=/.test(signs)))) {
    const name = error instanceof Error ? error.name : typeof error;
    return new APIError(`The request could not be made: ${name}.`);
  }
  const code = /code=(\w+)/.exec(signs)?.[1] ?? "it could not be verified";
  return errorFor(signs, { place: place2(baseURL), code });
}
function timeoutError() {
  return errorFor("BODY_TIMEOUT");
}
function errorFor(signs, words = {}) {
  const [reason, sentence] = ROWS.find(([, , sign]) => sign.test(signs));
  const Kind = reason === "read_timeout" ? APITimeoutError : APIConnectionError;
  const message = sentence.replace(/{(\w+)}/g, (_, word2) => words[word2] ?? "");
  return new Kind(message, reason, AFTER_SENDING.test(reason));
}
function* signsOf(error, depth = 0) {
  if (!(error instanceof Error) || depth > 5) return;
  const { code, errors } = error;
  if (typeof code === "string") yield `code=${code}`;
  for (const one of [error.cause, ...Array.isArray(errors) ? errors : []]) {
    yield* signsOf(one, depth + 1);
  }
  yield error.message;
}
function place2(baseURL) {
  const { hostname, port, protocol } = new URL(baseURL);
  return `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
}

// src/retries.ts
var FIRST_DELAY = 0.5;
var LONGEST_DELAY = 8;
var LONGEST_RETRY_AFTER = 60;
function delays(maxRetries, chance) {
  let made = 0;
  let answerLost = false;
  return (failure) => {
    const status = failure.status ?? 0;
    if (failure instanceof NotFoundError) failure.afterLostAnswer = answerLost;
    const { requestSent, retryAfter: retryAfter2 } = failure;
    if (requestSent || status >= 500) answerLost = true;
    const told = retryAfter2 ?? 0;
    const mayFollow = failure instanceof APIConnectionError || [408, 429].includes(status) || status >= 500 || status === 409 && retryAfter2 != null;
    if (made >= maxRetries || !mayFollow || told > LONGEST_RETRY_AFTER) return null;
    const delay = Math.min(FIRST_DELAY * 2 ** made, LONGEST_DELAY);
    made += 1;
    return Math.max(told, delay * (1 + chance()) / 2);
  };
}

// src/settings.ts
var DEFAULT_TIMEOUT = 1e4;
var DEFAULT_RETRIES = 2;
var MOST_RETRIES = 10;
var LONGEST_TIMER = 2 ** 31 - 1;
function checkNumbers({
  timeout = DEFAULT_TIMEOUT,
  maxRetries = DEFAULT_RETRIES
}, Kind) {
  if (!(typeof timeout === "number" && timeout > 0 && timeout <= LONGEST_TIMER)) {
    throw new Kind(`timeout must be more than 0 milliseconds and at most ${LONGEST_TIMER}.`);
  }
  const retries = maxRetries;
  if (!(Number.isInteger(retries) && retries >= 0 && retries <= MOST_RETRIES)) {
    throw new Kind(`maxRetries must be a whole number between 0 and ${MOST_RETRIES}.`);
  }
}

// src/version.ts
var VERSION = "0.1.0";

// src/waiting.ts
async function pause(seconds, signal) {
  const deadline = new Deadline(seconds * 1e3, signal);
  try {
    await deadline.bound(new Promise(() => {
    }));
  } catch (error) {
    if (error !== TOO_LATE) throw error;
  } finally {
    deadline.clear();
  }
}
var TOO_LATE = /* @__PURE__ */ Symbol("too late");
var Deadline = class {
  #controller = new AbortController();
  #caller;
  #milliseconds;
  #timer;
  constructor(milliseconds, caller) {
    this.#milliseconds = milliseconds;
    this.#caller = caller;
    caller?.addEventListener("abort", this.#stop, { once: true });
    if (caller?.aborted) this.#stop();
    this.extend();
  }
  #stop = () => this.#controller.abort(this.#caller?.reason);
  get signal() {
    return this.#controller.signal;
  }
  /** Let the time begin anew. */
  extend() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(TOO_LATE), this.#milliseconds);
  }
  /** Return what comes of it in time. Rejects with TOO_LATE, or the reason of the caller's signal. */
  async bound(work) {
    const signal = this.signal;
    let stop = () => {
    };
    const ended = new Promise((_, reject) => {
      stop = () => reject(signal.reason);
      signal.addEventListener("abort", stop, { once: true });
      if (signal.aborted) stop();
    });
    try {
      return await Promise.race([work, ended]);
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }
  /** Stop counting, and leave nothing behind. */
  clear() {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener("abort", this.#stop);
  }
};

// src/sending.ts
var RESERVED = /^(x-api-key|idempotency-key|accept|host|connection|transfer-encoding|content-(type|length|encoding))$/i;
var NAME = /^[\w!#$%&'*+.^`|~-]+$/;
var VALUE = /^[!-~]([\t -~]*[!-~])?$/;
var Sender = class {
  #settings;
  rateLimit = null;
  constructor(settings) {
    this.#settings = settings;
  }
  /** Return what a call answers. Throws an error of this package, or the reason of the signal. */
  send(call, options) {
    return this.#repeated(call, options, (response, deadline) => read(call, response, deadline));
  }
  /** Return the answer of a call as it comes, and the time that each next piece of it has. */
  open(call, options) {
    return this.#repeated(call, options, async (response, deadline) => {
      if (response.ok && response.body) return { response, deadline };
      const outcome = await read(call, response, deadline);
      return outcome instanceof APIError ? outcome : new APIError("The answer is empty.", { status: response.status });
    });
  }
  async #repeated(call, options = {}, finish) {
    const { signal } = options;
    const settings = this.#settings;
    const headers = headersOf(call, options);
    const delayAfter = delays(options.maxRetries ?? settings.maxRetries, Math.random);
    const timeout = options.timeout ?? Math.max(settings.timeout, call.patience ?? 0);
    for (; ; ) {
      if (signal?.aborted) throw signal.reason;
      const key = await settings.keys.now();
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
  async #attempted({ method, path, body }, headers, deadline, finish) {
    const { baseURL, fetch } = this.#settings;
    const { signal } = deadline;
    let outcome;
    try {
      const request = { method, headers, body: body ?? null, redirect: "manual", signal };
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
};
async function read(call, response, deadline) {
  return understood(call, response, await deadline.bound(response.text()));
}
function headersOf(call, options) {
  checkNumbers(options, InvalidArgumentError);
  if (options.idempotencyKey !== void 0 && !call.idempotencyKey) {
    throw new InvalidArgumentError(
      "idempotencyKey goes with what stores: this call stores nothing."
    );
  }
  const headers = new Headers(checkedHeaders(options.headers));
  if (!headers.has("User-Agent")) headers.set("User-Agent", `memory-scope-typescript/${VERSION}`);
  headers.set("Accept", "application/json");
  if (call.body) headers.set("Content-Type", "application/json");
  if (call.idempotencyKey) headers.set("Idempotency-Key", call.idempotencyKey);
  return headers;
}
function checkedHeaders(given = {}) {
  const pairs = Symbol.iterator in given ? given : Object.entries(given);
  return Array.from(pairs, ([name, value]) => {
    if (RESERVED.test(name)) {
      throw new InvalidArgumentError(`The header ${name} is the client's own.`);
    }
    if (!NAME.test(name) || typeof value !== "string" || !VALUE.test(value)) {
      throw new InvalidArgumentError("headers holds what cannot be a header.");
    }
    return [name, value];
  });
}

// src/wholeness.ts
var LONGEST_END = 64;
var END = /[,{]\s*"complete"\s*:\s*true\s*\}\s*$/;
var [QUOTE, BACKSLASH, OPENING, CLOSING] = [34, 92, 123, 125];
var SQUARE = 32;
var Wholeness = class {
  #depth = 0;
  #inText = false;
  #escaped = false;
  #closed = false;
  #end = "";
  add(piece) {
    for (const byte of piece) {
      if (this.#escaped) this.#escaped = false;
      else if (this.#inText && byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#inText = !this.#inText;
      else if (this.#inText) continue;
      else if ((byte | SQUARE) === OPENING) this.#depth += 1;
      else if ((byte | SQUARE) === CLOSING) this.#closed = --this.#depth === 0;
    }
    const tail = String.fromCharCode(...piece.subarray(-LONGEST_END));
    this.#end = (this.#end + tail).slice(-LONGEST_END);
  }
  /** Throw IncompleteAnswerError unless the export ended, and says that it is complete. */
  check() {
    if (this.#closed && this.#depth === 0 && END.test(this.#end)) return;
    throw new IncompleteAnswerError("The export broke off: what came of it is not the whole.");
  }
};

// src/users.ts
var PATIENCE = 75e3;
var UserOperations = class {
  #sender;
  constructor(sender) {
    this.#sender = sender;
  }
  /** Say what is stored of an end user: where and how much, without a value. */
  async get(userId, options) {
    return this.#sender.send(get(pathOf2(userId), user, PATIENCE), options);
  }
  /** Erase all that is stored of an end user, for good; with `dryRun` say what would go. */
  async erase(userId, params = {}, options) {
    const { dryRun = false, ...others } = params ?? {};
    if (typeof dryRun !== "boolean")
      throw new InvalidArgumentError("dryRun must be true or false.");
    const [other] = Object.keys(others);
    if (other !== void 0)
      throw new InvalidArgumentError(`An erasure has no ${other}: only dryRun.`);
    const path = pathOf2(userId) + queryOf({ dryRun: dryRun ? "true" : null });
    return this.#sender.send(
      { method: "DELETE", path, read: erasure, patience: PATIENCE },
      options
    );
  }
  /**
   * Return all that is held on an end user, for the person themselves. Throws
   * IncompleteAnswerError if the answer broke off.
   */
  async export(userId, options) {
    const decoder = new TextDecoder();
    let content = "";
    for await (const piece of this.exportStream(userId, options)) {
      content += decoder.decode(piece, { stream: true });
    }
    const body = parsed2(content);
    if (body === null) throw new IncompleteAnswerError("The export cannot be read: it is no JSON.");
    return camelDeep(body);
  }
  /**
   * Yield all that is held on an end user as the service wrote it, JSON in pieces of bytes as they
   * come, however much it is. It is the whole only if the loop ends without an error: what broke
   * off throws IncompleteAnswerError.
   */
  async *exportStream(userId, options = {}) {
    const call = get(`${pathOf2(userId)}/export`, () => ({}), PATIENCE);
    const { response, deadline } = await this.#sender.open(call, options);
    const reader = response.body.getReader();
    const whole = new Wholeness();
    try {
      for (; ; ) {
        deadline.extend();
        const { done, value } = await deadline.bound(reader.read());
        if (done) break;
        whole.add(value);
        yield value;
      }
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      throw error === TOO_LATE ? timeoutError() : new IncompleteAnswerError("The export broke off.");
    } finally {
      deadline.clear();
      await reader.cancel().catch(() => {
      });
    }
    whole.check();
  }
};
function pathOf2(userId) {
  return `/users/${segmentOf("userId", userId)}`;
}

// src/client.ts
var MemoryScope = class {
  #keys;
  #sender;
  /** The service's address. */
  baseURL;
  memory;
  users;
  audit;
  policy;
  usage;
  constructor(options = {}) {
    if (isBrowser() && !options.dangerouslyAllowBrowser) {
      throw new ConfigurationError(
        "This is a browser, where every visitor could read the key: let your own server ask. If no stranger can open this page, say dangerouslyAllowBrowser: true."
      );
    }
    const { timeout = DEFAULT_TIMEOUT, maxRetries = DEFAULT_RETRIES } = options;
    checkNumbers(options, ConfigurationError);
    if (options.fetch !== void 0 && typeof options.fetch !== "function") {
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
      fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init))
    });
    this.memory = new MemoryOperations(this.#sender);
    this.users = new UserOperations(this.#sender);
    this.audit = new AuditOperations(this.#sender);
    this.policy = new PolicyOperations(this.#sender);
    this.usage = new UsageOperations(this.#sender);
  }
  /** The key's environment, `test` or `live`; null before a function was asked for a key. */
  get environment() {
    return this.#keys.last?.environment ?? null;
  }
  /** The key as the console shows it, e.g. `sk_test_••••9fQ2`; of a function, the last one. */
  get maskedKey() {
    return this.#keys.last?.masked ?? null;
  }
  /** What the last answer said of the key's limit; null before the first that says. */
  get rateLimit() {
    return this.#sender.rateLimit;
  }
  /** What JSON and logs show of a client. */
  toJSON() {
    return { apiKey: this.maskedKey, baseURL: this.baseURL };
  }
  [/* @__PURE__ */ Symbol.for("nodejs.util.inspect.custom")]() {
    return `MemoryScope { apiKey: ${this.maskedKey ?? "a function"}, baseURL: ${this.baseURL} }`;
  }
};
export {
  ALL_DOMAINS,
  APIConnectionError,
  APIError,
  APITimeoutError,
  AuthenticationError,
  ConfigurationError,
  ConflictError,
  GrantRevokedError,
  IncompleteAnswerError,
  InvalidArgumentError,
  InvalidRequestError,
  MemoryScope,
  MemoryScopeError,
  NotFoundError,
  Pages,
  PermissionDeniedError,
  PolicyDeniedError,
  RateLimitError,
  ServerError,
  VERSION,
  MemoryScope as default
};
//# sourceMappingURL=index.js.map
