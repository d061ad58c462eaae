/** Exports that are handed on while they come. */
import { IncompleteAnswerError } from "./errors.js";
import type { CallOptions, Send } from "./sending.js";
export declare const PATIENCE = 75000;
/** Yield the pieces of an export. Throws unless `isWholeWith` says of the last that it is whole. */
export declare function exported(send: Send, target: string, isWholeWith: (piece: Uint8Array) => boolean, options?: CallOptions, id?: string): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>;
export declare function incomplete(): IncompleteAnswerError;
