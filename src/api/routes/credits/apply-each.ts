import type { BatchKey, Ledger, Request } from '../../../ledger/engine/create-ledger.ts';
import { stepsBody } from '../../../ledger/engine/decide-batch.ts';
import type { Answer, Envelope } from '../../../ledger/operation.ts';
import { isAssayError, NotFoundError } from '../../../platform/errors.ts';
import { problemText } from '../../problem-text.ts';
import type { BatchOperation } from './read-batch.ts';

/**
 * Each for itself. One that the ledger could not take says so in its place.
 *
 * @throws what befell all of them, where it took none.
 */
export async function applyEach(
  ledger: Ledger,
  requests: readonly BatchOperation[],
  { tenantId, idempotency }: BatchKey,
  envelope: Envelope,
): Promise<Answer> {
  let isKnown = false;
  if (idempotency !== null) {
    const claim = await ledger.claim({ tenantId, idempotency }, envelope);
    if (claim.status !== 200) return claim;
    isKnown = claim.replayed;
  }
  const own = requests.filter((request): request is Request => !(request instanceof NotFoundError));
  const settled = await ledger.applyEach(own, envelope);
  if (own.length > 0) assertAnyTaken(settled);
  const next = settled.values();
  const answers = requests.map((request) => {
    if (request instanceof NotFoundError) return failure(request, envelope.requestId);
    const outcome = next.next().value!;
    return outcome.status === 'fulfilled' ? outcome.value : failure(outcome.reason, envelope.requestId);
  });
  return { status: 200, body: stepsBody(answers), replayed: isKnown && settled.every(isAsBefore) };
}

/** What is never stored, and answered to the same request in the same way: faults of the request. */
const unstored: ReadonlySet<number> = new Set([400, 422]);

/**
 * Whether an operation was answered what it was answered before. The batch's key is claimed first, and then there may have
 * been no room for the operations: sent again, it is they who are new.
 */
function isAsBefore(outcome: PromiseSettledResult<Answer>): boolean {
  return outcome.status === 'fulfilled' && (outcome.value.replayed || unstored.has(outcome.value.status));
}

/** Where nothing was taken, the caller is told when to come back, as with a single operation. */
function assertAnyTaken(settled: readonly PromiseSettledResult<Answer>[]): void {
  const failures = settled.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  if (failures.length < settled.length) return;
  // One whose fate is unknown may have been applied, which must not be told as "nothing was changed".
  throw failures.find((error) => isAssayError(error) && error.code === 'outcome_unknown') ?? failures[0];
}

function failure(error: unknown, requestId: string): Answer {
  if (!isAssayError(error)) throw error;
  return { status: error.status, body: problemText(error, requestId), replayed: false };
}
