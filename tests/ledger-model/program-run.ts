import { randomUUID } from 'node:crypto';
import { type Answer, bodyOf, type Command, difference, type Operation } from './command.ts';
import { findOrder } from './find-order.ts';
import { LedgerModel } from './model.ts';
import {
  asOfDifference,
  historyDifference,
  readDifference,
  reportDifference,
  type ShownTransfer,
} from './read-difference.ts';
import { type Draft, type Program, type Sent, type Step, tenantsPerProgram } from './scenario.ts';
import type { Tenant } from './tenant.ts';
import type { LedgerUnderTest } from './under-test.ts';

/** Thrown when ledger and model disagree; its message is everything the program did. */
export class Disagreement extends Error {}

/** Runs one program step by step against the ledger and its own model, comparing after each. */
export class ProgramRun {
  model: LedgerModel;
  readonly tenantIds = Array.from({ length: tenantsPerProgram }, () => `model-${randomUUID()}`);
  readonly #ledger: LedgerUnderTest;
  readonly #program: Program;
  readonly #keyed: Command[] = [];
  readonly #transcript: string[] = [];
  /** The process that last changed a tenant, and when: it must see its own writes, even from its caches. */
  readonly #lastWrites = new Map<string, { process: number; atMs: number }>();

  constructor(ledger: LedgerUnderTest, program: Program) {
    this.#ledger = ledger;
    this.#program = program;
    this.model = new LedgerModel(ledger.nowMs());
  }

  get rounds(): number {
    return this.#program.length;
  }

  async round(index: number): Promise<void> {
    const step = this.#program[index];
    if (step === undefined) return;
    this.model.advanceTo(this.#ledger.nowMs());
    this.#transcript.push(`at ${new Date(this.model.nowMs).toISOString()}`);
    await this.#step(step, index);
    // Most answers say the balance themselves; the read is compared now and then, and at the end.
    if (index % 3 !== 2) return;
    for (const tenantId of this.#tenantsOf(step)) await this.#checkBalance(tenantId, index);
  }

  /** Compares what is left at the end: history, past and coming balances, the report. */
  async finish(): Promise<void> {
    this.model.advanceTo(this.#ledger.nowMs());
    for (const [index, tenantId] of this.tenantIds.entries()) {
      const tenant = this.model.tenant(tenantId);
      if (tenant.isKnown) await this.#checkBalance(tenantId, index + 1);
      if (index > 0 || !tenant.isKnown) continue;
      // An expiry is true when it is due and written down with the next transfer.
      await this.#step({ kind: 'commands', commands: [{ process: index % 2, draft: last(index) }] }, -1);
      const fault = historyDifference(tenant, await this.#history(tenantId, index));
      if (fault !== null) this.fail(`history of ${tenantId}: ${fault}`);
      await this.#checkReads(tenantId, tenant, index);
    }
  }

  async #history(tenantId: string, index: number): Promise<ShownTransfer[]> {
    const shown: ShownTransfer[] = [];
    for (let cursor = ''; ; ) {
      const query = new URLSearchParams({ tenant_id: tenantId, limit: '20', ...(cursor && { cursor }) });
      const { status, body } = await this.#ledger.processes[index % 2]!('GET', `/credits/history?${query}`);
      if (status !== 200) this.fail(`history of ${tenantId}: status ${status}`);
      shown.push(...body.transactions);
      if (body.next_cursor === null) return shown.reverse();
      cursor = body.next_cursor;
    }
  }

  async #checkReads(tenantId: string, tenant: Tenant, index: number): Promise<void> {
    const { nowMs } = this.model;
    const hourMs = 3_600_000;
    const instant = (atMs: number) => encodeURIComponent(new Date(atMs).toISOString());
    const check = async (path: string, compare: (answer: Answer) => string | null) => {
      const answer = await this.#ledger.processes[index % 2]!('GET', path);
      const fault = compare(answer);
      if (fault === null) return;
      this.#transcript.push(`GET ${path} → ${answer.status} ${answer.text}`);
      this.fail(fault);
    };
    const moments = new Set(tenant.history.flatMap(({ atMs }) => [atMs, atMs + 1]));
    for (const atMs of [...moments].filter((at) => at <= nowMs).slice(-2)) {
      const path = `/credits/balance/${tenantId}?at=${instant(atMs)}`;
      await check(path, (answer) => asOfDifference(tenant, atMs, answer));
    }
    const future = this.model.fork();
    future.advanceTo(nowMs + 5_000);
    const path = `/credits/balance/${tenantId}?at=${instant(future.nowMs)}`;
    await check(path, (answer) => readDifference(future.tenant(tenantId), answer));
    const span = `from=${instant(nowMs - 6 * hourMs)}&to=${instant(nowMs + hourMs)}`;
    await check(`/credits/report?tenant_id=${tenantId}&${span}`, (answer) =>
      reportDifference(tenant, answer),
    );
  }

  fail(what: string): never {
    throw new Disagreement(`${what}\n  ${this.#transcript.join('\n  ')}`);
  }

  async #step(step: Step, index: number): Promise<void> {
    if (step.kind === 'batch') return this.#batch(step);
    const commands = step.commands.map(({ draft }) => this.#resolve(draft));
    const answers = await Promise.all(commands.map((command, i) => this.#send(step.commands[i]!, command)));
    const pairs = commands.map((command, i) => ({ command, answer: answers[i]! }));
    for (const [i, { command, answer }] of pairs.entries()) {
      this.#note(`process ${step.commands[i]!.process}`, command, answer);
    }
    if (pairs.length === 1) {
      const { command, answer } = pairs[0]!;
      const fault = difference(this.model.apply(command, answer), answer);
      if (fault !== null) this.fail(`round ${index}: ${fault}`);
    } else {
      const agreed = findOrder(this.model, pairs);
      if (agreed === null) this.fail(`round ${index}: no order of these commands gives these answers`);
      this.model = agreed;
    }
    for (const [i, { command, answer }] of pairs.entries()) {
      if (command.key !== undefined) this.#keyed.push(command);
      if (answer.status !== 200 || answer.replayed) continue;
      const processes = new Set(step.commands.map(({ process }) => process));
      this.#wrote(command.operation.tenantId, processes.size === 1 ? step.commands[i]!.process : null);
    }
  }

  #wrote(tenantId: string, process: number | null): void {
    if (process === null) this.#lastWrites.delete(tenantId);
    else this.#lastWrites.set(tenantId, { process, atMs: this.model.nowMs });
  }

  async #batch(step: Extract<Step, { kind: 'batch' }>): Promise<void> {
    const isAtomic = step.mode === 'atomic';
    const commands = step.drafts.map((draft) => this.#resolve(draft));
    const operations = commands.map((command) => ({
      op: command.operation.op,
      ...bodyOf(command),
      idempotency_key: command.key,
    }));
    const answer = await this.#ledger.processes[step.process]!('POST', '/credits/batch', {
      mode: step.mode,
      operations,
    });
    this.#transcript.push(
      `process ${step.process}: ${step.mode} batch ${JSON.stringify(operations)} → ${answer.status} ${answer.text}`,
    );
    const fault = isAtomic ? this.#applyAtomically(commands, answer) : this.#applyInOrder(commands, answer);
    if (fault !== null) this.fail(`${step.mode} batch: ${fault}`);
    for (const [i, { operation, key }] of commands.entries()) {
      if (answer.body?.results?.[i]?.status === 200)
        this.#wrote(operation.tenantId, key === undefined ? step.process : null);
    }
  }

