/** What is waited for, and what ends the wait. */
import { createServer } from "node:net";
import { describe, expect, test, vi } from "vitest";
import * as errors from "../src/errors.js";
import { MemoryScope } from "../src/index.js";
import { type Answer, answering, closedAddress, type Play, playing, READ } from "./servers.js";

const apiKey = "sk_test_madeUpForTheTestsOfAllClients0003gPeCQ";
const revocationToken = READ.revocation_token;
const SOON = 100; // milliseconds

async function against(answers: Answer[], use: (client: MemoryScope, play: Play) => Promise<void>) {
  const play = await playing(answers);
  try {
    await use(new MemoryScope({ apiKey, baseURL: play.address }), play);
  } finally {
    await play.close();
  }
}

describe("a signal", () => {
  test("that was aborted before sends nothing", async () => {
    await against([], async (client, play) => {
      const reason = new Error("never mind");
      const call = client.usage.get({ signal: AbortSignal.abort(reason) });
      await expect(call).rejects.toBe(reason);
      expect(play.asked).toEqual([]);
    });
  });

  test("ends a call that waits for its answer, which is not sent again", async () => {
    await against([{ fault: "silence" }], async (client, play) => {
      const controller = new AbortController();
      const call = client.usage.get({ signal: controller.signal });
      const ended = expect(call).rejects.toThrow(/abort/i);
      await vi.waitFor(() => expect(play.asked).toHaveLength(1));
      controller.abort();
      await ended;
      expect((await call.catch((error) => error)).name).toBe("AbortError");
      expect(play.asked).toHaveLength(1);
    });
  });

  test("ends a pause between two attempts", async () => {
    await against([{ status: 503, headers: { "Retry-After": "60" } }], async (client, play) => {
      const controller = new AbortController();
      const call = client.usage.get({ signal: controller.signal });
      const ended = expect(call).rejects.toBe("enough");
      await vi.waitFor(() => expect(client.rateLimit).toBeNull());
      await vi.waitFor(() => expect(play.asked).toHaveLength(1));
      setTimeout(() => controller.abort("enough"), SOON);
      await ended;
      expect(play.asked).toHaveLength(1);
    });
  });

  test("keeps nothing of the calls that ended before", async () => {
    await against([{ json: READ }, { json: READ }], async (client) => {
      const { signal } = new AbortController();
      const [added, removed] = [
        vi.spyOn(signal, "addEventListener"),
        vi.spyOn(signal, "removeEventListener"),
      ];
      await client.memory.continue({ revocationToken }, { signal });
      expect(added).toHaveBeenCalled();
      expect(removed.mock.calls.map(([, heard]) => heard)).toEqual(
        expect.arrayContaining(added.mock.calls.map(([, heard]) => heard)),
      );
    });
  });

  test("ends an export in the middle", async () => {
    const server = await answering((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{"user_id":"u"');
    });
    const client = new MemoryScope({ apiKey, baseURL: server.address });
    const controller = new AbortController();
    const pieces = client.users.exportStream("u", { signal: controller.signal });
    expect((await pieces.next()).done).toBe(false);
    controller.abort("enough");
    await expect(pieces.next()).rejects.toBe("enough");
    await server.close();
  });
});

describe("a timeout", () => {
  test("is an error of its own, and each attempt has its own", async () => {
    await against([{ fault: "silence" }, { json: READ }], async (client, play) => {
      const found = await client.memory.continue({ revocationToken }, { timeout: 300 });
      expect(found.confidence).toBe(0);
      expect(play.asked).toHaveLength(2);
    });
    await against([{ fault: "silence" }], async (client) => {
      const error = await client.usage
        .get({ timeout: SOON, maxRetries: 0 })
        .catch((error) => error);
      expect(error).toBeInstanceOf(errors.APITimeoutError);
      expect(error).toMatchObject({ reason: "read_timeout", requestSent: true, status: null });
    });
  });

  test("holds for an answer that comes in drops", async () => {
    const server = await answering((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{");
      const drops = setInterval(() => socket.write(" "), 20);
      socket.on("close", () => clearInterval(drops));
    });
    const client = new MemoryScope({
      apiKey,
      baseURL: server.address,
      maxRetries: 0,
      timeout: SOON,
    });
    await expect(client.usage.get()).rejects.toThrow(errors.APITimeoutError);
    await server.close();
  });

  test("holds for a fetch that heeds no signal", async () => {
    const never = (() => new Promise(() => {})) as typeof fetch;
    const client = new MemoryScope({
      apiKey,
      baseURL: "https://memory.example",
      fetch: never,
      maxRetries: 0,
    });
    await expect(client.usage.get({ timeout: SOON })).rejects.toThrow(errors.APITimeoutError);
  });
});

describe("why there is no answer", () => {
  async function failure(baseURL: string): Promise<errors.APIConnectionError> {
    const client = new MemoryScope({ apiKey, baseURL, maxRetries: 0, timeout: 5000 });
    const error = await client.usage.get().catch((error) => error);
    expect(error).toBeInstanceOf(errors.APIConnectionError);
    expect(error.cause).toBeUndefined();
    return error;
  }

  test("a name that nobody knows", async () => {
    const error = await failure("https://memory-scope.invalid");
    expect(error).toMatchObject({ reason: "name_not_found", requestSent: false });
    expect(error.message).toContain("memory-scope.invalid");
  });

  test("a port at which nothing listens", async () => {
    const address = await closedAddress();
    const error = await failure(address);
    expect(error).toMatchObject({ reason: "refused", requestSent: false });
    expect(error.message).toContain(`${new URL(address).host} refused`);
  });

  test("a port that fetch asks nothing of", async () => {
    expect(await failure("http://127.0.0.1:9")).toMatchObject({
      reason: "unreachable",
      requestSent: false,
    });
  });

  test.each<[string, string, errors.FailureReason]>([
    ["nothing", "", "broken_off"],
    ["half", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", "broken_off"],
    ["no HTTP", "220 mail.example ESMTP\r\n\r\n", "no_http"],
  ])("a server that says %s", async (_, said, reason) => {
    const server = await answering((socket) => socket.end(said));
    expect(await failure(server.address)).toMatchObject({ reason, requestSent: true });
    await server.close();
  });

  test("a server that speaks no TLS", async () => {
    const server = await answering((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const error = await failure(server.address.replace("http:", "https:"));
    expect(error).toMatchObject({ reason: "tls", requestSent: false });
    await server.close();
  });

  test("a server that hangs up at once", async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    expect((await failure(`http://127.0.0.1:${port}`)).reason).toBe("broken_off");
    await new Promise((resolve) => server.close(resolve));
  });
});

describe("an export", () => {
  const WHOLE =
    '{"user_id":"u","memories":[{"value_json":{"a":"}\\\\\\"]","complete":true}}],"complete":true}';

  test("comes whole, in whatever pieces", async () => {
    for (const size of [1, 7, 1000]) {
      const server = await answering(async (socket) => {
        socket.write(
          `HTTP/1.1 200 OK\r\nContent-Length: ${WHOLE.length}\r\nConnection: close\r\n\r\n`,
        );
        for (let at = 0; at < WHOLE.length; at += size) {
          socket.write(WHOLE.slice(at, at + size));
          await new Promise(setImmediate);
        }
      });
      const client = new MemoryScope({ apiKey, baseURL: server.address });
      const exported = await client.users.export("u");
      expect(exported.memories[0]?.valueJson).toEqual({ a: '}\\"]', complete: true });
      await server.close();
    }
  });

  test("that ends wherever else is none", async () => {
    for (let length = 1; length < WHOLE.length; length += 1) {
      const fetch = async () => new Response(WHOLE.slice(0, length));
      const client = new MemoryScope({ apiKey, baseURL: "https://memory.example", fetch });
      await expect(client.users.export("u"), String(length)).rejects.toThrow(
        errors.IncompleteAnswerError,
      );
    }
  });

  test("that is left early lets the connection go", async () => {
    let cancelled = false;
    const body = () =>
      new ReadableStream({
        pull: (controller) => controller.enqueue(new TextEncoder().encode('{"a":1')),
        cancel: () => {
          cancelled = true;
        },
      });
    const client = new MemoryScope({
      apiKey,
      baseURL: "https://memory.example",
      fetch: async () => new Response(body()),
    });
    for await (const _ of client.users.exportStream("u")) break;
    expect(cancelled).toBe(true);
  });
});
