import { randomUUID } from 'node:crypto';
import type { Command, Operation } from './command.ts';
import type { LedgerModel } from './model.ts';
import type { Draft } from './scenario.ts';

type Tenants = readonly string[];

/**
 * Makes a command of a draft, with the holds and spends there are by now.
 *
 * @param keyed the commands that were sent under a key so far.
 */
export function resolveDraft(
  draft: Draft,
  model: LedgerModel,
  tenantIds: Tenants,
  keyed: readonly Command[],
): Command {
  if (draft.op === 'again') {
    const command = keyed[draft.pick % Math.max(1, keyed.length)];
    return command ?? { operation: { op: 'consume', tenantId: tenantIds[0]!, amount: 1 } };
  }
  const operation = operationOf(draft, model, tenantIds);
  return draft.key === null ? { operation } : { operation, key: `key ${draft.key}` };
}

function operationOf(
  draft: Exclude<Draft, { op: 'again' }>,
  model: LedgerModel,
  tenantIds: Tenants,
): Operation {
  const tenantId = tenantIds[draft.tenant]!;
  switch (draft.op) {
    case 'topup': {
      const { op, amount, priority, lifeMs } = draft;
      return {
        op,
        tenantId,
        amount,
        ...(priority === 0 ? {} : { priority }),
        ...(lifeMs === null ? {} : { expiresAtMs: model.nowMs + lifeMs }),
      };
    }
    case 'consume':
      return { op: draft.op, tenantId, amount: draft.amount };
    case 'reserve': {
      const { op, amount, ttlSeconds } = draft;
      return { op, tenantId, amount, ...(ttlSeconds === null ? {} : { ttlSeconds }) };
    }
    case 'commit':
      return { op: draft.op, tenantId, holdId: pick('holds', draft, model, tenantIds), ...partOf(draft) };
    case 'cancel':
      return { op: draft.op, tenantId, holdId: pick('holds', draft, model, tenantIds) };
    case 'refund':
      return { op: draft.op, tenantId, spendId: pick('spends', draft, model, tenantIds), ...partOf(draft) };
  }
}

/**
 * Mostly one of the tenant's own latest that can still be ended or refunded; now and then one that cannot, another
 * tenant's, or nobody's.
 */
function pick(
  kind: 'holds' | 'spends',
  { tenant, pick }: { tenant: number; pick: number },
  model: LedgerModel,
  tenantIds: Tenants,
): string {
  const { holds, spends } = model.tenant(tenantIds[pick === 8 ? (tenant + 1) % tenantIds.length : tenant]!);
  const open =
    kind === 'holds'
      ? [...holds].filter(([, hold]) => hold.state === 'pending')
      : [...spends].filter(([, spend]) => spend.credits.length > 0);
  const all = [...(kind === 'holds' ? holds : spends)];
  const ids = (pick < 8 && open.length > 0 ? open : all).map(([id]) => id).reverse();
  return pick === 12 || ids.length === 0 ? randomUUID() : ids[pick % Math.min(ids.length, 4)]!;
}

const partOf = ({ amount }: { amount?: number | null }) => (amount == null ? {} : { amount });