  #applyInOrder(commands: readonly Command[], answer: Answer): string | null {
    if (answer.status !== 200) return `status ${answer.status}, expected 200`;
    const results = resultsOf(answer);
    if (results.length !== commands.length) return `${results.length} results of ${commands.length} commands`;
    for (const [i, command] of commands.entries()) {
      const result = results[i]!;
      const expected = this.model.apply(command, result);
      // A batch has one header for all its results, so a replay in it shows in its text alone.
      const fault = difference(expected, { ...result, replayed: expected.replayOf !== undefined });
      if (fault !== null) return `results[${i}]: ${fault}`;
      if (command.key !== undefined) this.#keyed.push(command);
    }
    return null;
  }

  #applyAtomically(commands: readonly Command[], answer: Answer): string | null {
    const results = resultsOf(answer);
    const trial = this.model.fork();
    for (const [i, command] of commands.entries()) {
      const result = results[i] ?? { status: 0, text: '', replayed: false, body: undefined };
      const expected = trial.apply(command, result);
      if (expected.status !== 200) {
        const { status, code } = expected;
        const fault = difference(code === undefined ? { status } : { status, code }, answer);
        if (fault !== null) return `it should fail at ${i}: ${fault}`;
        const at = answer.body.failed_index;
        return at === i ? null : `failed_index ${at}, expected ${i}`;
      }
      const found = { ...result, replayed: expected.replayOf !== undefined };
      // Where the batch was refused, one of the commands to come must be why.
      const fault = answer.status === 200 ? difference(expected, found) : null;
      if (fault !== null) return `results[${i}]: ${fault}`;
    }
    if (answer.status !== 200) return `status ${answer.status}, though each of them can be applied`;
    for (const command of commands) if (command.key !== undefined) this.#keyed.push(command);
    this.model = trial;
    return null;
  }

  async #send({ process }: Sent, command: Command): Promise<Answer> {
    const send = this.#ledger.processes[process]!;
    const path = `/credits/${command.operation.op}`;
    // The key counts the same in the body and in the header.
    if (process === 0 || command.key === undefined)
      return send('POST', path, { ...bodyOf(command), idempotency_key: command.key });
    return send('POST', path, bodyOf(command), command.key);
  }

  #resolve(draft: Draft): Command {
    if (draft.op === 'again') {
      const command = this.#keyed[draft.pick % Math.max(1, this.#keyed.length)];
      return command ?? { operation: { op: 'consume', tenantId: this.tenantIds[0]!, amount: 1 } };
    }
    const operation = this.#operationOf(draft, this.tenantIds[draft.tenant]!);
    return draft.key === null ? { operation } : { operation, key: `key ${draft.key}` };
  }

  #operationOf(draft: Exclude<Draft, { op: 'again' }>, tenantId: string): Operation {
    switch (draft.op) {
      case 'topup': {
        const { op, amount, priority, lifeMs } = draft;
        return {
          op,
          tenantId,
          amount,
          ...(priority === 0 ? {} : { priority }),
          ...(lifeMs === null ? {} : { expiresAtMs: this.#ledger.nowMs() + lifeMs }),
        };
      }
      case 'consume':
        return { op: draft.op, tenantId, amount: draft.amount };
      case 'reserve': {
        const { op, amount, ttlSeconds } = draft;
        return { op, tenantId, amount, ...(ttlSeconds === null ? {} : { ttlSeconds }) };
      }
      case 'commit':
        return { op: draft.op, tenantId, holdId: this.#pick('holds', draft), ...partOf(draft) };
      case 'cancel':
        return { op: draft.op, tenantId, holdId: this.#pick('holds', draft) };
      case 'refund':
        return { op: draft.op, tenantId, spendId: this.#pick('spends', draft), ...partOf(draft) };
    }
  }

  /** Mostly the tenant's own, latest first; now and then another tenant's, or nobody's. */
  #pick(kind: 'holds' | 'spends', { tenant, pick }: { tenant: number; pick: number }): string {
    const ownerId = this.tenantIds[pick % 9 === 8 ? (tenant + 1) % tenantsPerProgram : tenant]!;
    const ids = [...this.model.tenant(ownerId)[kind].keys()].reverse();
    return pick === 12 || ids.length === 0 ? randomUUID() : ids[pick % Math.min(ids.length, 4)]!;
  }

  #tenantsOf(step: Step): Set<string> {
    const drafts = step.kind === 'batch' ? step.drafts : step.commands.map(({ draft }) => draft);
    return new Set(drafts.map((draft) => this.tenantIds[draft.op === 'again' ? 0 : draft.tenant]!));
  }

  async #checkBalance(tenantId: string, index: number): Promise<void> {
    const last = this.#lastWrites.get(tenantId);
    // Caches count real time and the ledger's clock jumps, so they are asked while it stands where it stood at the write.
    const mayBeCached = last?.atMs === this.model.nowMs && index % 2 === 0;
    const process = mayBeCached ? last.process : index % this.#ledger.processes.length;
    const path = `/credits/balance/${tenantId}${mayBeCached ? '' : '?fresh=1'}`;
    const answer = await this.#ledger.processes[process]!('GET', path);
    const fault = readDifference(this.model.tenant(tenantId), answer);
    if (fault !== null) {
      this.#transcript.push(`process ${process}: GET ${path} → ${answer.status} ${answer.text}`);
      this.fail(`round ${index}, balance: ${fault}`);
    }
  }

  #note(who: string, { operation, key }: Command, { status, text, replayed }: Answer): void {
    const under = key === undefined ? '' : ` under "${key}"`;
    this.#transcript.push(
      `${who}: ${JSON.stringify(operation)}${under} → ${status}${replayed ? ' replayed' : ''} ${text}`,
    );
  }
}

const last = (tenant: number): Draft => ({
  op: 'topup',
  tenant,
  key: null,
  amount: 1,
  priority: 0,
  lifeMs: null,
});

const partOf = ({ amount }: { amount?: number | null }) => (amount == null ? {} : { amount });

function resultsOf(answer: Answer): Answer[] {
  const results: { status: number; body: unknown }[] = answer.body?.results ?? [];
  return results.map(({ status, body }) => ({ status, body, text: JSON.stringify(body), replayed: false }));
}
