import { randomUUID } from 'node:crypto';
import { atomicDifference, independentDifference } from './batch-difference.ts';
import { type Answer, bodyOf, type Command } from './command.ts';
import type { LedgerModel } from './model.ts';
import {
  asOfDifference,
  historyDifference,
  readDifference,
  reportDifference,
  type ShownTransfer,
} from './read-difference.ts';
import { resolveDraft } from './resolve-draft.ts';
import { type Draft, type Program, type Sent, type Step, tenantsPerProgram } from './scenario.ts';
import type { LedgerUnderTest } from './under-test.ts';
import { Worlds } from './worlds.ts';

const hourMs = 3_600_000;
const instant = (atMs: number) => encodeURIComponent(new Date(atMs).toISOString());

/** Thrown when ledger and model disagree; its message is everything the program did. */
export class Disagreement extends Error {}

/** Runs one program step by step against the ledger and its own model, comparing after each. */
export class ProgramRun {
  readonly #worlds: Worlds;
  readonly #tenantIds = Array.from({ length: tenantsPerProgram }, () => `model-${randomUUID()}`);
  readonly #ledger: LedgerUnderTest;
  readonly #program: Program;
  readonly #keyed: Command[] = [];
  readonly #transcript: string[] = [];
  /** The process that last changed a tenant, and when: it must see its own writes, even from its caches. */
  readonly #lastWrites = new Map<string, { process: number; atMs: number }>();

  constructor(ledger: LedgerUnderTest, program: Program) {
    this.#ledger = ledger;
    this.#program = program;
    this.#worlds = new Worlds(ledger.nowMs());
  }

  get rounds(): number {
    return this.#program.length;
  }

