import type { Balances } from '../book/entities.ts';
import { saveBook } from '../book/save-book.ts';
import { balancesOf } from '../book/tenant-book.ts';
import type { Answer, Envelope, Idempotency, Operation } from '../operation.ts';
import { applyOperation } from '../operations/apply-operation.ts';
import { isLogged, type Missing, type Refused, refused } from '../operations/outcome.ts';
import { type BatchFacts, keyOf } from './batch-facts.ts';
import { type Step, tenantsOf, type Unit, type UnitAnswer } from './unit.ts';

/** A key that was used for the first time, and what it was answered. */
export interface NewKey {
  tenantId: string;
  idempotency: Idempotency;
  status: number;
  body: string;
}

/** An operation that was refused, for the audit log. */
export interface Refusal {
  operation: Operation;
  refused: Refused;
  envelope: Envelope;
  /** The accounts it was refused on; a later operation of the batch may have changed them. */
  balances: Balances;
}

/** How a refusal is told; the HTTP layer's problem document, so that what is stored is what is sent. */
export type RenderRefusal = (refusal: Refused, requestId: string) => string;

/** The answers of a batch and, beside its books, what is to be written. */
export interface Decisions {
  answers: Map<Unit, UnitAnswer>;
  newKeys: NewKey[];
  refusals: Refusal[];
  /** Kind and result of each operation, for the metrics. */
  results: { op: Operation['op']; result: string }[];
}

/** Refusals that are facts about the ledger and are repeated to the same key; a 400 is a fault of the request alone. */
const keptStatuses = new Set([200, 402, 404, 409, 410]);

export function noDecisions(): Decisions {
  return { answers: new Map(), newKeys: [], refusals: [], results: [] };
}

/**
 * Decides the units in their order, as far as the facts go.
 *
 * @returns the units that could not be decided before more grants of some tenants are read, still in order, with those
 *   tenants. A tenant that waits keeps all its later units waiting.
 */
export function decideUnits(
  units: readonly Unit[],
  facts: BatchFacts,
  render: RenderRefusal,
  decisions: Decisions,
): { waiting: Unit[]; short: Set<string> } {
  const short = new Set<string>();
  const blocked = new Set<string>();
  const waiting: Unit[] = [];
  for (const unit of units) {
    const tenants = tenantsOf(unit);
    const shortTenant = tenants.some((tenant) => blocked.has(tenant))
      ? null
      : decideUnit(unit, facts, render, decisions);
    if (shortTenant === 'decided') continue;
    if (shortTenant !== null) short.add(shortTenant);
    for (const tenant of tenants) blocked.add(tenant);
    waiting.push(unit);
  }
  return { waiting, short };
}

/** @returns 'decided', or the tenant whose grants must be read first; then nothing was changed. */
function decideUnit(unit: Unit, facts: BatchFacts, render: RenderRefusal, decisions: Decisions): string {
  const before = knownAnswer(unit.tenantId, unit.idempotency, facts, unit.envelope, render);
  if (before !== null) {
    decisions.answers.set(unit, { ...before, steps: [] });
    for (const { operation } of unit.steps) {
      decisions.results.push({
        op: operation.op,
        result: before.replayed ? 'replayed' : 'idempotency_key_reused',
      });
    }
    return 'decided';
  }
  return unit.steps.length === 1 && unit.atomic !== true
    ? decideSingle(unit, unit.steps[0]!, facts, render, decisions)
    : decideTogether(unit, facts, render, decisions);
}

function decideSingle(
  unit: Unit,
  step: Step,
  facts: BatchFacts,
  render: RenderRefusal,
  decisions: Decisions,
): string {
  const answer = decideStep(step, unit.envelope, facts, render, decisions);
  if ('kind' in answer) return step.operation.tenantId;
  decisions.answers.set(unit, { ...answer, steps: [answer] });
  return 'decided';
}

