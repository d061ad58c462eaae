/** The real service, whose address and keys the environment says, and people to be told of. */
import { expect } from "vitest";
import { MemoryScope, type NewMemory } from "../src/index.js";

export const baseURL = process.env.TEST_SERVICE_URL ?? "";
export const apiKey = process.env.TEST_SERVICE_KEY ?? "";
export const writer = process.env.TEST_SERVICE_WRITER_KEY ?? "";
if (!baseURL && process.env.CI) throw new Error("TEST_SERVICE_URL is not set.");

export const client = baseURL
  ? new MemoryScope({ baseURL, apiKey })
  : (undefined as unknown as MemoryScope);
let people = 0;

/** Return a user of whom nothing is known yet. */
export function somebody(): string {
  people += 1;
  return `user_${people}_${crypto.randomUUID()}`;
}

export function statement(userId: string, more: Partial<NewMemory> = {}): NewMemory {
  return {
    userId,
    scope: "preferences",
    domain: "food",
    source: "explicit_user_input",
    valueJson: { likes: ["pizza"] },
    ...more,
  };
}

export function question(userId: string) {
  const purpose = "recommend restaurants";
  return { userId, scope: "preferences", domain: "food", purpose } as const;
}

export async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found = [];
  for await (const one of list) found.push(one);
  return found;
}

export async function failure<E extends Error>(
  kind: abstract new (...given: never) => E,
  call: Promise<unknown>,
) {
  const error = await call.then(
    () => null,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(kind);
  return error as E;
}
