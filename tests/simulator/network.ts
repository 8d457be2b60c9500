import type { LedgerTransport } from '../../src/sidecar/core/protocol.ts';
import { checkLease, checkTenant, fingerprint } from './check-ledger.ts';
import type { LedgerModel } from './ledger-model.ts';
import type { Message, MessageAnswer, SimulatedLedger } from './messages.ts';
import type { Trouble } from './options.ts';
import type { SidecarProcess } from './process.ts';
import type { Truth } from './truth.ts';
import { Violation } from './violation.ts';

/** A sidecar gives up on a request after that. */
const timeoutMs = 1_500;

export interface NetworkOptions {
  ledger: SimulatedLedger;
  /** What the ledger has done so far, to be looked at. */
  model: LedgerModel;
  truth: Truth;
  trouble: Trouble;
  random(): number;
  nowMs(): number;
  at(atMs: number, event: () => void | Promise<void>): void;
  /** Runs something in a process, when it is not paused, if it lives. */
  act(process: SidecarProcess, work: () => void): void;
}

interface Sent {
  message: Message;
  /** What its first copy was answered. */
  answered: MessageAnswer | null;
}

/** Carries messages as networks do: late, twice, in another order or never; and checks what the ledger does with each. */
export class Network {
  readonly #options: NetworkOptions;
  readonly #epochs = new Map<string, { epoch: number; incarnations: Map<string, number> }>();
  /** Late copies of registers that still wander about. */
  readonly #registers: Sent[] = [];
  ledgerDownUntilMs = 0;
  calm = false;

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  transportOf(process: SidecarProcess): LedgerTransport {
    const { instance } = process.pod;
    const send = (message: Message, done: (answer: never) => void) =>
      this.#send(process, message, done as (answer: MessageAnswer) => void);
    return {
      register: (request, done) => send({ kind: 'register', instance, request }, done),
      acquire: (request, done) =>
        send({ kind: 'acquire', instance, request }, (answer: never) => {
          const { kind, leaseId } = answer as { kind: string; leaseId: string };
          if (kind === 'granted') process.grantedHere.add(leaseId);
          done(answer);
        }),
      settle: (settlements, done) => {
        for (const { leaseId, final } of settlements) if (final) this.#options.truth.finalSent(leaseId);
        send({ kind: 'settle', settlements }, done);
      },
    };
  }

  /** A copy of a register that was sent long ago arrives. */
  deliverStaleRegister(): void | Promise<void> {
    const sent = this.#registers[Math.floor(this.#options.random() * this.#registers.length)];
    if (sent !== undefined) return this.#deliver(sent, null, () => {});
  }

  #send(process: SidecarProcess, message: Message, done: (answer: MessageAnswer) => void): void {
    if (!process.alive) return;
    const { trouble, random, at, act, nowMs } = this.#options;
    const sent: Sent = { message, answered: null };
    if (message.kind === 'register') {
      this.#registers.push(sent);
      if (this.#registers.length > 12) this.#registers.shift();
    }
    let isOver = false;
    const finish = (answer: MessageAnswer) => {
      isOver = true;
      act(process, () => done(answer));
    };
    at(nowMs() + timeoutMs, () => {
      if (!isOver) finish({ kind: 'away', retryAfterMs: null, reason: 'timeout' });
    });
    if (process.pod.partitionedUntilMs > nowMs()) return;
    let copies = this.calm || random() >= trouble.loseMessage ? 1 : 0;
    if (!this.calm && random() < trouble.duplicateMessage) copies++;
    for (let copy = 0; copy < copies; copy++)
      at(nowMs() + this.#delayMs(), () => this.#deliver(sent, process, finish));
  }

  #delayMs(): number {
    const { trouble, random } = this.#options;
    const usual = random() * trouble.delayMs;
    return !this.calm && random() < trouble.lateMessage ? usual * (random() < 0.1 ? 1_000 : 50) : usual;
  }