/** All steps or none. */
function decideTogether(unit: Unit, facts: BatchFacts, render: RenderRefusal, decisions: Decisions): string {
  const books = new Set(unit.steps.map((step) => facts.books.get(step.operation.tenantId)!));
  const restoreBooks = [...books].map(saveBook);
  const made = noDecisions();
  const undo = () => {
    for (const restore of restoreBooks) restore();
    for (const { tenantId, idempotency } of made.newKeys) facts.known.delete(keyOf(tenantId, idempotency));
  };
  const steps: Answer[] = [];
  let failed = -1;
  for (const [i, step] of unit.steps.entries()) {
    const answer = decideStep(step, unit.envelope, facts, render, made);
    if ('kind' in answer) {
      undo();
      return step.operation.tenantId;
    }
    steps.push(answer);
    if (answer.status === 200) continue;
    failed = i;
    undo();
    break;
  }
  finishTogether(unit, steps, failed, made, facts, decisions);
  return 'decided';
}

function finishTogether(
  unit: Unit,
  steps: Answer[],
  failed: number,
  made: Decisions,
  facts: BatchFacts,
  decisions: Decisions,
): void {
  const answer = failed === -1 ? { status: 200, body: stepsBody(steps) } : steps[failed]!;
  decisions.refusals.push(...made.refusals);
  if (failed === -1) {
    decisions.newKeys.push(...made.newKeys);
    decisions.results.push(...made.results);
  } else {
    decisions.results.push(
      ...unit.steps.map(({ operation }) => ({ op: operation.op, result: 'not_applied' })),
    );
  }
  const { status, body } = failed === -1 ? answer : failedBody(steps[failed]!, failed, unit.steps.length);
  keep(unit.tenantId, unit.idempotency, { status, body }, facts, decisions);
  decisions.answers.set(unit, { status, body, replayed: false, steps });
}

export function stepsBody(steps: readonly Pick<Answer, 'status' | 'body'>[]): string {
  return `{"results":[${steps.map(({ status, body }) => `{"status":${status},"body":${body}}`).join(',')}]}`;
}

/** The problem of the step that failed, with its place among the others. */
function failedBody(step: Answer, failed: number, count: number): { status: number; body: string } {
  const where = `"failed_index":${failed},"operations":${count},"applied":0`;
  return { status: step.status, body: `{${where},${step.body.slice(1)}` };
}

function decideStep(
  step: Step,
  envelope: Envelope,
  facts: BatchFacts,
  render: RenderRefusal,
  decisions: Decisions,
): Answer | Missing {
  const { operation, idempotency } = step;
  const before = knownAnswer(operation.tenantId, idempotency, facts, envelope, render);
  if (before !== null) {
    decisions.results.push({
      op: operation.op,
      result: before.replayed ? 'replayed' : 'idempotency_key_reused',
    });
    return before;
  }
  const book = facts.books.get(operation.tenantId)!;
  book.cause = envelope;
  const outcome = applyOperation(book, operation, step.subjectId);
  if (outcome.kind === 'missing') return outcome;
  const isDone = outcome.kind === 'done';
  const body = isDone ? outcome.body : render(outcome, envelope.requestId);
  decisions.results.push({ op: operation.op, result: isDone ? 'done' : outcome.code });
  if (!isDone && isLogged(outcome) && book.account.version > 0)
    decisions.refusals.push({ operation, refused: outcome, envelope, balances: balancesOf(book.account) });
  const answer = { status: outcome.status, body, replayed: false };
  keep(operation.tenantId, idempotency, answer, facts, decisions);
  return answer;
}

function keep(
  tenantId: string,
  idempotency: Idempotency | null,
  { status, body }: Pick<Answer, 'status' | 'body'>,
  facts: BatchFacts,
  decisions: Decisions,
): void {
  if (idempotency === null || !keptStatuses.has(status)) return;
  decisions.newKeys.push({ tenantId, idempotency, status, body });
  // A second request with the key may stand in the same batch.
  facts.known.set(keyOf(tenantId, idempotency), { requestSha256: idempotency.requestSha256, status, body });
}

/** What the key was answered before, or that it was used for something else; null where it is new. */
function knownAnswer(
  tenantId: string,
  idempotency: Idempotency | null,
  facts: BatchFacts,
  envelope: Envelope,
  render: RenderRefusal,
): Answer | null {
  if (idempotency === null) return null;
  const known = facts.known.get(keyOf(tenantId, idempotency));
  if (known === undefined) return null;
  if (known.requestSha256.equals(idempotency.requestSha256)) {
    return { status: known.status, body: known.body, replayed: true };
  }
  const reused = refused(
    422,
    'idempotency_key_reused',
    'the idempotency key was used for a different request before',
  );
  return { status: reused.status, body: render(reused, envelope.requestId), replayed: false };
}