  async round(index: number): Promise<void> {
    const step = this.#program[index];
    if (step === undefined) return;
    this.#worlds.advanceTo(this.#ledger.nowMs());
    this.#transcript.push(`at ${new Date(this.#ledger.nowMs()).toISOString()}`);
    await this.#step(step, index);
    // Most answers say the balance themselves; the read is compared now and then, and at the end.
    if (index % 3 !== 2) return;
    for (const tenantId of this.#tenantsOf(step)) await this.#checkBalance(tenantId, index);
  }

  /** Compares what is left at the end: history, past and coming balances, the report. */
  async finish(): Promise<void> {
    this.#worlds.advanceTo(this.#ledger.nowMs());
    for (const [index, tenantId] of this.#tenantIds.entries()) {
      const { isKnown } = this.#worlds.any.tenant(tenantId);
      if (isKnown) await this.#checkBalance(tenantId, index + 1);
      if (index > 0 || !isKnown) continue;
      // An expiry is true when it is due and written down with the next transfer.
      await this.#step({ kind: 'commands', commands: [{ process: index % 2, draft: last(index) }] }, -1);
      const shown = await this.#history(tenantId, index);
      const fault = this.#worlds.narrow((model) => historyDifference(model.tenant(tenantId), shown));
      if (fault !== null) this.fail(`history of ${tenantId}: ${fault}`);
      await this.#checkReads(tenantId, index);
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

  async #checkReads(tenantId: string, index: number): Promise<void> {
    const process = index % this.#ledger.processes.length;
    const nowMs = this.#ledger.nowMs();
    const moments = new Set(
      this.#worlds.any.tenant(tenantId).history.flatMap(({ atMs }) => [atMs, atMs + 1]),
    );
    for (const atMs of [...moments].filter((at) => at <= nowMs).slice(-2)) {
      await this.#read(process, `/credits/balance/${tenantId}?at=${instant(atMs)}`, (model, answer) =>
        asOfDifference(model.tenant(tenantId), atMs, answer),
      );
    }
    const laterMs = nowMs + 5_000;
    await this.#read(process, `/credits/balance/${tenantId}?at=${instant(laterMs)}`, (model, answer) => {
      const future = model.fork();
      future.advanceTo(laterMs);
      return readDifference(future.tenant(tenantId), answer);
    });
    const span = `from=${instant(nowMs - 6 * hourMs)}&to=${instant(nowMs + hourMs)}`;
    await this.#read(process, `/credits/report?tenant_id=${tenantId}&${span}`, (model, answer) =>
      reportDifference(model.tenant(tenantId), answer),
    );
  }

  async #read(
    process: number,
    path: string,
    differenceIn: (model: LedgerModel, answer: Answer) => string | null,
  ): Promise<void> {
    const answer = await this.#ledger.processes[process]!('GET', path);
    const fault = this.#worlds.narrow((model) => differenceIn(model, answer));
    if (fault === null) return;
    this.#transcript.push(`process ${process}: GET ${path} → ${answer.status} ${answer.text}`);
    this.fail(fault);
  }

  fail(what: string): never {
    throw new Disagreement(`${what}\n  ${this.#transcript.join('\n  ')}`);
  }

  async #step(step: Step, index: number): Promise<void> {
    if (step.kind === 'batch') return this.#batch(step);
    const commands = step.commands.map(({ draft }) =>
      resolveDraft(draft, this.#worlds.any, this.#tenantIds, this.#keyed),
    );
    const answers = await Promise.all(commands.map((command, i) => this.#send(step.commands[i]!, command)));
    const pairs = commands.map((command, i) => ({ command, answer: answers[i]! }));
    for (const [i, { command, answer }] of pairs.entries()) {
      this.#note(`process ${step.commands[i]!.process}`, command, answer);
    }
    const fault = this.#worlds.narrowByOrder(pairs);
    if (fault !== null) this.fail(`round ${index}: ${fault}`);
    for (const [i, { command, answer }] of pairs.entries()) {
      if (command.key !== undefined) this.#keyed.push(command);
      if (answer.status !== 200 || answer.replayed) continue;
      const processes = new Set(step.commands.map(({ process }) => process));
      this.#wrote(command.operation.tenantId, processes.size === 1 ? step.commands[i]!.process : null);
    }
  }

  #wrote(tenantId: string, process: number | null): void {
    if (process === null) this.#lastWrites.delete(tenantId);
    else this.#lastWrites.set(tenantId, { process, atMs: this.#ledger.nowMs() });
  }

  async #batch(step: Extract<Step, { kind: 'batch' }>): Promise<void> {
    const commands = step.drafts.map((draft) =>
      resolveDraft(draft, this.#worlds.any, this.#tenantIds, this.#keyed),
    );
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
    const differenceIn = step.mode === 'atomic' ? atomicDifference : independentDifference;
    const fault = this.#worlds.narrow((model) => differenceIn(model, commands, answer));
    if (fault !== null) this.fail(`${step.mode} batch: ${fault}`);
    if (answer.status === 200) this.#keyed.push(...commands.filter(({ key }) => key !== undefined));
    for (const [i, { operation, key }] of commands.entries()) {
      if (answer.body?.results?.[i]?.status === 200)
        this.#wrote(operation.tenantId, key === undefined ? step.process : null);
    }
  }

  async #send({ process }: Sent, command: Command): Promise<Answer> {
    const send = this.#ledger.processes[process]!;
    const path = `/credits/${command.operation.op}`;
    // The key counts the same in the body and in the header.
    if (process === 0 || command.key === undefined)
      return send('POST', path, { ...bodyOf(command), idempotency_key: command.key });
    return send('POST', path, bodyOf(command), command.key);
  }

  #tenantsOf(step: Step): Set<string> {
    const drafts = step.kind === 'batch' ? step.drafts : step.commands.map(({ draft }) => draft);
    return new Set(drafts.map((draft) => this.#tenantIds[draft.op === 'again' ? 0 : draft.tenant]!));
  }

  async #checkBalance(tenantId: string, index: number): Promise<void> {
    const last = this.#lastWrites.get(tenantId);
    // Caches count real time and the ledger's clock jumps, so they are asked while it stands where it stood at the write.
    const mayBeCached = last?.atMs === this.#ledger.nowMs() && index % 2 === 0;
    const process = mayBeCached ? last.process : index % this.#ledger.processes.length;
    const path = `/credits/balance/${tenantId}${mayBeCached ? '' : '?fresh=1'}`;
    await this.#read(process, path, (model, answer) => readDifference(model.tenant(tenantId), answer));
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