  #deliver(
    sent: Sent,
    process: SidecarProcess | null,
    finish: (answer: MessageAnswer) => void,
  ): void | Promise<void> {
    const { ledger, model, nowMs } = this.#options;
    if (this.ledgerDownUntilMs > nowMs()) return;
    const isRepeated = wasDone(sent.answered);
    const before = isRepeated ? fingerprint(model) : '';
    const availableBefore = available(model);
    const done = (answer: MessageAnswer): void => {
      if (isRepeated && fingerprint(model) !== before)
        throw new Violation('I7', `a second ${sent.message.kind} changed ${before} to ${fingerprint(model)}`);
      this.#check(sent.message, answer, availableBefore);
      sent.answered ??= answer;
      this.#answer(process, answer, finish);
    };
    const answer = ledger.handle(sent.message);
    return answer instanceof Promise ? answer.then(done) : done(answer);
  }

  #answer(process: SidecarProcess | null, answer: MessageAnswer, finish: (answer: MessageAnswer) => void) {
    const { trouble, random, at, nowMs } = this.#options;
    if (process === null || (!this.calm && random() < trouble.loseMessage)) return;
    at(nowMs() + this.#delayMs(), () => {
      if (process.pod.partitionedUntilMs <= nowMs()) finish(answer);
    });
  }

  #check(message: Message, answer: MessageAnswer, availableBefore: number): void {
    const { model, truth } = this.#options;
    for (const [tenantId, tenant] of model.tenants) checkTenant(tenantId, tenant);
    if (message.kind === 'register') this.#checkEpoch(message.instance, message.request.incarnation, answer);
    if (message.kind === 'acquire' && answer.kind === 'granted') {
      const { epoch } = this.#epochs.get(message.instance)!;
      if (message.request.epoch !== epoch)
        throw new Violation('I6', `epoch ${message.request.epoch} was granted a lease, it is at ${epoch}`);
    }
    if (message.kind !== 'settle') {
      if (available(model) > availableBefore) throw new Violation('I4', `${message.kind} gave credits back`);
      return;
    }
    for (const [i, { leaseId, epoch }] of message.settlements.entries()) {
      checkLease(model, truth, leaseId);
      const item = answer.kind === 'answered' ? answer.items[i] : undefined;
      const { instance } = model.leases.get(leaseId) ?? {};
      const current = this.#epochs.get(instance ?? '')?.epoch ?? 0;
      if (item?.kind === 'settled' && item.state === 'active' && epoch < current)
        throw new Violation('I6', `${leaseId} was renewed for epoch ${epoch}, it is at ${current}`);
    }
  }

  /** Epochs only grow, and an incarnation has one. */
  #checkEpoch(instance: string, incarnation: string, answer: MessageAnswer): void {
    if (answer.kind !== 'registered') return;
    const known = this.#epochs.get(instance) ?? { epoch: 0, incarnations: new Map<string, number>() };
    const before = known.incarnations.get(incarnation);
    if (before === undefined && answer.epoch <= known.epoch)
      throw new Violation(
        'I6',
        `a new incarnation of ${instance} got epoch ${answer.epoch} after ${known.epoch}`,
      );
    if (before !== undefined && answer.epoch !== before)
      throw new Violation('I7', `an incarnation of ${instance} got epoch ${before}, then ${answer.epoch}`);
    known.incarnations.set(incarnation, answer.epoch);
    known.epoch = Math.max(known.epoch, answer.epoch);
    this.#epochs.set(instance, known);
  }
}

/** Whether the first copy was carried out; one that was refused may be carried out when it comes again. */
function wasDone(answer: MessageAnswer | null): boolean {
  if (answer === null) return false;
  if (answer.kind === 'answered') return answer.items.every(({ kind }) => kind === 'settled');
  return answer.kind === 'granted' || answer.kind === 'registered';
}

function available(model: LedgerModel): number {
  let sum = 0;
  for (const tenant of model.tenants.values()) sum += tenant.available;
  return sum;
}
