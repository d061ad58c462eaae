/** The cases that all clients share: `clients/cases.json`, described in `clients/README.md`. */
import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { expect, test, vi } from "vitest";
import {
  type ClientOptions,
  InvalidArgumentError,
  MemoryScope,
  MemoryScopeError,
} from "../src/index.js";
import { called, check, checkError, checkRequest, given, KINDS } from "./case-values.js";
import { type Answer, closedAddress, type Play, playing } from "./servers.js";

type Table = Record<string, unknown>;
interface Outcome {
  result?: unknown;
  items?: unknown;
  text?: string;
  error?: Table;
  rate_limit?: unknown;
  pauses?: [number, number][];
}
interface Call {
  operation: string;
  arguments?: Table;
  options?: { timeout?: unknown; extra_headers?: Record<string, string> };
  page?: string | null;
  outcome: Outcome;
}
interface Case {
  name: string;
  client?: Table;
  environment?: Record<string, string>;
  calls: Call[];
  exchanges: { request: Table; answer: string | Answer }[];
  needs?: string[];
  or_refused?: boolean;
}

const TABLE = JSON.parse(readFileSync(new URL("../../cases.json", import.meta.url), "utf8"));
const CASES: Case[] = TABLE.cases;
/** What this client lacks: `fetch` keeps its own connections, so there is nothing to close. */
const LACKS = ["close"];
const VARIABLES = ["MEMORY_SCOPE_API_KEY", "MEMORY_SCOPE_BASE_URL"];

// What a caller gives is whatever a case says, also of types that TypeScript would not let through.
// biome-ignore lint/suspicious/noExplicitAny: the point of the cases
const OPERATIONS: Record<string, (client: MemoryScope, said: any, options: object) => unknown> = {
  create_memory: (client, said, options) => client.memory.create(said, options),
  create_memories: (client, { memories }, options) => client.memory.createMany(memories, options),
  read_memory: (client, said, options) => client.memory.read(said, options),
  read_many: (client, said, options) => client.memory.readMany(said, options),
  read_memory_continue: (client, said, options) => client.memory.continue(said, options),
  revoke_memory: (client, said, options) => client.memory.revoke(said, options),
  list_memories: (client, said, options) => client.memory.list(said, options),
  get_memory: (client, { memoryId }, options) => client.memory.get(memoryId, options),
  delete_memory: (client, { memoryId }, options) => client.memory.delete(memoryId, options),
  get_user: (client, { userId }, options) => client.users.get(userId, options),
  export_user: (client, { userId }, options) => client.users.export(userId, options),
  create_link: (client, { userId }, options) => client.users.link(userId, options),
  erase_user: (client, { userId, ...said }, options) => client.users.erase(userId, said, options),
  list_events: (client, said, options) => client.audit.list(said, options),
  latest_seals: (client, _, options) => client.audit.seals(options),
  stream_record_export: (client, _, options) => client.audit.exportStream(options),
  policy: (client, _, options) => client.policy.get(options),
  check_policy: (client, said, options) => client.policy.check(said, options),
  usage: (client, _, options) => client.usage.get(options),
  new: (client) => client,
};

const pauses = vi.hoisted((): number[] => []);
vi.mock("../src/waiting.js", async (original) => ({
  ...(await original<object>()),
  pause: async (seconds: number) => void pauses.push(seconds),
}));

const closed = await closedAddress();

for (const one of CASES) {
  const lacked = one.needs?.find((need) => LACKS.includes(need));
  test.skipIf(lacked !== undefined)(one.name, async () => {
    pauses.length = 0;
    const play = await playing(one.exchanges.map(({ answer }) => answerOf(answer)));
    try {
      await follow(one, play);
    } finally {
      await play.close();
    }
  });
}

async function follow(one: Case, play: Play): Promise<void> {
  const placed = (text: string) =>
    text.replace("{server}", play.address).replace("{closed}", closed);
  for (const name of VARIABLES) {
    const value = one.environment?.[name];
    vi.stubEnv(name, value === undefined ? undefined : placed(value));
  }
  const options = optionsOf({ ...TABLE.client, ...one.client }, placed);
  let client: MemoryScope | undefined;
  for (const call of one.calls) {
    const found = await settled(() => {
      client ??= new MemoryScope(options);
      return made(client, call);
    });
    if (one.or_refused && found instanceof InvalidArgumentError)
      return expect(play.asked).toEqual([]);
    checkOutcome(call.outcome, found, client, options.apiKey);
  }
  checkRequests(one, play);
  const told = one.calls.flatMap(({ outcome }) => outcome.pauses ?? []);
  if (one.calls.some(({ outcome }) => "pauses" in outcome)) {
    expect(pauses).toHaveLength(told.length);
    pauses.forEach((pause, at) => {
      expect(pause).toBeGreaterThanOrEqual(told[at]?.[0] as number);
      expect(pause).toBeLessThanOrEqual(told[at]?.[1] as number);
    });
  }
}

