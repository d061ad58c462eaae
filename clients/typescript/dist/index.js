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
    const { status, code, requestId } = this;
    const words = [status, code, requestId && `request id ${requestId}`].filter(Boolean).join(", ");
    return super.toString() + (words && ` (${words})`);
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
  constructor(message, reason = "broken_off", requestSent = true) {
    super(message, { reason, requestSent });
  }
};
var APITimeoutError = class extends APIConnectionError {
};
var IncompleteAnswerError = class extends APIConnectionError {
};
for (const [kind2, { prototype }] of Object.entries({
  MemoryScope: MemoryScopeError,
  Configuration: ConfigurationError,
  InvalidArgument: InvalidArgumentError,
  API: APIError,
  InvalidRequest: InvalidRequestError,
  Authentication: AuthenticationError,
  PolicyDenied: PolicyDeniedError,
  PermissionDenied: PermissionDeniedError,
  GrantRevoked: GrantRevokedError,
  NotFound: NotFoundError,
  Conflict: ConflictError,
  RateLimit: RateLimitError,
  Server: ServerError,
  APIConnection: APIConnectionError,
  APITimeout: APITimeoutError,
  IncompleteAnswer: IncompleteAnswerError
})) {
  prototype.name = `${kind2}Error`;
}

// src/runtime.ts
var INSPECT = /* @__PURE__ */ Symbol.for("nodejs.util.inspect.custom");
var HIDDEN = "\u2022\u2022\u2022\u2022";
var here = globalThis;
function fromEnvironment(name) {
  try {
    return here.process?.env?.[name] ?? "";
  } catch {
    return "";
  }
}
function isBrowser() {
  return here.document !== void 0 || /^Mozilla\//.test(`${here.navigator?.userAgent}`);
}

// src/settings.ts
function checkNumbers(timeout, maxRetries, Kind) {
  const LONGEST_TIMER = 2147483647;
  const MOST_RETRIES = 10;
  if (!(timeout > 0 && timeout <= LONGEST_TIMER)) {
    throw new Kind(`timeout must be more than 0 milliseconds and at most ${LONGEST_TIMER}.`);
  }
  if (!(Number.isInteger(maxRetries) && maxRetries >= 0 && maxRetries <= MOST_RETRIES)) {
    throw new Kind(`maxRetries must be a whole number between 0 and ${MOST_RETRIES}.`);
  }
}
function checkedSetting(given, [what, option, variable], flawOf3) {
  const isGiven = given !== void 0;
  const text2 = `${isGiven ? given : fromEnvironment(variable)}`.trim();
  const flaw = text2 ? flawOf3(text2) : `No ${what}: give ${option}, or set ${variable}.`;
  if (flaw) throw new ConfigurationError(`${isGiven ? option : variable}: ${flaw}`);
  return text2;
}

