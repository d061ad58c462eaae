/** What a client is made of, and what nobody gets to see. */
import { execFileSync } from "node:child_process";
import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { ConfigurationError, InvalidArgumentError, MemoryScope } from "../src/index.js";
import { type Answer, type Play, playing, READ } from "./servers.js";

const KEY = "sk_live_madeUpForTheTestsOfAllClients0002DuKtj";
const TOKEN = READ.revocation_token;
const baseURL = "https://memory.example";

async function against(answers: Answer[], use: (client: MemoryScope, play: Play) => Promise<void>) {
  const play = await playing(answers);
  try {
    await use(new MemoryScope({ apiKey: KEY, baseURL: play.address, maxRetries: 0 }), play);
  } finally {
    await play.close();
  }
}

/** Return all that a log could show of it. */
function shown(value: unknown): string {
  const deep = inspect(value, { depth: 20, showHidden: true, getters: true });
  return `${deep} ${JSON.stringify(value)} ${value} ${(value as Error).stack ?? ""}`;
}

describe("secrets", () => {
  test("a client shows what can be shown of its key", () => {
    const client = new MemoryScope({ apiKey: KEY, baseURL });
    expect(client).toMatchObject({ environment: "live", maskedKey: "sk_live_••••uKtj" });
    expect(inspect(client)).toBe(
      "MemoryScope { apiKey: sk_live_••••uKtj, baseURL: https://memory.example }",
    );
    expect(JSON.stringify({ client })).toBe(
      '{"client":{"apiKey":"sk_live_••••uKtj","baseURL":"https://memory.example"}}',
    );
    for (const part of [
      client,
      client.memory,
      client.users,
      client.audit,
      client.policy,
      client.usage,
    ]) {
      expect(shown(part)).not.toContain(KEY);
    }
    expect(shown({ ...client })).not.toContain(KEY);
    expect(shown(Object.getOwnPropertyDescriptors(client))).not.toContain(KEY);
  });

  test.each<Answer>([{ fault: "drop" }, { status: 401 }, { status: 503 }, { json: [] }])(
    "no error shows the key: %j",
    async (answer) => {
      await against([answer], async (client, play) => {
        const error = await client.memory
          .continue({ revocationToken: TOKEN })
          .catch((error) => error);
        expect(play.asked[0]?.headers).toContainEqual(["X-API-Key", KEY]);
        expect(error).toBeInstanceOf(Error);
        expect(shown(error)).not.toContain(KEY);
        expect(shown(error)).not.toContain(TOKEN);
      });
    },
  );

  test("what a fetch of one's own throws is not passed on: it may hold the key", async () => {
    const fail = async (_: unknown, init?: RequestInit) => {
      throw new RangeError(new Headers(init?.headers).get("X-API-Key") ?? "");
    };
    const client = new MemoryScope({ apiKey: KEY, baseURL, fetch: fail as typeof fetch });
    const error = await client.usage.get().catch((error) => error);
    expect(error.message).toBe("The request could not be made: RangeError.");
    expect(shown(error)).not.toContain(KEY);
  });

  test("nor is anything of its message, also where that looks like a code", async () => {
    const fail = async () => {
      throw new TypeError("fetch failed: https://proxy.example/?code=SECRET", { cause: KEY });
    };
    const client = new MemoryScope({ apiKey: KEY, baseURL, maxRetries: 0, fetch: fail });
    const error = await client.usage.get().catch((error) => error);
    expect(error).toMatchObject({ name: "APIConnectionError", reason: "broken_off" });
    expect(shown(error)).not.toMatch(/SECRET|sk_live/);
  });

  test("a token is there to use and to keep, and no log shows it", async () => {
    const item = { scope: "preferences", domain: null, status: 200, answer: READ };
    await against([{ json: READ }, { json: { items: [item] } }], async (client) => {
      const found = await client.memory.continue({ revocationToken: TOKEN });
      expect(found.revocationToken).toBe(TOKEN);
      expect(JSON.parse(JSON.stringify(found)).revocationToken).toBe(TOKEN);
      expect(inspect(found)).toContain("revocationToken: 'rev_••••'");
      expect(inspect(found)).toContain("requestId");
      const many = await client.memory.readMany({ userId: "u", purpose: "p", reads: [] });
      expect(many.items[0]?.answer?.revocationToken).toBe(TOKEN);
      for (const one of [found, many]) expect(inspect(one, { depth: 9 })).not.toContain(TOKEN);
    });
  });
});

