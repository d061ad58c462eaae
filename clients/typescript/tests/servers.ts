/** Servers that fail on purpose. */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import { type AddressInfo, createServer as createSocketServer, type Socket } from "node:net";
import { gzipSync } from "node:zlib";

/** A request as it came. */
export interface Asked {
  method: string;
  target: string;
  headers: [string, string][];
  body: string;
}

/** What a server answers: an answer of HTTP, or a fault. */
export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  json?: unknown;
  text?: string | { $repeat: [string, number] };
  gzip?: boolean;
  fault?: "drop" | "truncated" | "silence" | "no_http";
}

export interface Play {
  address: string;
  asked: Asked[];
  close(): Promise<void>;
}

/** The answer of a read. */
export const READ = {
  summary_text: "No memories found.",
  summary_struct: {},
  confidence: 0,
  revocation_token: `rev_${"x".repeat(43)}`,
  expires_at: "2026-11-25T12:00:00Z",
};

/** Serve these answers, one after the other. */
export async function playing(answers: readonly Answer[]): Promise<Play> {
  const asked: Asked[] = [];
  const play = await listening(async (request, response) => {
    const body = await bodyOf(request);
    const answer = answers[asked.length] ?? { status: 418, text: "Nobody expected this request." };
    asked.push({
      method: request.method ?? "",
      target: request.url ?? "",
      headers: pairs(request),
      body,
    });
    give(response, answer, play.address);
  });
  return { ...play, asked };
}

/** Pass requests on to the service, and lose its first answers after they were made. */
export async function losingAnswers(service: string, losing: number): Promise<Omit<Play, "asked">> {
  let left = losing;
  return listening(async (request, response) => {
    const body = await bodyOf(request);
    const answer = await fetch(service + request.url, {
      method: request.method ?? "",
      headers: pairs(request).filter(([name]) =>
        /^(x-api-key|content-type|idempotency-key)$/i.test(name),
      ),
      ...(body && { body }),
    });
    const text = await answer.text();
    if (left-- > 0) response.socket?.destroy();
    else response.writeHead(answer.status, { "Content-Type": "application/json" }).end(text);
  });
}

/** Serve connections by sockets alone, in ways in which no server of HTTP would. */
export async function answering(reply: (socket: Socket) => void): Promise<Omit<Play, "asked">> {
  const sockets = new Set<Socket>();
  const server = createSocketServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    socket.once("data", () => reply(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Return an address at which nothing listens. */
export async function closedAddress(): Promise<string> {
  const { address, close } = await answering(() => {});
  await close();
  return address;
}

async function listening(listener: RequestListener): Promise<Omit<Play, "asked">> {
  const server = createServer({ joinDuplicateHeaders: false }, listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}

function pairs(request: IncomingMessage): [string, string][] {
  const raw = request.rawHeaders;
  return raw.flatMap((name, at) => (at % 2 ? [] : [[name, raw[at + 1] ?? ""] as [string, string]]));
}

function give(response: ServerResponse, answer: Answer, address: string): void {
  const { fault, status = 200 } = answer;
  if (fault === "silence") return;
  if (fault === "drop") {
    response.socket?.destroy();
  } else if (fault === "no_http") {
    response.socket?.end("220 mail.example ESMTP\r\n\r\n");
  } else {
    const content = contentOf(answer);
    for (const [name, value] of Object.entries(headersOf(answer))) {
      response.setHeader(name, value.replace("{server}", address));
    }
    if (status !== 204) response.setHeader("Content-Length", content.length);
    response.writeHead(status, { Connection: "close" });
    if (fault === "truncated")
      response.write(content.subarray(0, content.length / 2), () => response.destroy());
    else response.end(content);
  }
}

function contentOf(answer: Answer): Buffer {
  const { json, text = "", gzip } = answer;
  const told = typeof text === "string" ? text : text.$repeat[0].repeat(text.$repeat[1]);
  const content = Buffer.from(json === undefined ? told : JSON.stringify(json));
  return gzip ? gzipSync(content) : content;
}

function headersOf(answer: Answer): Record<string, string> {
  return {
    ...(answer.json !== undefined && { "Content-Type": "application/json" }),
    ...(answer.gzip && { "Content-Encoding": "gzip" }),
    ...answer.headers,
  };
}