// src/address.ts
function checkedAddress(given, allowHttp) {
  const names = ["address", "baseURL", "MEMORY_SCOPE_BASE_URL"];
  const text2 = checkedSetting(given, names, (text3) => flawOf(text3, allowHttp));
  return new URL(text2).href.replace(/\/+$/, "");
}
function flawOf(text2, allowHttp) {
  const { protocol, hostname = "..", port } = parsed(text2) ?? {};
  if (!/^https?:\/\/[^/?#@]+(\/[^?#]*)?$/i.test(text2) || hostname.includes("..") || port === "0") {
    return "It must be an address such as https://memory.example.com, without a user or a query.";
  }
  return protocol === "https:" || allowHttp || LOOPBACK.test(hostname) ? void 0 : `http://${hostname} would send the key in clear: use https, or say allowHttp: true.`;
}
function parsed(text2) {
  try {
    return new URL(text2);
  } catch {
    return void 0;
  }
}
var LOOPBACK = /^((.+\.)?localhost|127(\.\d+){3}|0\.0\.0\.0|\[(::1?|::ffff:(7f\w\w:\w{1,4}|0:0))\])\.?$/;

// src/keys.ts
function keysOf(given) {
  const checked = (told) => {
    const key = checkedSetting(told, ["API key", "apiKey", "MEMORY_SCOPE_API_KEY"], flawOf2);
    keys.masked = `${key.slice(0, 8)}${HIDDEN}${key.slice(-4)}`;
    return key;
  };
  const keys = {
    masked: null,
    now: async () => typeof given === "function" ? checked(await given() ?? "") : fixed
  };
  const fixed = typeof given === "function" ? "" : checked(given);
  return keys;
}
function flawOf2(text2) {
  const [, stem, end] = /^(sk_(?:test|live)_[0-9A-Za-z]{32})(\w{6})$/.exec(text2) ?? [];
  if (!stem || !end) return "A key is sk_test_ or sk_live_ and 38 letters and digits.";
  return checksum(stem) === base62(end) ? void 0 : "The key was mistyped or altered: its checksum is wrong.";
}
function checksum(stem) {
  let rest = -1;
  for (const character of stem) {
    rest ^= character.charCodeAt(0);
    for (let bit = 0; bit < 8; bit++) rest = rest >>> 1 ^ (rest & 1 && 3988292384);
  }
  return ~rest >>> 0;
}
function base62(text2) {
  let number2 = 0;
  for (const digit of text2) number2 = 62 * number2 + parseInt(digit, 36) + (digit < "a" ? 0 : 26);
  return number2;
}

// src/naming.ts
function snake(name) {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
function camel(name) {
  return name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
}
function camelPath(path) {
  return path.replace(/^.*?value_json(?=[.[])|^.*/s, (ours) => camel(ours));
}
function camelDeep(value) {
  if (Array.isArray(value)) return value.map(camelDeep);
  return value && typeof value === "object" ? mapped(value, ([name, one]) => [
    camel(name),
    /^(value_json|meta)$/.test(name) ? one : camelDeep(one)
  ]) : value;
}
function mapped(given, make) {
  return Object.fromEntries(Object.entries(given).map(make));
}

// src/vocabulary.ts
var ALL_DOMAINS = /* @__PURE__ */ Symbol.for("memory-scope.all-domains");

// src/arguments.ts
var narrowing = (domain) => domain === ALL_DOMAINS ? null : domain === null ? "" : domain;
var starred = (domain) => domain === ALL_DOMAINS ? "*" : domain;
var asGiven = (domain) => domain;
function invalid(sentence) {
  throw new InvalidArgumentError(sentence);
}
function written(given, domainOf = asGiven, name = "The argument", above = []) {
  const MOST_LEVELS = 100;
  if (typeof given === "string") return checkedText(name, given);
  if (given === null && above.length) return given;
  if (typeof given === "boolean" || Number.isFinite(given)) return given;
  if (domainOf && given instanceof Date) {
    return given.toJSON() ?? invalid(`${name} is an invalid Date.`);
  }
  if (above.includes(given) || above.length > MOST_LEVELS) {
    invalid(`${name} holds itself, or is nested too deep.`);
  }
  const within = [...above, given];
  if (Array.isArray(given)) {
    return Array.from(given, (one, at) => written(one, domainOf, `${name}[${at}]`, within));
  }
  if (!given || typeof given !== "object" || !(domainOf || isPlainObject(given))) {
    invalid(`${name} is ${kind(given)}, which JSON cannot say.`);
  }
  const fields = Object.entries(given).flatMap(([key, said2]) => {
    const way = above.length ? `${name}.${key.slice(0, 40)}` : key;
    const value = domainOf && key === "domain" ? domainOf(said2) : said2;
    const isSilent = value === null || value === false && /^(detail|receipt|replace)$/.test(key);
    return value === void 0 || domainOf && isSilent ? [] : [
      [
        domainOf ? snake(key) : checkedText(`A key of ${name}`, key),
        written(value, key === "valueJson" ? null : domainOf, way, within)
      ]
    ];
  });
  return Object.fromEntries(fields);
}
function parametersOf(given) {
  return mapped(written(given, narrowing), ([name, value]) => {
    if (name !== "limit") return [name, checkedText(camel(name), value)];
    return Number.isInteger(value) ? [name, `${value}`] : wrong(name, "an integer", value);
  });
}
function segmentOf(id) {
  const text2 = checkedText("The id", id);
  if (!text2.trim()) invalid("The id is empty.");
  return (/^\.\.?$/.test(text2) ? "%20" : "") + encodeURIComponent(text2);
}
function checkedArray(name, value) {
  return Array.isArray(value) ? value : wrong(name, "an array", value);
}
function checkedText(name, value) {
  if (typeof value !== "string") wrong(name, "a string", value);
  return /\p{Surrogate}/u.test(value) ? invalid(`${name} holds lone surrogates, which cannot be sent.`) : value;
}
function isPlainObject(value) {
  const prototype = Object.getPrototypeOf(value);
  return !prototype || !Object.getPrototypeOf(prototype);
}
function wrong(name, what, value) {
  invalid(`${name} must be ${what}, not ${kind(value)}.`);
}
function kind(value) {
  if (value == null || typeof value === "number") return `${value}`;
  const name = typeof value === "object" ? value.constructor?.name ?? "object" : typeof value;
  return `${/^[aeiou]/i.test(name) ? "an" : "a"} ${name}`;
}

// src/reading.ts
function refuse() {
  throw new TypeError();
}
function typed(type) {
  return (told) => typeof told === type ? told : refuse();
}
var text = typed("string");
var flag = typed("boolean");
var number = typed("number");
function time(told) {
  const MOMENT = /^\d{4}(-\d\d){2}T\d\d(:\d\d){2}(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
  const moment = text(told);
  const date2 = new Date(MOMENT.test(moment) ? moment.replace(/(\.\d{3})\d+/, "$1") : "");
  return date2.toJSON() ? date2 : refuse();
}
function said(told) {
  return told && typeof told === "object" ? told : refuse();
}
function object(told) {
  return Array.isArray(told) ? refuse() : said(told);
}
function list(reader) {
  return (told) => Array.isArray(told) ? told.map((one) => reader(one)) : refuse();
}
function each(reader) {
  return (told) => [told].flat().flatMap((one) => {
    try {
      return [reader(one)];
    } catch {
      return [];
    }
  });
}
function table(reader) {
  return (told) => mapped(object(told), ([name, one]) => [name, reader(one)]);
}
function nullable(reader) {
  return (told, around) => told == null ? null : reader(told, around);
}
function record(fields) {
  return (told) => {
    const given = object(told);
    return mapped(fields, ([name, read]) => [
      name,
      read(given[snake(name)], given)
    ]);
  };
}

// src/answers.ts
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
var ELSEWHERE = ": is this the address of a Memory Scope?";
function understood(read, { ok, status, headers }, content) {
  const body = parsed2(content) ?? {};
  if (!ok) return errorOf(status, body, headers);
  try {
    const ignoredFields = ignored(body.ignored_fields);
    const requestId = headers.get("X-Request-ID");
    return Object.assign(read(body, { status }), { requestId, ignoredFields });
  } catch {
    return errorOf(status, { detail: `The answer could not be understood${ELSEWHERE}` }, headers);
  }
}
function errorOf(status, body, headers = new Headers()) {
  const told = {
    status: status || null,
    code: word(body.code),
    requestId: headers.get("X-Request-ID") ?? word(body.request_id)
  };
  const Kind = KINDS[`${status}${told.code}`] ?? (status < 500 ? KINDS[status] ?? APIError : ServerError);
  const unsaid = `The service answered ${status || "with a redirect"}.`;
  const error = new Kind(word(body.detail) ?? unsaid, told);
  for (const [name, usual] of Object.entries(error)) {
    if (name in told || usual === false) continue;
    const given = body[snake(name)];
    const value = name === "retryAfter" ? retryAfter(headers) : Array.isArray(usual) ? (name === "errors" ? refused : texts)(given) : word(given);
    Object.assign(error, { [name]: value });
  }
  return error;
}
function retryAfter(headers) {
  const told = headers.get("Retry-After") ?? "";
  const seconds = /^-?\d+(\.\d*)?$/.test(told) ? Number(told) : (date(told) - (date(headers.get("Date")) || Date.now())) / 1e3;
  return Number.isNaN(seconds) ? null : Math.max(0, seconds);
}
function rateLimitOf(headers) {
  const [limit, remaining, reset] = ["Limit", "Remaining", "Reset"].map(
    (name) => Number(headers.get(`X-RateLimit-${name}`) ?? Number.NaN)
  );
  return limit + remaining + reset >= 0 ? { limit, remaining, reset: new Date(reset * 1e3) } : null;
}
function date(told) {
  return Date.parse(told && /^[A-Z][a-z]+,? /.test(told) ? told : "");
}
function parsed2(content) {
  try {
    return object(JSON.parse(content));
  } catch {
    return null;
  }
}
function word(told) {
  return typeof told === "string" ? told : null;
}
var field = (told) => camelPath(text(told));
var nearest = (told) => typeof told === "string" ? camelPath(told) : null;
var texts = each(text);
var ignored = each(record({ field, nearest }));
var refused = each(record({ field, nearest, message: text }));

// src/shapes.ts
var maybeText = nullable(text);
var maybeTime = nullable(time);
var maybeNumber = nullable(number);
var orFalse = (told) => flag(told ?? false);
var texts2 = each(text);
var classes = list(text);
var anything = (told) => told;
var memoryFields = {
  id: text,
  userId: text,
  scope: text,
  domain: maybeText,
  createdAt: time,
  expiresAt: maybeTime
};
var storedFields = {
  ...memoryFields,
  source: text,
  valueJson: said,
  replace: orFalse,
  disputedAt: maybeTime
};
var memory = record(memoryFields);
var storedMemory = record(storedFields);
var memoryBatch = record({ items: list(memory) });
var detail = record({
  values: list(
    record({
      path: text,
      value: anything,
      source: text,
      saidAt: time,
      times: number
    })
  ),
  overruled: list(
    record({ path: text, value: anything, source: text, why: text })
  ),
  counts: table(number),
  newestAt: maybeTime,
  promptText: text
});
var plainRead = record({
  summaryText: text,
  summaryStruct: object,
  confidence: number,
  revocationToken: text,
  expiresAt: time,
  detail: nullable(detail),
  receipt: maybeText
});
var memoryRead = (told) => {
  const read = plainRead(told);
  const shown = (_, options, inspect) => inspect({ ...read, revocationToken: `rev_${HIDDEN}` }, options);
  return Object.defineProperty(read, INSPECT, { value: shown });
};
var readItem = record({
  scope: text,
  domain: maybeText,
  status: number,
  answer: nullable(memoryRead),
  error: nullable((told, { status }) => errorOf(number(status), object(told)))
});
var manyReads = record({ items: list(readItem) });
var revocation = record({
  revoked: flag,
  revokedAt: time,
  grantsClosed: maybeNumber,
  memoriesHidden: maybeNumber,
  receipt: maybeText
});
var holding = {
  memories: number,
  stored: number,
  openGrants: number,
  firstCreatedAt: maybeTime,
  lastCreatedAt: maybeTime
};
var user = record({
  userId: text,
  ...holding,
  places: list(record({ scope: text, domain: maybeText, ...holding }))
});
var erasure = record({
  userId: text,
  memoriesDeleted: number,
  grantsClosed: number,
  idempotencyRecordsDeleted: number,
  auditEventsEmptied: number,
  erasedAt: maybeTime,
  dryRun: orFalse,
  receipt: maybeText
});
var link = record({ url: text, expiresAt: time });
var auditEvent = record({
  id: text,
  eventType: text,
  appId: maybeText,
  environment: text,
  apiKeyId: maybeText,
  subjectId: maybeText,
  userId: maybeText,
  scope: maybeText,
  domain: maybeText,
  purpose: maybeText,
  purposeClass: maybeText,
  memoryIds: texts2,
  revocationGrantId: maybeText,
  reasonCode: maybeText,
  decisionId: maybeText,
  policyVersion: maybeText,
  requestId: maybeText,
  serverRequestId: maybeText,
  createdAt: time,
  meta: (told) => object(told ?? {})
});
var latestSeals = record({
  seals: list(
    record({
      appId: text,
      environment: text,
      number,
      events: number,
      sealedAt: time,
      token: text
    })
  )
});
var policy = record({
  version: text,
  matrix: table(classes),
  body: (_, policy2) => policy2
});
var policyCheck = record({
  allowed: flag,
  purposeClass: text,
  purposeId: maybeText,
  matchedTerms: texts2,
  refusedTerms: texts2,
  proposedClass: maybeText,
  allowedPurposeClasses: classes,
  policyVersion: text,
  reason: maybeText,
  hint: maybeText
});
var usage = record({
  limit: number,
  remaining: number,
  resetAt: time,
  burstLimit: number,
  days: list(record({ day: text, requests: number, errors: number }))
});
function page(item) {
  return record({ items: list(item), nextCursor: maybeText });
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
    let kept = cursor;
    for (let [at, seen] = [cursor, 1]; ; seen++) {
      const page2 = await this.page(at);
      yield page2;
      at = page2.nextCursor;
      if (at === null) return;
      if (at === kept) {
        const detail2 = `The pages lead in a circle${ELSEWHERE}`;
        throw errorOf(0, { detail: detail2, request_id: page2.requestId });
      }
      if ((seen & seen + 1) === 0) kept = at;
    }
  }
  async *[Symbol.asyncIterator]() {
    for await (const page2 of this.pages()) yield* page2.items;
  }
};
function pagesOf(send, path, params, item, options) {
  const read = page(item);
  const given = parametersOf(params);
  return new Pages((cursor) => {
    const query = `${new URLSearchParams(cursor === null ? given : { ...given, cursor })}`;
    return send(`GET ${path}${query && `?${query}`}`, read, options);
  });
}

// src/memory.ts
var BATCH_PATIENCE = 3e4;
var memoryOperations = (send) => ({
  create: (memory2, options) => send("POST /memory", memory, options, { body: memory2, stores: true }),
  createMany: async (memories, options) => send("POST /memory/batch", memoryBatch, options, {
    body: { memories: checkedArray("memories", memories) },
    stores: true,
    patience: BATCH_PATIENCE
  }),
  read: (params, options) => send("POST /memory/read", memoryRead, options, { body: params }),
  readMany: async (params, options) => send("POST /memory/read/batch", manyReads, options, {
    body: { ...params, reads: checkedArray("reads", params?.reads) },
    domainOf: starred,
    patience: BATCH_PATIENCE
  }),
  continue: (params, options) => send("POST /memory/read/continue", memoryRead, options, { body: params }),
  revoke: async (params, options) => {
    const { revocationToken: token, userId: user2, scope, domain } = Object(params);
    if (token == null ? user2 == null : (user2 ?? scope) != null || domain !== void 0) {
      invalid("Give revocationToken alone, or userId.");
    }
    return send("POST /memory/revoke", revocation, options, {
      body: params,
      domainOf: narrowing
    });
  },
  list: (params, options) => pagesOf(send, "/memory", params, storedMemory, options),
  get: (id, options) => send("GET /memory/{id}", storedMemory, options, { id }),
  delete: (id, options) => {
    const read = (_, { status }) => status === 204 ? { id } : refuse();
    return send("DELETE /memory/{id}", read, options, { id });
  }
});

// src/exporting.ts
var PATIENCE = 75e3;
async function* exported(send, target, isWholeWith, options, id) {
  const call = { id, streams: true, patience: PATIENCE };
  const { body, deadline } = await send(target, refuse, options, call);
  const reader = body.getReader();
  let isWhole = false;
  try {
    for (; ; ) {
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
    await reader.cancel().catch(() => {
    });
  }
  if (!isWhole) throw incomplete();
}
function incomplete() {
  return new IncompleteAnswerError("The export broke off: what came is not the whole.");
}

// src/wholeness.ts
function wholeness() {
  let [depth, inText, escaped] = [0, false, false];
  const isEndedWith = ending(/[,{]\s*"complete"\s*:\s*true\s*\}\s*$/);
  return (piece) => {
    const QUOTE = 34;
    const BACKSLASH = 92;
    const OPENING = 123;
    const CLOSING = 125;
    const SQUARE = 32;
    for (const byte of piece) {
      if (escaped) escaped = false;
      else if (byte === BACKSLASH) escaped = true;
      else if (byte === QUOTE) inText = !inText;
      else if (inText) continue;
      else if ((byte | SQUARE) === OPENING) depth += 1;
      else if ((byte | SQUARE) === CLOSING) depth -= 1;
    }
    return isEndedWith(piece) && depth === 0;
  };
}
var lastLine = () => ending(/\n\{\s*"end"\s*:\s*true\s*\}\s*$/);
function ending(pattern) {
  const LONGEST_END = 64;
  let end = "";
  return (piece) => {
    end = (end + String.fromCharCode(...piece.subarray(-LONGEST_END))).slice(-LONGEST_END);
    return pattern.test(end);
  };
}

// src/questions.ts
var auditOperations = (send) => ({
  list: (params = {}, options) => pagesOf(send, "/audit", params, auditEvent, options),
  seals: (options) => send("GET /audit/seal", latestSeals, options),
  exportStream: (options) => exported(send, "GET /audit/export", lastLine(), options)
});
var policyOperations = (send) => ({
  get: (options) => send("GET /policy", policy, options),
  check: (params, options) => send("POST /policy/check", policyCheck, options, { body: params })
});
var usageOperations = (send) => ({
  get: (options) => send("GET /usage", usage, options)
});

// src/failures.ts
var ROWS = [
  ["name_not_found", /ENOTFOUND|EAI_AGAIN|dns error/, "was not found: check the address."],
  ["refused", /conn(ection ?)?refused/i, "refused: check the port, and that the service runs."],
  [
    "unreachable",
    /UNREACH|EADDRNOTAVAIL|FailedToOpenSocket|bad port/,
    "cannot be reached: check the address and the network."
  ],
  [
    "connect_timeout",
    /CONNECT_TIMEOUT|ETIMEDOUT/,
    "took no connection in time: check the address."
  ],
  ["certificate", /CERT|UNABLE_TO_|certificate/, "has a certificate that is not accepted."],
  ["tls", /EPROTO|SSL|InvalidContentType/, "does not speak TLS: is it an https:// address?"],
  [
    "no_http",
    /HPE_|Malformed_HTTP|Invalid ?HTTP/i,
    "does not speak HTTP: check the address and the port."
  ],
  ["broken_off", /(?:)/, "broke off before the answer was whole."]
];
function connectionError(error, baseURL) {
  const signs = signsOf(error);
  const [, code] = /<code ([A-Z]\w*)>/.exec(signs) ?? [];
  const name = error instanceof Error ? error.name : typeof error;
  if (name !== "TypeError" && !code) {
    return new APIError(`The request could not be made: ${name}.`);
  }
  if (/(HEADERS|BODY)_TIMEOUT/.test(signs)) return timeoutError();
  const [reason, , sentence] = ROWS.find(([, sign]) => sign.test(signs));
  const message = `${new URL(baseURL).host} ${sentence}${code ? ` (${code})` : ""}`;
  return new APIConnectionError(message, reason, /broken|http/.test(reason));
}
function timeoutError() {
  return new APITimeoutError(
    "No answer in time: it may have been carried out. Give more `timeout`.",
    "read_timeout"
  );
}
function signsOf(error, depth = 0) {
  if (!(error instanceof Error) || depth > 5) return "";
  const { code, errors, cause, message } = error;
  const within = [cause, errors].flat().map((one) => signsOf(one, depth + 1));
  return [`<code ${code}>`, ...within, message].join(" ");
}

// src/version.ts
var VERSION = "0.1.0";

// src/waiting.ts
async function pause(seconds, signal) {
  const deadline = deadlineOf(seconds * 1e3, signal);
  await deadline.bound(new Promise(() => {
  })).catch(() => {
  });
  deadline.clear();
}
function deadlineOf(milliseconds, caller) {
  const controller = new AbortController();
  const { signal } = controller;
  let timer;
  const stop = () => controller.abort(caller?.reason);
  const clear = () => {
    clearTimeout(timer);
    caller?.removeEventListener("abort", stop);
  };
  const extend = () => {
    clear();
    timer = setTimeout(() => controller.abort(timeoutError()), milliseconds);
    caller?.addEventListener("abort", stop);
    if (caller?.aborted) stop();
  };
  const bound = (work) => new Promise((resolve, reject) => {
    const stopped = (error) => reject(signal.reason ?? error);
    signal.onabort = stopped;
    if (signal.aborted) stopped();
    Promise.resolve(work).then(resolve, stopped);
  });
  extend();
  return { signal, extend, clear, bound };
}

// src/sending.ts
function senderOf(keys, baseURL, settings) {
  const {
    timeout: usualTimeout = 1e4,
    maxRetries: usualRetries = 2,
    // Looked up for each request: what replaces it later, in tests or to trace, is heeded.
    fetch = (input, init) => globalThis.fetch(input, init)
  } = settings;
  checkNumbers(usualTimeout, usualRetries, ConfigurationError);
  if (typeof fetch !== "function") throw new ConfigurationError("fetch must be a function.");
  async function send(target, read, options = {}, call = {}) {
    const { id, stores, streams, patience = 0 } = call;
    const [method, path] = target.replace("{id}", () => segmentOf(id)).split(" ");
    const { signal, maxRetries = usualRetries } = options;
    const { timeout = Math.max(usualTimeout, patience) } = options;
    checkNumbers(timeout, maxRetries, InvalidArgumentError);
    const body = "body" in call ? JSON.stringify(written(call.body, call.domainOf)) : void 0;
    const shared = headersOf(options, !!body, stores);
    const FIRST_DELAY = 0.5;
    const LONGEST_DELAY = 8;
    const LONGEST_RETRY_AFTER = 60;
    let answerLost = false;
    for (let made = 0; ; made++) {
      signal?.throwIfAborted();
      const headers = new Headers(shared);
      headers.set("X-API-Key", await keys.now());
      const deadline = deadlineOf(timeout, signal);
      let outcome;
      try {
        const request = { method, headers, body, redirect: "manual", signal: deadline.signal };
        const response = await deadline.bound(fetch(baseURL + path, request));
        sender.rateLimit = rateLimitOf(response.headers) ?? sender.rateLimit;
        outcome = streams && response.ok && response.body ? { body: response.body, deadline } : understood(read, response, await deadline.bound(response.text()));
      } catch (error) {
        signal?.throwIfAborted();
        outcome = deadline.signal.reason ?? connectionError(error, baseURL);
      } finally {
        deadline.clear();
      }
      if (!(outcome instanceof APIError)) return outcome;
      if (outcome instanceof NotFoundError) outcome.afterLostAnswer = answerLost;
      const { status, retryAfter: retryAfter2, requestSent } = outcome;
      const mayFollow = /^(408|429|5..)$/.test(`${status}`) || (retryAfter2 ?? requestSent) != null;
      const told = retryAfter2 ?? 0;
      if (!mayFollow || made >= maxRetries || told > LONGEST_RETRY_AFTER) throw outcome;
      answerLost ||= requestSent ?? outcome instanceof ServerError;
      const delay = Math.min(FIRST_DELAY * 2 ** made, LONGEST_DELAY) * (1 + Math.random()) / 2;
      await pause(Math.max(told, delay), signal);
    }
  }
  const sender = { send, keys, rateLimit: null };
  return sender;
}
function headersOf(options, hasBody, stores = false) {
  const { headers: given = {}, idempotencyKey = stores ? crypto.randomUUID() : void 0 } = options;
  const headers = new Headers({
    "User-Agent": `memory-scope-typescript/${VERSION}`,
    Accept: JSON_TYPE
  });
  const pairs = Symbol.iterator in given ? given : Object.entries(given);
  for (const [name, value] of pairs) {
    if (!NAME.test(name) || !isHeader(value)) {
      invalid(`headers cannot hold ${JSON.stringify(name)}: it is the client's own, or is none.`);
    }
    headers.set(name, value);
  }
  if (hasBody) headers.set("Content-Type", JSON_TYPE);
  if (idempotencyKey !== void 0) {
    if (!stores) invalid("idempotencyKey: this call stores nothing.");
    if (!isHeader(idempotencyKey) || idempotencyKey.length > 255) {
      invalid(
        "idempotencyKey must be 1 to 255 printable ASCII characters, with no blank at its ends."
      );
    }
    headers.set("Idempotency-Key", idempotencyKey);
  }
  return headers;
}
function isHeader(value) {
  return typeof value === "string" && /^[!-~]([\t -~]*[!-~])?$/.test(value);
}
var JSON_TYPE = "application/json";
var NAME = /^(?!(x-api-key|idempotency-key|accept|host|connection|transfer-encoding|content-(type|length|encoding))$)[\w!#$%&'*+.^`|~-]+$/i;

// src/users.ts
var userOperations = (send) => {
  const exportStream = (userId, options) => exported(send, "GET /users/{id}/export", wholeness(), options, userId);
  return {
    get: (id, options) => send("GET /users/{id}", user, options, { id, patience: PATIENCE }),
    link: (id, options) => send("POST /users/{id}/link", link, options, { id }),
    erase: async (id, params, options) => {
      const { dryRun = false, ...others } = params ?? {};
      if (typeof dryRun !== "boolean" || Object.keys(others).length) {
        invalid("An erasure takes only dryRun, true or false.");
      }
      const target = `DELETE /users/{id}${dryRun ? "?dry_run=true" : ""}`;
      return send(target, erasure, options, { id, patience: PATIENCE });
    },
    export: async (userId, options) => {
      const pieces = [];
      for await (const piece of exportStream(userId, options)) pieces.push(piece);
      const body = parsed2(await new Blob(pieces).text());
      if (!body) throw incomplete();
      return camelDeep(body);
    },
    exportStream
  };
};

// src/client.ts
var MemoryScope = class {
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
        "In a browser every visitor can read the key: let your own server ask, or say dangerouslyAllowBrowser: true."
      );
    }
    const keys = keysOf(options.apiKey);
    this.baseURL = checkedAddress(options.baseURL, options.allowHttp === true);
    this.#sender = senderOf(keys, this.baseURL, options);
    const { send } = this.#sender;
    this.memory = memoryOperations(send);
    this.users = userOperations(send);
    this.audit = auditOperations(send);
    this.policy = policyOperations(send);
    this.usage = usageOperations(send);
  }
  /** The key's environment, `test` or `live`; null before a function was asked for a key. */
  get environment() {
    return this.maskedKey?.slice(3, 7) ?? null;
  }
  /** The key as the console shows it, e.g. `sk_test_••••9fQ2`; of a function, the last one. */
  get maskedKey() {
    return this.#sender.keys.masked;
  }
  /** What the last answer said of the key's limit; null before the first that says. */
  get rateLimit() {
    return this.#sender.rateLimit;
  }
  /** What JSON and logs show of a client. */
  toJSON() {
    return { apiKey: this.maskedKey, baseURL: this.baseURL };
  }
  [INSPECT]() {
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
