/** What the service answers of the record. */
import type { Result } from "./results.js";
import type { Json, KeyEnvironment, PurposeClass, Scope } from "./vocabulary.js";
/** An event of the record. It holds no value, no token and no key. */
export interface AuditEvent {
    id: string;
    eventType: string;
    appId: string | null;
    environment: string;
    apiKeyId: string | null;
    subjectId: string | null;
    userId: string | null;
    scope: Scope | null;
    domain: string | null;
    purpose: string | null;
    purposeClass: PurposeClass | null;
    /** Of many memories the first 100. */
    memoryIds: string[];
    revocationGrantId: string | null;
    reasonCode: string | null;
    decisionId: string | null;
    policyVersion: string | null;
    requestId: string | null;
    serverRequestId: string | null;
    createdAt: Date;
    /** As the service wrote it: its keys are not renamed. */
    meta: Record<string, Json>;
}
/** The latest seal of a chain: of a project's environment, or of what concerns both. */
export interface LatestSeal {
    appId: string;
    environment: KeyEnvironment | "both";
    number: number;
    /** How many events the chain has sealed so far. */
    events: number;
    sealedAt: Date;
    /** The seal itself, a compact JWS: keep it where nobody can rewrite it. */
    token: string;
}
/** The latest seal of each chain of the record; of one that was never sealed there is none. */
export interface LatestSeals extends Result {
    seals: LatestSeal[];
}
