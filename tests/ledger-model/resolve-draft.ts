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
    case 'commit': {
      const { tenantId, id } = pick('holds', draft, model, tenantIds);
      return { op: draft.op, tenantId, holdId: id, ...partOf(draft) };
    }
    case 'cancel': {
      const { tenantId, id } = pick('holds', draft, model, tenantIds);
      return { op: draft.op, tenantId, holdId: id };
    }
    case 'refund': {
      const { tenantId, id } = pick('spends', draft, model, tenantIds);
      return { op: draft.op, tenantId, spendId: id, ...partOf(draft) };
    }
  }
}

type Kind = 'holds' | 'spends';

/**
 * Mostly one of the latest that can still be ended or refunded, of another tenant where this one has none; now and then
 * one that cannot, one of another tenant asked for in this one's name, or nobody's.
 */
function pick(
  kind: Kind,
  { tenant, pick }: { tenant: number; pick: number },
  model: LedgerModel,
  tenantIds: Tenants,
): { tenantId: string; id: string } {
  const own = tenantIds[tenant]!;
  const tenantId =
    pick < 8 ? ([own, ...tenantIds].find((id) => openOf(kind, model, id).length > 0) ?? own) : own;
  const ownerId = pick === 8 ? tenantIds[(tenant + 1) % tenantIds.length]! : tenantId;
  const open = openOf(kind, model, ownerId);
  const ids = pick < 8 && open.length > 0 ? open : [...model.tenant(ownerId)[kind].keys()];
  const id = pick === 12 || ids.length === 0 ? randomUUID() : ids.at(-1 - (pick % Math.min(ids.length, 4)))!;
  return { tenantId, id };
}

function openOf(kind: Kind, model: LedgerModel, tenantId: string): string[] {
  const { holds, spends } = model.tenant(tenantId);
  if (kind === 'holds') return [...holds].filter(([, { state }]) => state === 'pending').map(([id]) => id);
  return [...spends].filter(([, { credits }]) => credits.length > 0).map(([id]) => id);
}

const partOf = ({ amount }: { amount?: number | null }) => (amount == null ? {} : { amount });