describe("errors", () => {
  test.each(["constructor", "toString", "__proto__"])(
    "a code that every object has: %s",
    async (code) => {
      await against([{ status: 403, json: { code } }], async (client) => {
        const error = await client.usage.get().catch((error) => error);
        expect(error).toMatchObject({ name: "PermissionDeniedError", status: 403, code });
      });
    },
  );
});

describe("where it runs", () => {
  test.each([
    ["a page", { document: {} }],
    ["a worker of a page", { navigator: { userAgent: "Mozilla/5.0 (X11)" } }],
  ])("%s is no place for a key, unless somebody says so", (_, there) => {
    for (const [name, value] of Object.entries(there)) vi.stubGlobal(name, value);
    expect(() => new MemoryScope({ apiKey: KEY, baseURL })).toThrow(/browser/);
    expect(() => new MemoryScope({ apiKey: KEY, baseURL })).toThrow(ConfigurationError);
    new MemoryScope({ apiKey: KEY, baseURL, dangerouslyAllowBrowser: true });
  });

  test("an edge runtime, which has no process, is fine", () => {
    vi.stubGlobal("process", undefined);
    vi.stubGlobal("navigator", { userAgent: "Cloudflare-Workers" });
    expect(new MemoryScope({ apiKey: KEY, baseURL }).baseURL).toBe(baseURL);
    expect(() => new MemoryScope({ baseURL })).toThrow("No API key");
  });

  test("a fetch that is replaced later is heeded", async () => {
    const client = new MemoryScope({ apiKey: KEY, baseURL });
    vi.stubGlobal("fetch", async () => Response.json(READ));
    expect((await client.memory.continue({ revocationToken: TOKEN })).confidence).toBe(0);
  });

  test("a process that has asked can end: nothing is left waiting", () => {
    const bundle = new URL("../dist/index.js", import.meta.url).href;
    const code = `
      import { MemoryScope } from ${JSON.stringify(bundle)};
      const read = ${JSON.stringify(READ)};
      const options = { apiKey: "${KEY}", baseURL: "${baseURL}", timeout: 2e9 };
      const client = new MemoryScope({ ...options, fetch: async () => Response.json(read) });
      process.stdout.write((await client.memory.continue({ revocationToken: "rev_" })).summaryText);`;
    const run = ["--input-type=module", "--eval", code];
    expect(execFileSync(process.execPath, run, { timeout: 20_000 }).toString()).toBe(
      READ.summary_text,
    );
  });
});

describe("addresses", () => {
  test.each([
    "http://127.1:8000",
    "http://2130706433",
    "http://[::ffff:127.0.0.1]",
    "http://a.localhost",
  ])("%s is this machine", (address) => {
    expect(new MemoryScope({ apiKey: KEY, baseURL: address }).baseURL).toMatch(/^http:/);
  });

  test.each([
    "http://127.0.0.1.example",
    "http://1.2.3.4",
    "http://[2001:db8::1]",
    "http://localhost.example",
  ])("%s would hear the key in clear", (address) => {
    expect(() => new MemoryScope({ apiKey: KEY, baseURL: address })).toThrow(/in clear/);
    new MemoryScope({ apiKey: KEY, baseURL: address, allowHttp: true });
  });
});

