/** The client and the real service. */
import { describe, expect, test } from "vitest";
import { READABLE } from "../src/ai.js";
import * as errors from "../src/errors.js";
import { ALL_DOMAINS, MemoryScope } from "../src/index.js";
import { all, apiKey, baseURL, client, failure, question, somebody, statement } from "./service.js";

describe.skipIf(!baseURL)("the real service", () => {
  test("a memory is stored, read, continued and revoked", async () => {
    const user = somebody();
    const memory = await client.memory.create(statement(user, { ttlDays: 30 }));
    expect(memory).toMatchObject({ userId: user, scope: "preferences", domain: "food" });
    expect(Math.round((Number(memory.expiresAt) - Number(memory.createdAt)) / 86_400_000)).toBe(30);

    const found = await client.memory.read({ ...question(user), maxAgeDays: 7, detail: true });
    expect(found.summaryText).toBe("Likes: 1, Dislikes: 0, Settings: 0");
    expect(found.summaryStruct.likes).toEqual(["pizza"]);
    expect(found.confidence).toBe(0.47);
    expect(found.detail?.values[0]).toMatchObject({ source: "explicit_user_input", times: 1 });
    expect(found.detail?.promptText).toContain("pizza");
    expect(found.detail?.counts).toMatchObject({ explicit_user_input: 1, inferred: 0 });

    const again = await client.memory.continue({ revocationToken: found.revocationToken });
    expect(again).toMatchObject({ revocationToken: found.revocationToken, detail: null });
    expect(again.expiresAt).toEqual(found.expiresAt);

    const gone = await client.memory.revoke({ revocationToken: found.revocationToken });
    expect(gone).toMatchObject({ revoked: true, grantsClosed: null });
    expect((await client.memory.read(question(user))).summaryStruct).toEqual({});
    for (const result of [memory, found, again, gone]) expect(result.requestId).toBeTruthy();
    await failure(
      errors.GrantRevokedError,
      client.memory.continue({ revocationToken: found.revocationToken }),
    );
  });

  test("what people said is never renamed", async () => {
    const user = somebody();
    const valueJson = { max_price: 50, no_nuts: true, maxGuests: 4 };
    const { id } = await client.memory.create(statement(user, { scope: "constraints", valueJson }));
    expect((await client.memory.get(id)).valueJson).toEqual(valueJson);
    const asked = { ...question(user), scope: "constraints", purpose: "order lunch" } as const;
    const { constraints } = (await client.memory.read(asked)).summaryStruct;
    expect(constraints).toMatchObject({ max_price: 50, no_nuts: true });
    const [exported] = (await client.users.export(user)).memories;
    expect(exported?.valueJson).toEqual(valueJson);
  });

  test("what is sent and not understood is told under the name that was given", async () => {
    const more = { ttlDay: 3 } as object;
    const memory = await client.memory.create({ ...statement(somebody()), ...more });
    expect(memory.ignoredFields).toEqual([{ field: "ttlDay", nearest: "ttlDays" }]);
  });

  test("several are stored at once, and several places read", async () => {
    const user = somebody();
    const stored = await client.memory.createMany([
      statement(user),
      statement(user, { domain: null, valueJson: { likes: ["tea"] }, replace: true }),
    ]);
    expect(stored.items.map(({ domain }) => domain)).toEqual(["food", null]);
    const { items } = await client.memory.readMany({
      userId: user,
      purpose: "recommend restaurants",
      reads: [{ scope: "preferences", domain: ALL_DOMAINS }, { scope: "schedule" }],
    });
    expect(items.map(({ domain }) => domain)).toEqual([null, "food", null]);
    expect(items[1]?.answer?.summaryStruct.likes).toEqual(["pizza"]);
    expect(items[2]?.answer).toBeNull();
    expect(items[2]?.error).toBeInstanceOf(errors.PolicyDeniedError);
    expect(items[2]?.error).toMatchObject({ status: 403, scope: "schedule" });
  });

  test("a list is all of it however many pages, and a page leads to the next", async () => {
    const user = somebody();
    const ids: string[] = [];
    for (const like of "abcde") {
      ids.unshift(
        (await client.memory.create(statement(user, { valueJson: { likes: [like] } }))).id,
      );
    }
    const listed = client.memory.list({ userId: user, limit: 2 });
    for (let time = 0; time < 2; time++)
      expect((await all(listed)).map(({ id }) => id)).toEqual(ids);
    const first = await listed.page();
    expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(first.nextCursor).not.toBeNull();
    expect((await listed.page(first.nextCursor)).items.map(({ id }) => id)).toEqual(
      ids.slice(2, 4),
    );
    expect(await all(client.memory.list({ userId: user, domain: null }))).toEqual([]);
    expect(await all(client.memory.list({ userId: user, domain: ALL_DOMAINS }))).toHaveLength(5);
  });

  test("one that is deleted is gone, and taken back by user is hidden", async () => {
    const user = somebody();
    const kept = await client.memory.create(statement(user));
    const { id } = await client.memory.create(statement(user, { domain: null }));
    expect(await client.memory.delete(id)).toMatchObject({ id });
    await failure(errors.NotFoundError, client.memory.get(id));
    expect(await client.memory.revoke({ userId: user, domain: null })).toMatchObject({
      memoriesHidden: 0,
    });
    expect(await client.memory.revoke({ userId: user })).toMatchObject({ memoriesHidden: 1 });
    await failure(errors.NotFoundError, client.memory.get(kept.id));
  });

  test("a user is looked at, exported and erased", async () => {
    const user = `${somebody()}/ü ?#`;
    await client.memory.create(statement(user));
    const seen = await client.users.get(user);
    expect(seen).toMatchObject({ userId: user, memories: 1, stored: 1, openGrants: 0 });
    expect(seen.places[0]).toMatchObject({ scope: "preferences", domain: "food", memories: 1 });

    const exported = await client.users.export(user);
    expect(exported).toMatchObject({ userId: user, environment: "test", complete: true });
    expect(exported.memories[0]?.valueJson).toEqual({ likes: ["pizza"] });
    expect(exported.auditEvents.map(({ eventType }) => eventType)).toContain("MEMORY_CREATE");
    const decoder = new TextDecoder();
    let text = "";
    for await (const piece of client.users.exportStream(user)) text += decoder.decode(piece);
    expect(JSON.parse(text).user_id).toBe(user);

    expect(await client.users.erase(user, { dryRun: true })).toMatchObject({
      memoriesDeleted: 1,
      erasedAt: null,
      dryRun: true,
    });
    expect((await client.users.erase(user)).erasedAt).toBeInstanceOf(Date);
    expect((await client.users.get(user)).stored).toBe(0);
  });

  test("a user whose name is a way up in a path is still that user", async () => {
    for (const user of [".", ".."]) {
      await client.memory.create(statement(user));
      expect(await client.users.get(user)).toMatchObject({ userId: user });
      expect((await client.users.export(user)).userId).toBe(user);
      expect((await client.users.erase(user)).memoriesDeleted).toBeGreaterThan(0);
    }
  });

  test("the record can be gone through", async () => {
    const user = somebody();
    await client.memory.create(statement(user));
    const denied = await failure(
      errors.PolicyDeniedError,
      client.memory.read({ ...question(user), purpose: "book a table" }),
    );
    const events = await all(client.audit.list({ userId: user, limit: 1 }));
    expect(events.map(({ eventType }) => eventType)).toEqual(["POLICY_DENIED", "MEMORY_CREATE"]);
    expect(events[0]).toMatchObject({
      decisionId: denied.decisionId,
      requestId: denied.requestId,
      purpose: "book a table",
    });
    const later = new Date(Number(events[0]?.createdAt) + 1);
    expect(await all(client.audit.list({ userId: user, since: later }))).toEqual([]);
    expect(await all(client.audit.list({ userId: user, decision: "denied" }))).toHaveLength(1);
  });

  test("the record is handed out with its seals", async () => {
    const { seals, requestId } = await client.audit.seals();
    expect(requestId).toBeTruthy();
    const text = Buffer.concat(await all(client.audit.exportStream())).toString();
    const lines = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ format: "memory-scope-sealed-record", v: 1 });
    expect(lines.at(-1)).toEqual({ end: true });
    const tokens = lines.flatMap(({ seal }) => seal ?? []);
    expect(tokens).toEqual(expect.arrayContaining(seals.map(({ token }) => token)));
  });

  test("the policy, how it would decide, and the key's use are there to read", async () => {
    const policy = await client.policy.get();
    expect(policy.matrix.preferences).toEqual(["content_generation", "recommendation"]);
    expect(policy.body.version).toBe(policy.version);
    for (const [scope, classes] of Object.entries(policy.matrix)) {
      const readers = Object.entries(READABLE).filter(([, scopes]) =>
        scopes.some((one) => one === scope),
      );
      expect(readers.map(([name]) => name).sort(), scope).toEqual([...classes].sort());
    }
    const check = await client.policy.check({ scope: "preferences", purpose: "book a table" });
    expect(check).toMatchObject({
      allowed: false,
      purposeClass: "task_execution",
      matchedTerms: ["book"],
    });
    const usage = await client.usage.get();
    expect(usage.days).toHaveLength(30);
    expect(usage.remaining).toBeLessThan(usage.limit);
    expect(client.rateLimit?.limit).toBe(usage.limit);
  });

  test("a hundred reads at once share one client", async () => {
    const user = somebody();
    await client.memory.create(statement(user));
    const patient = new MemoryScope({ baseURL, apiKey, timeout: 120_000, maxRetries: 10 });
    const reads = await Promise.all(
      Array.from({ length: 100 }, () => patient.memory.read(question(user))),
    );
    expect(new Set(reads.map(({ revocationToken }) => revocationToken)).size).toBe(100);
  }, 120_000);
});
