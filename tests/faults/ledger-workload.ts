import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../ledger-model/command.ts';
import { sendTo } from '../ledger-model/processes.ts';
import type { Cluster } from './ledger-cluster.ts';

/** A request that stays the same however often it is sent. */
export interface Keyed {
  op: 'topup' | 'consume' | 'reserve' | 'commit' | 'cancel' | 'refund';
  tenantId: string;
  key: string;
  body: Record<string, unknown>;
}

export interface Acknowledged extends Keyed {
  status: number;
  text: string;
}

/** What the clients know when they stop. */
export interface Records {
  acknowledged: Acknowledged[];
  /** Sent, never answered and not asked for again: done once or not at all. */
  abandoned: Keyed[];
  attempts: number;
  /** Answers that were no answer: refused connections, resets, timeouts, 5xx, by kind. */
  lost: Record<string, number>;
}

/** Statuses that settle a request for good; every other is asked for again with the same key. */
const settled = new Set([200, 400, 402, 404, 409, 410, 422]);
/** Above the slowest answer of a healthy process on two busy cores, below what a client would wait. */
const timeoutMs = 5_000;
/** After the last fault everything must be answered within this. */
const patienceMs = 60_000;

export interface WorkloadOptions {
  cluster: Cluster;
  apiKey: string;
  tenants: number;
  records: Records;
}

export function newRecords(): Records {
  return { acknowledged: [], abandoned: [], attempts: 0, lost: {} };
}

/** What clients share: holds and spends that any of them may end or refund, several at once if it so happens. */
export class Workload {
  readonly #options: WorkloadOptions;
  readonly #holds: { tenantId: string; id: string }[] = [];
  readonly #spends: { tenantId: string; id: string }[] = [];

  #stoppedMs: number | null = null;

  constructor(options: WorkloadOptions) {
    this.#options = options;
  }

  /** No new requests from now on; open ones are retried until they are answered. */
  stop(): void {
    this.#stoppedMs = Date.now();
  }

  /** One client: a request at a time until it is told to stop. */
  async client(random: () => number): Promise<void> {
    while (this.#stoppedMs === null) {
      const first = this.#draw(random);
      if (random() < 0.1) {
        const more = Array.from({ length: 1 + Math.floor(random() * 8) }, () => this.#draw(random));
        await this.#batch([first, ...more], random);
      } else {
        await this.#single(first, random);
      }
    }
  }

  #draw(random: () => number): Keyed {
    const { tenants } = this.#options;
    // Every fourth request is about one tenant, where they all meet.
    const tenantId = `faulty-${random() < 0.25 ? 0 : Math.floor(random() * tenants)}`;
    const amount = 1 + Math.floor(random() * 20);
    const key = randomUUID();
    const about = (list: { tenantId: string; id: string }[]) =>
      list.splice(Math.floor(random() * list.length), random() < 0.7 ? 1 : 0)[0] ?? list.at(-1);
    const kind = random();
    if (kind < 0.15) {
      const expires_at =
        random() < 0.3 ? new Date(Date.now() + 3_000 + random() * 10_000).toISOString() : undefined;
      const body = { tenant_id: tenantId, amount: amount * 10, reference: key, expires_at };
      return { op: 'topup', tenantId, key, body };
    }
    if (kind > 0.6) {
      const isRefund = kind > 0.85;
      const found = about(isRefund ? this.#spends : this.#holds);
      if (found !== undefined) {
        const part = random() < 0.3 ? 1 + Math.floor(random() * 10) : undefined;
        const common = { tenantId: found.tenantId, key };
        if (isRefund) {
          const body = { tenant_id: found.tenantId, transaction_id: found.id, amount: part };
          return { ...common, op: 'refund', body };
        }
        const body = { tenant_id: found.tenantId, reservation_id: found.id };
        return kind < 0.78
          ? { ...common, op: 'commit', body: { ...body, amount: part } }
          : { ...common, op: 'cancel', body };
      }
    }
    if (kind > 0.35) {
      const body = { tenant_id: tenantId, amount, ttl_seconds: 1 + Math.floor(random() * 8) };
      return { op: 'reserve', tenantId, key, body };
    }
    return { op: 'consume', tenantId, key, body: { tenant_id: tenantId, amount, reference: key } };
  }

  async #single(request: Keyed, random: () => number): Promise<void> {
    const answer = await this.#untilSettled(request.op, request.body, request.key, random);
    if (answer === null) this.#options.records.abandoned.push(request);
    else this.#acknowledge(request, answer);
  }

  async #batch(requests: Keyed[], random: () => number): Promise<void> {
    const { records } = this.#options;
    const operations = requests.map(({ op, key, body }) => ({ op, ...body, idempotency_key: key }));
    const mode = random() < 0.3 ? 'atomic' : 'independent';
    const key = random() < 0.5 ? randomUUID() : undefined;
    const answer = await this.#untilSettled('batch', { mode, operations }, key, random);
    if (answer === null) return void records.abandoned.push(...requests);
    // Refused as a whole: nothing of it was done, and if it was, there are more transfers than were asked for.
    if (mode === 'atomic' && answer.status !== 200) return;
    if (answer.status !== 200) throw new Error(`batch: ${answer.status} ${answer.text}`);
    for (const [i, request] of requests.entries()) {
      const { status, body: result } = answer.body.results[i];
      if (settled.has(status))
        this.#acknowledge(request, { ...answer, status, body: result, text: JSON.stringify(result) });
      else records.abandoned.push(request);
    }
  }

  #acknowledge(request: Keyed, { status, text, body }: Answer): void {
    this.#options.records.acknowledged.push({ ...request, status, text });
    if (status !== 200) return;
    const { tenantId } = request;
    if (request.op === 'reserve') this.#holds.push({ tenantId, id: body.reservation_id });
    if (request.op === 'consume' || request.op === 'commit')
      this.#spends.push({ tenantId, id: body.transaction_id });
  }

  /** Sends until an answer settles it. @returns null where the client loses interest after the first failure. */
  async #untilSettled(
    path: string,
    body: unknown,
    key: string | undefined,
    random: () => number,
  ): Promise<Answer | null> {
    const { cluster, apiKey, records } = this.#options;
    const losesInterest = random() < 0.03;
    for (let attempt = 0; ; attempt++) {
      const url = cluster.urls[Math.floor(random() * cluster.urls.length)]!;
      // Now and then a client gives up while its request is being worked on, and asks again.
      const patience = random() < 0.02 ? 1 + Math.floor(random() * 20) : timeoutMs;
      records.attempts++;
      const send = sendTo(url, apiKey, () => AbortSignal.timeout(patience));
      const outcome = await send('POST', `/credits/${path}`, body, key).catch((error: Error) =>
        nameOf(error),
      );
      if (typeof outcome === 'object' && settled.has(outcome.status)) return outcome;
      const lost = typeof outcome === 'string' ? outcome : `${outcome.status} ${outcome.body?.code}`;
      records.lost[lost] = (records.lost[lost] ?? 0) + 1;
      if (losesInterest) return null;
      if (this.#stoppedMs !== null && Date.now() > this.#stoppedMs + patienceMs)
        throw new Error(`no answer to ${path} after ${attempt} attempts: ${lost}`);
      await sleep(20 + random() * 180);
    }
  }
}

function nameOf(error: Error): string {
  const cause = error.cause as { code?: string } | undefined;
  return cause?.code ?? error.name;
}
