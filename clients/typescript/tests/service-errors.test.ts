/** Every error by an answer of the real service, and answers of it that are lost. */
import { describe, expect, test } from "vitest";
import * as errors from "../src/errors.js";
import { MemoryScope, type StoredMemory } from "../src/index.js";
import { losingAnswers } from "./servers.js";
import {
  all,
  apiKey,
  baseURL,
  client,
  failure,
  question,
  somebody,
  statement,
  writer,
} from "./service.js";

describe.skipIf(!baseURL)("every error by a real answer", () => {
  test("fields that are missing or wrong are named as they are here", async () => {
    const missing = await failure(
      errors.InvalidRequestError,
      client.memory.read({ scope: "preferences" } as never),
    );
    expect(missing).toMatchObject({ status: 400, code: "missing_field" });
    expect(missing.errors.map(({ field }) => field)).toEqual(["userId", "purpose"]);
    expect(missing.docUrl).toContain("#missing_field");
    const wrong = await failure(
      errors.InvalidRequestError,
      client.memory.createMany([statement("u"), statement("u", { ttlDays: 0 })]),
    );
    expect(wrong).toMatchObject({ status: 422, code: "out_of_range" });
    expect(wrong.errors[0]?.field).toBe("memories[1].ttlDays");
  });

  test("a purpose that is not allowed says what would be", async () => {
    const error = await failure(
      errors.PolicyDeniedError,
      client.memory.read({ ...question("u"), purpose: "book a table" }),
    );
    expect(error).toMatchObject({
      name: "PolicyDeniedError",
      status: 403,
      code: "policy_denied",
      scope: "preferences",
      purposeClass: "task_execution",
      allowedPurposeClasses: ["content_generation", "recommendation"],
      reason: "POLICY_DENIED",
      matchedTerms: ["book"],
    });
    expect(error.hint).toContain("constraints");
  });

  test("a key that opens nothing, or not this", async () => {
    const unknown = "sk_test_madeUpForTheTestsOfAllClients0003gPeCQ";
    const nobody = new MemoryScope({ baseURL, apiKey: unknown });
    expect(await failure(errors.AuthenticationError, nobody.usage.get())).toMatchObject({
      status: 401,
    });
    const writing = new MemoryScope({ baseURL, apiKey: writer });
    const error = await failure(errors.PermissionDeniedError, writing.memory.read(question("u")));
    expect(error.message).toContain("memory:read");
  });

  test("a token that nobody knows", async () => {
    const revocationToken = `rev_${"x".repeat(43)}`;
    const error = await failure(errors.NotFoundError, client.memory.revoke({ revocationToken }));
    expect(error.afterLostAnswer).toBe(false);
  });

  test("an Idempotency-Key that was used for something else", async () => {
    const [user, idempotencyKey] = [somebody(), crypto.randomUUID()];
    const first = await client.memory.create(statement(user), { idempotencyKey });
    const again = await client.memory.create(statement(user), { idempotencyKey });
    expect(again.id).toBe(first.id);
    const other = client.memory.create(statement(user, { domain: null }), { idempotencyKey });
    expect(await failure(errors.ConflictError, other)).toMatchObject({
      status: 409,
      retryAfter: null,
    });
  });

  test("headers of a call's own are sent", async () => {
    const memory = { ...statement(somebody()), ...({ ttlDay: 3 } as object) };
    const headers = { Prefer: "handling=strict", "X-Request-ID": "our-own-7" };
    const error = await failure(
      errors.InvalidRequestError,
      client.memory.create(memory, { headers }),
    );
    expect(error).toMatchObject({ code: "unknown_field", requestId: "our-own-7" });
    expect(error.errors[0]).toMatchObject({ field: "ttlDay", nearest: "ttlDays" });
  });
});

describe.skipIf(!baseURL)("answers that are lost", () => {
  async function unlucky(losing: number, use: (client: MemoryScope) => Promise<void>) {
    const proxy = await losingAnswers(baseURL, losing);
    try {
      await use(new MemoryScope({ baseURL: proxy.address, apiKey }));
    } finally {
      await proxy.close();
    }
  }

  test("a create whose answers are lost stores one memory", async () => {
    const user = somebody();
    let stored: Pick<StoredMemory, "id"> | undefined;
    await unlucky(2, async (client) => {
      stored = await client.memory.create(statement(user));
    });
    expect((await all(client.memory.list({ userId: user }))).map(({ id }) => id)).toEqual([
      stored?.id,
    ]);
  });

  test("a revoke whose answer is lost says that it may have been carried out", async () => {
    const { revocationToken } = await client.memory.read(question(somebody()));
    await unlucky(1, async (client) => {
      const error = await failure(errors.NotFoundError, client.memory.revoke({ revocationToken }));
      expect(error.afterLostAnswer).toBe(true);
    });
    await failure(errors.GrantRevokedError, client.memory.continue({ revocationToken }));
  });
});
