/** The tools for the AI SDK, with a model that says what a test tells it to. */
import { generateText, isStepCount } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { describe, expect, expectTypeOf, test } from "vitest";
import { type Denied, memoryTools, READABLE } from "../src/ai.js";
import { MemoryScope } from "../src/index.js";
import { READ } from "./servers.js";

const apiKey = "sk_test_madeUpForTheTestsOfAllClients0003gPeCQ";
const baseURL = "https://memory.example";
const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};
const DENIED = {
  detail: "Purpose class 'recommendation' not allowed for scope 'preferences'",
  code: "policy_denied",
  hint: "Nobody may.",
};
const STORED = {
  id: "1",
  user_id: "u",
  scope: "preferences",
  domain: null,
  created_at: "2026-11-24T12:00:00Z",
  expires_at: null,
};

/** Return a model that calls the tool once, and then says that it is done. */
function calling(toolName: string, input: object): MockLanguageModelV4 {
  const call = {
    type: "tool-call",
    toolCallId: "1",
    toolName,
    input: JSON.stringify(input),
  } as const;
  const finish = (unified: "tool-calls" | "stop") => ({ unified, raw: undefined });
  return new MockLanguageModelV4({
    doGenerate: [
      { content: [call], finishReason: finish("tool-calls"), usage, warnings: [] },
      {
        content: [{ type: "text", text: "Done." }],
        finishReason: finish("stop"),
        usage,
        warnings: [],
      },
    ],
  });
}

/** Let a model call a tool; return what the service was sent, what the model was told, and what it saw. */
async function played(
  toolName: string,
  input: object,
  status: number,
  body: object,
  more: object = {},
) {
  const sent: { path: string; body: Record<string, unknown> }[] = [];
  const fetch = async (url: unknown, init?: RequestInit) => {
    sent.push({ path: new URL(String(url)).pathname, body: JSON.parse(String(init?.body)) });
    return Response.json(body, { status });
  };
  const client = new MemoryScope({
    apiKey,
    baseURL,
    fetch: fetch as typeof globalThis.fetch,
    maxRetries: 0,
  });
  const model = calling(toolName, input);
  const { steps, text } = await generateText({
    model,
    prompt: "Hello",
    tools: memoryTools({
      client,
      userId: "user_8",
      purpose: "recommendation: gift ideas",
      ...more,
    }),
    stopWhen: isStepCount(3),
  });
  const told = steps[0]?.content.find(({ type }) => /tool-(result|error)/.test(type));
  return { sent, told, text, model };
}

describe("recall", () => {
  test("reads for the purpose and about the person that the application says", async () => {
    const body = { ...READ, summary_struct: { likes: ["tea"] }, confidence: 0.47 };
    const input = {
      scope: "preferences",
      domain: "food",
      userId: "somebody else",
      purpose: "book a table",
    };
    const { sent, told, text, model } = await played("recall", input, 200, body);
    expect(sent).toEqual([
      {
        path: "/memory/read",
        body: {
          user_id: "user_8",
          scope: "preferences",
          domain: "food",
          purpose: "recommendation: gift ideas",
          detail: true,
        },
      },
    ]);
    expect(told).toMatchObject({
      output: { found: true, summary: { likes: ["tea"] }, memory: "No memories found." },
    });
    expect(JSON.stringify(model.doGenerateCalls)).not.toContain(READ.revocation_token);
    expect(text).toBe("Done.");
  });

  test("a denial is a result, and the model goes on", async () => {
    const { told, text } = await played("recall", { scope: "preferences" }, 403, DENIED);
    expect(told).toMatchObject({
      type: "tool-result",
      output: { denied: true, reason: DENIED.detail, hint: DENIED.hint },
    });
    expect(text).toBe("Done.");
  });

  test("what goes wrong is an error of the tool", async () => {
    const { told } = await played("recall", { scope: "preferences" }, 503, {});
    expect(told).toMatchObject({ type: "tool-error" });
  });

  test("a scope that is not open is not asked for, whatever the model says", async () => {
    const more = { scopes: ["constraints"] };
    const { sent, told } = await played("recall", { scope: "preferences" }, 200, READ, more);
    expect(sent).toEqual([]);
    expect(told).toMatchObject({ output: { denied: true } });
  });
});

describe("remember", () => {
  test("stores what a model says as a guess, in the domain of the application", async () => {
    const input = { scope: "preferences", value: { likes: ["tea_and_cake"] }, domain: "other" };
    const { sent, told } = await played("remember", input, 201, STORED, { domain: "food" });
    expect(sent[0]?.body).toEqual({
      user_id: "user_8",
      scope: "preferences",
      domain: "food",
      source: "inferred",
      value_json: { likes: ["tea_and_cake"] },
    });
    expect(told).toMatchObject({ output: { remembered: true } });
  });

  test("a value that does not fit is told, so that the model can mend it", async () => {
    const errors = [{ field: "value_json", message: "It has no known shape" }];
    const body = { detail: "Wrong", code: "invalid_value", errors };
    const { told } = await played("remember", { scope: "preferences", value: { a: 1 } }, 422, body);
    expect(told).toMatchObject({
      output: { remembered: false, reason: "Wrong It has no known shape" },
    });
  });
});

describe("what a model is offered", () => {
  test("names scopes and values, and neither person nor purpose", async () => {
    const { model } = await played("recall", { scope: "preferences" }, 200, READ, {
      domain: "food",
    });
    const offered = model.doGenerateCalls[0]?.tools?.map((one) => {
      const { name, inputSchema } = one as { name: string; inputSchema: { properties: object } };
      return [name, Object.keys(inputSchema.properties)];
    });
    expect(offered).toEqual([
      ["recall", ["scope"]],
      ["remember", ["scope", "value"]],
    ]);
    expect(JSON.stringify(model.doGenerateCalls[0]?.tools)).toContain(
      '"enum":["preferences","constraints"]',
    );
  });

  test("a scope that the purpose may not read does not compile", () => {
    const client = new MemoryScope({ apiKey, baseURL });
    const bound = { client, userId: "u" };
    memoryTools({ ...bound, purpose: "task_execution: book a table", scopes: ["constraints"] });
    // @ts-expect-error: task execution may not read preferences
    memoryTools({ ...bound, purpose: "task_execution: book a table", scopes: ["preferences"] });
    // @ts-expect-error: there is no such class
    memoryTools({ ...bound, purpose: "gossip: tell me" });
    // @ts-expect-error: the purpose says its class
    memoryTools({ ...bound, purpose: "book a table" });
    expectTypeOf<Denied["denied"]>().toEqualTypeOf<true>();
  });

  test("without scopes it is all that the class may read", () => {
    expect(READABLE.task_execution).toEqual(["constraints", "schedule"]);
  });
});
