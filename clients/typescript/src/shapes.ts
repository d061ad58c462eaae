/** How each answer is read: the fields of `results`, each with its reader. */
import { errorOf } from "./answers.js";
import type { APIError } from "./errors.js";
import {
  anything,
  type Fields,
  flag,
  integer,
  type JsonObject,
  list,
  nullable,
  number,
  object,
  or,
  type Reader,
  record,
  said,
  table,
  text,
  time,
  word,
} from "./reading.js";
import type * as results from "./results.js";
import type { PurposeClass, Scope, Source, Value } from "./vocabulary.js";

/** What of an answer is its own; the rest every answer has. */
type Own<T> = Omit<T, keyof results.Result>;

const scope = word<Scope>();
const source = word<Source>();
const purposeClass = word<PurposeClass>();
const texts = or(list(text), (): string[] => []);
const classes = list(purposeClass);

const memoryFields: Fields<results.MemoryFields> = {
  id: text,
  userId: text,
  scope,
  domain: nullable(text),
  createdAt: time,
  expiresAt: nullable(time),
};
const storedFields: Fields<results.StoredMemoryFields> = {
  ...memoryFields,
  source,
  valueJson: said<Value>,
  replace: or(flag, () => false),
};

export const memory = record(memoryFields);
export const storedMemory = record(storedFields);
export const memoryBatch = record<Own<results.MemoryBatch>>({ items: list(memory) });

const detail = record<results.Detail>({
  values: list(
    record<results.DetailValue>({
      path: text,
      value: anything,
      source,
      saidAt: time,
      times: integer,
    }),
  ),
  overruled: list(
    record<results.OverruledValue>({ path: text, value: anything, source, why: text }),
  ),
  counts: table(integer),
  newestAt: nullable(time),
  promptText: text,
});

const plainRead = record<results.MemoryReadFields>({
  summaryText: text,
  summaryStruct: object,
  confidence: number,
  revocationToken: text,
  expiresAt: time,
  detail: nullable(detail),
});

/** Read a summary. Its token is there to use and to keep as JSON, and no log shows it. */
export function memoryRead(told: unknown): results.MemoryReadFields {
  const read = plainRead(told);
  const shown = (_: number, options: object, inspect: (value: object, options: object) => string) =>
    inspect({ ...read, revocationToken: "rev_••••" }, options);
  return Object.defineProperty(read, Symbol.for("nodejs.util.inspect.custom"), { value: shown });
}

const readItem = (told: unknown): results.ReadItem => {
  const item = record<Omit<results.ReadItem, "error"> & { error: JsonObject | null }>({
    scope,
    domain: nullable(text),
    status: integer,
    answer: nullable(memoryRead),
    error: nullable(object),
  })(told);
  return { ...item, error: item.error && refusal(item.status, item.error) };
};

function refusal(status: number, body: JsonObject): APIError {
  const id = body.request_id;
  return errorOf(status, body, typeof id === "string" ? id : null, null);
}

export const manyReads = record<Own<results.ManyReads>>({ items: list(readItem) });

export const revocation = record<Own<results.Revocation>>({
  revoked: flag,
  revokedAt: time,
  grantsClosed: nullable(integer),
  memoriesHidden: nullable(integer),
});

const holding: Fields<results.Holding> = {
  memories: integer,
  stored: integer,
  openGrants: integer,
  firstCreatedAt: nullable(time),
  lastCreatedAt: nullable(time),
};
export const user = record<Own<results.User>>({
  userId: text,
  ...holding,
  places: list(record<results.Place>({ scope, domain: nullable(text), ...holding })),
});

export const erasure = record<Own<results.Erasure>>({
  userId: text,
  memoriesDeleted: integer,
  grantsClosed: integer,
  idempotencyRecordsDeleted: integer,
  auditEventsEmptied: integer,
  erasedAt: nullable(time),
  dryRun: or(flag, () => false),
});

export const auditEvent = record<results.AuditEvent>({
  id: text,
  eventType: text,
  appId: nullable(text),
  environment: text,
  apiKeyId: nullable(text),
  subjectId: nullable(text),
  userId: nullable(text),
  scope: nullable(scope),
  domain: nullable(text),
  purpose: nullable(text),
  purposeClass: nullable(purposeClass),
  memoryIds: texts,
  revocationGrantId: nullable(text),
  reasonCode: nullable(text),
  decisionId: nullable(text),
  policyVersion: nullable(text),
  requestId: nullable(text),
  serverRequestId: nullable(text),
  createdAt: time,
  meta: or(object, () => ({})),
});

const plainPolicy = record<Omit<Own<results.Policy>, "body">>({
  version: text,
  matrix: table(classes) as Reader<Record<Scope, PurposeClass[]>>,
});
export const policy = (told: unknown): Own<results.Policy> => ({
  ...plainPolicy(told),
  body: object(told),
});

export const policyCheck = record<Own<results.PolicyCheck>>({
  allowed: flag,
  purposeClass,
  purposeId: nullable(text),
  matchedTerms: texts,
  refusedTerms: texts,
  proposedClass: nullable(purposeClass),
  allowedPurposeClasses: classes,
  policyVersion: text,
  reason: nullable(text),
  hint: nullable(text),
});

export const usage = record<Own<results.Usage>>({
  limit: integer,
  remaining: integer,
  resetAt: time,
  burstLimit: integer,
  days: list(record<results.Day>({ day: text, requests: integer, errors: integer })),
});

export function page<T>(item: Reader<T>): Reader<Own<results.Page<T>>> {
  return record<Own<results.Page<T>>>({ items: list(item), nextCursor: nullable(text) });
}
