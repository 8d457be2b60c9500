import type { Answer, Envelope, Idempotency, Operation } from '../operation.ts';

/** One operation, and the key it came with. */
export interface Step {
  operation: Operation;
  idempotency: Idempotency | null;
  /** Names the grant or hold it may make. */
  subjectId: string;
}

/**
 * What is applied whole or not at all: one operation, an atomic batch of them, or none, which claims a key
 * or only has the tenant's due expiries posted. A unit has a key of its own where a batch has one; that of a single operation is its step's.
 */
export interface Unit {
  /** Whose keys the unit's own is among. */
  tenantId: string;
  steps: readonly Step[];
  idempotency: Idempotency | null;
  envelope: Envelope;
  /** A batch, answered as one even where it has a single step. */
  atomic?: boolean;
}

/** The answer to a unit, and to each of its steps in their order. */
export interface UnitAnswer extends Answer {
  steps: readonly Answer[];
}

export interface PendingUnit {
  unit: Unit;
  resolve(answer: UnitAnswer): void;
  reject(error: unknown): void;
}

/** Every tenant whose row the unit locks. */
export function tenantsOf(unit: Unit): string[] {
  const tenants = unit.steps.map((step) => step.operation.tenantId);
  if (unit.idempotency !== null || tenants.length === 0) tenants.push(unit.tenantId);
  return tenants;
}
