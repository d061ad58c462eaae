/** The values of the shared cases, as this client has them, and whether it kept to them. */
import { expect } from "vitest";
import * as errors from "../src/errors.js";
import { ALL_DOMAINS } from "../src/index.js";
import { camel, camelPath } from "../src/naming.js";
import type { Asked } from "./servers.js";

type Table = Record<string, unknown>;

export const KINDS: Record<string, unknown> = {
  configuration: errors.ConfigurationError,
  invalid_argument: errors.InvalidArgumentError,
  api: errors.APIError,
  invalid_request: errors.InvalidRequestError,
  authentication: errors.AuthenticationError,
  policy_denied: errors.PolicyDeniedError,
  permission_denied: errors.PermissionDeniedError,
  grant_revoked: errors.GrantRevokedError,
  not_found: errors.NotFoundError,
  conflict: errors.ConflictError,
  rate_limit: errors.RateLimitError,
  server: errors.ServerError,
  connection: errors.APIConnectionError,
  timeout: errors.APITimeoutError,
  incomplete_answer: errors.IncompleteAnswerError,
};
/** What is not the client's to name: its keys are those of whoever said it. */
const SAID = new Set(["value_json", "summary_struct", "meta", "value", "body", "matrix", "counts"]);
/** What this client calls otherwise than by spelling. */
const CALLED: Record<string, string> = { base_url: "baseURL", exception: "error" };

export function called(name: string): string {
  return CALLED[name] ?? camel(name);
}

/** Return an argument as a caller of this client gives it. */
export function given(value: unknown, own = false): unknown {
  if (Array.isArray(value)) return value.map((one) => given(one, own));
  if (typeof value !== "object" || value === null) return value;
  const told = value as Table;
  if ("$time" in told) return new Date(told.$time as string);
  if ("$number" in told) return Number(told.$number);
  if ("$all_domains" in told) return ALL_DOMAINS;
  if ("$function" in told) {
    const left = [...(told.$function as string[])];
    return () => left.shift();
  }
  return Object.fromEntries(
    Object.entries(told).map(([name, one]) => [
      own ? name : called(name),
      given(one, own || SAID.has(name)),
    ]),
  );
}

/** Hold that what was found has all that is expected of it. `own`: its keys are not the client's. */
export function check(expected: unknown, found: unknown, where: string, own = false): void {
  if (expected === null || typeof expected !== "object") {
    if (expected === null) expect(found ?? null, where).toBe(null);
    else expect(found, where).toBe(named(expected, where));
    return;
  }
  if (Array.isArray(expected)) {
    expect(found, where).toBeInstanceOf(Array);
    expect((found as unknown[]).length, where).toBe(expected.length);
    expected.forEach((one, at) => {
      check(one, (found as unknown[])[at], `${where}[${at}]`, own);
    });
    return;
  }
  const told = expected as Table;
  if ("$time" in told) {
    const moment = found instanceof Date ? found : new Date(found as string);
    expect(Math.abs(moment.getTime() - Date.parse(told.$time as string)), where).toBeLessThan(1);
  } else if ("$exactly" in told) {
    expect(found, where).toEqual(own ? told.$exactly : given(told.$exactly));
  } else if ("$error" in told) {
    checkError(told.$error as Table, found, where);
  } else if ("pattern" in told) {
    expect(found, where).toMatch(new RegExp(`^(?:${told.pattern})$`));
  } else {
    for (const [name, one] of Object.entries(told)) {
      const key = own ? name : called(name);
      check(one, (found as Table)[key], `${where}.${name}`, own || SAID.has(name));
    }
  }
}

/** Fields are named as this client names them, in `ignored_fields` and in `errors`. */
function named(expected: unknown, where: string): unknown {
  return /\.(field|nearest)$/.test(where) ? camelPath(expected as string) : expected;
}

/** Hold that it is of the kind and has the fields. */
export function checkError(expected: Table, found: unknown, where: string): void {
  const { kind, ...fields } = expected;
  expect((found as object)?.constructor, `${where} is ${found}`).toBe(KINDS[kind as string]);
  check(fields, found, where);
}

/** Hold that the request is the expected one. `labels` keeps values that must come again. */
export function checkRequest(
  expected: Table,
  asked: Asked,
  usual: Table,
  labels: Map<string, string>,
): void {
  const [path = "", query = ""] = asked.target.split("?");
  expect(asked.method).toBe(expected.method);
  expect(segments(path)).toEqual(segments(expected.path as string));
  const pairs = [...new URLSearchParams(query)];
  expect(new Set(pairs.map(([name]) => name)).size, query).toBe(pairs.length);
  const told = (expected.query ?? {}) as Table;
  expect(pairs.map(([name]) => name).sort()).toEqual(Object.keys(told).sort());
  check(told, Object.fromEntries(pairs), "query", true);
  for (const [name, value] of Object.entries({ ...usual, ...(expected.headers as Table) })) {
    checkHeader(name, value, asked, labels);
  }
  if ("json" in expected) expect(JSON.parse(asked.body)).toEqual(expected.json);
  else expect(asked.body).toBe("");
}

function checkHeader(
  name: string,
  expected: unknown,
  asked: Asked,
  labels: Map<string, string>,
): void {
  const found = asked.headers.filter(([one]) => one.toLowerCase() === name.toLowerCase());
  expect(found.length, name).toBe(expected === null ? 0 : 1);
  const value = found[0]?.[1] ?? "";
  const label = (expected as { label?: string } | null)?.label;
  if (label !== undefined) {
    if (!labels.has(label)) expect([...labels.values()], name).not.toContain(value);
    expect(labels.get(label) ?? value, name).toBe(value);
    labels.set(label, value);
  } else if (expected !== null) {
    check(expected, value, name, true);
  }
}

function segments(path: string): string[] {
  return path.split("/").map((one) => decodeURIComponent(one).trim());
}