describe("arguments", () => {
  const valueJson = { of: undefined as unknown };
  const circle: Record<string, unknown> = {};
  circle.self = circle;

  test.each([
    [new Map(), "valueJson.of is a Map"],
    [new Date(0), "valueJson.of is a Date"],
    [10n, "valueJson.of is a bigint"],
    [() => 1, "valueJson.of is a function"],
    [[undefined], "valueJson.of[0] is undefined"],
    [Number.POSITIVE_INFINITY, "valueJson.of is Infinity"],
    [circle, "valueJson.of.self holds itself"],
    ["\ud800", "lone surrogates"],
  ])("what JSON cannot say is refused before anything is sent: %s", async (of, sentence) => {
    await against([], async (client, play) => {
      const memory = {
        userId: "u",
        scope: "preferences",
        source: "system",
        valueJson: { ...valueJson, of },
      };
      const error = await client.memory.create(memory as never).catch((error) => error);
      expect(error).toBeInstanceOf(InvalidArgumentError);
      expect(error.message).toContain(sentence);
      expect(play.asked).toEqual([]);
    });
  });

  test("of several memories it is said which one cannot be sent", async () => {
    const memory = { userId: "u", scope: "preferences", source: "system", valueJson: {} } as const;
    const memories = [memory, { ...memory, valueJson: { a: [1, Number.NaN] } }];
    await against([], async (client) => {
      await expect(client.memory.createMany(memories)).rejects.toThrow(
        "memories[1].valueJson.a[1] is NaN",
      );
    });
  });

  test("what is given may be of a class, and what people said keeps its names and nulls", async () => {
    const said = { maxPrice: null, domain: null, replace: false, at: { someDay: [null] } };
    class Statement {
      userId = "u";
      scope = "constraints" as const;
      source = "system" as const;
      valueJson = said;
    }
    await against([{ status: 400 }], async (client, play) => {
      await client.memory.create(new Statement()).catch(() => {});
      const { value_json, ...others } = JSON.parse(play.asked[0]?.body ?? "");
      expect(value_json).toEqual(said);
      expect(others).toEqual({ user_id: "u", scope: "constraints", source: "system" });
    });
  });

  test("all attempts say the same, whatever becomes of what was given", async () => {
    const play = await playing([{ status: 503 }, { status: 503 }]);
    const memory = {
      userId: "u",
      scope: "preferences",
      source: "system",
      valueJson: { likes: ["tea"] },
    };
    const client = new MemoryScope({ apiKey: KEY, baseURL: play.address, maxRetries: 1 });
    const call = client.memory.create(memory as never).catch(() => {});
    memory.valueJson.likes.push("coffee");
    await call;
    await play.close();
    expect(play.asked.map(({ body }) => JSON.parse(body).value_json)).toEqual([
      { likes: ["tea"] },
      { likes: ["tea"] },
    ]);
  });

  test.each([
    [{ timeout: 0 }, "timeout"],
    [{ timeout: 2 ** 31 }, "timeout"],
    [{ maxRetries: -1 }, "maxRetries"],
    [{ headers: { "x-api-key": "a" } }, "x-api-key"],
    [{ headers: { "Transfer-Encoding": "chunked" } }, "Transfer-Encoding"],
    [{ headers: new Headers({ "X-API-Key": "a" }) }, "x-api-key"],
    [{ headers: [["Host", "a"]] }, "Host"],
    [{ headers: { a: "b\nc" } }, "headers"],
    [{ headers: { a: "b\n" } }, "headers"],
    [{ idempotencyKey: "a" }, "stores nothing"],
  ])("options that cannot be heeded are refused: %j", async (options, sentence) => {
    await against([], async (client, play) => {
      const error = await client.usage.get(options as never).catch((error) => error);
      expect(error).toBeInstanceOf(InvalidArgumentError);
      expect(error.message).toContain(sentence);
      expect(play.asked).toEqual([]);
    });
  });

  test("a typo in an erasure erases nothing", async () => {
    await against([], async (client, play) => {
      const error = await client.users
        .erase("u", { dryrun: true } as never)
        .catch((error) => error);
      expect(error).toBeInstanceOf(InvalidArgumentError);
      expect(play.asked).toEqual([]);
    });
  });

  test.each(["memory", "users"] as const)(
    "nothing at all is refused in words: %s",
    async (part) => {
      await against([], async (client) => {
        const calls: (() => unknown)[] =
          part === "memory"
            ? [
                () => client.memory.create(undefined as never),
                () => client.memory.read(null as never),
                () => client.memory.createMany({} as never),
                () => client.memory.readMany({ userId: "u", purpose: "p" } as never),
                async () => client.memory.list(undefined as never),
                () => client.memory.revoke(7 as never),
              ]
            : [() => client.users.get(7 as never), () => client.users.erase("  ")];
        for (const call of calls) {
          const made = Promise.resolve().then(call);
          await expect(made).rejects.toThrow(InvalidArgumentError);
        }
      });
    },
  );
});