/** Return the settings as this client has them: milliseconds, and nothing for null. */
function optionsOf(told: Table, placed: (text: string) => string): ClientOptions {
  const options = given(told) as Table;
  for (const [name, value] of Object.entries(options)) {
    if (value === null) delete options[name];
    else if (name === "timeout") options[name] = (value as number) * 1000;
    else if (typeof value === "string") options[name] = placed(value);
  }
  return options;
}

/** Make the call, and return what is still to be awaited or gone through. */
function made(client: MemoryScope, call: Call): unknown {
  const { idempotencyKey, ...said } = given(call.arguments ?? {}) as Table;
  const ask = OPERATIONS[call.operation];
  if (ask === undefined) throw new Error(`What is ${call.operation}?`);
  const { timeout, extra_headers: headers } = call.options ?? {};
  const options = {
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(timeout !== undefined && { timeout: (given(timeout) as number) * 1000 }),
    ...(headers && { headers }),
  };
  const found = ask(client, said as never, options);
  return "page" in call ? (found as { page(cursor: unknown): unknown }).page(call.page) : found;
}

async function settled(make: () => unknown): Promise<unknown> {
  try {
    const found = await make();
    const isList = typeof found === "object" && found !== null && Symbol.asyncIterator in found;
    return isList ? await gathered(found as AsyncIterable<unknown>) : found;
  } catch (error) {
    if (error instanceof MemoryScopeError) return error;
    throw error;
  }
}

async function gathered(list: AsyncIterable<unknown>): Promise<unknown[]> {
  const all = [];
  for await (const one of list) all.push(one);
  return all;
}

function checkOutcome(
  outcome: Outcome,
  found: unknown,
  client: MemoryScope | undefined,
  key: unknown,
): void {
  if (outcome.error) {
    checkError(outcome.error, found, "error");
    const shown = `${found} ${inspect(found, { depth: 9, showHidden: true })} ${JSON.stringify(found)}`;
    if (typeof key === "string" && key.trim()) expect(shown).not.toContain(key);
  } else if (found instanceof MemoryScopeError) {
    throw found;
  }
  for (const name of ["result", "items"] as const) {
    if (name in outcome) check(outcome[name], found, name);
  }
  if ("text" in outcome) {
    expect(Buffer.concat(found as Uint8Array[]).toString()).toBe(outcome.text);
  }
  if ("rate_limit" in outcome) check(outcome.rate_limit, client?.rateLimit, "rate_limit");
}

function checkRequests(one: Case, play: Play): void {
  expect(play.asked.map(({ target }) => target)).toHaveLength(one.exchanges.length);
  const labels = new Map<string, string>();
  one.exchanges.forEach(({ request }, at) => {
    const withBody: Table = TABLE.every_request_with_a_body.headers;
    const without = Object.fromEntries(Object.keys(withBody).map((name) => [name, null]));
    const usual = { ...TABLE.every_request.headers, ...("json" in request ? withBody : without) };
    checkRequest(request, play.asked[at] as Play["asked"][0], usual, labels);
  });
}

function answerOf(told: string | Answer): Answer {
  return typeof told === "string" ? TABLE.answers[told] : told;
}

test("the table asks for nothing that this runner does not know", () => {
  const calls = CASES.flatMap((one) => one.calls);
  const known = [...Object.keys(OPERATIONS), ...LACKS];
  expect(calls.map(({ operation }) => operation).filter((name) => !known.includes(name))).toEqual(
    [],
  );
  const options = calls.flatMap((call) => Object.keys(call.options ?? {}));
  expect([...new Set(options)].sort()).toEqual(["extra_headers", "timeout"]);
  const kinds = calls.flatMap(({ outcome }) => outcome.error?.kind ?? []) as string[];
  expect(kinds.filter((kind) => !(kind in KINDS) && kind !== "client_state")).toEqual([]);
  expect(new Set(kinds).size).toBeGreaterThan(10);
  expect(called("base_url")).toBe("baseURL");
});
