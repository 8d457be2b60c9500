export interface TypeCounts {
  total: number;
  detected: number;
}

/** Recall by attack type; null: attacks without one. */
export interface AttackTypes {
  byType: Map<string | null, TypeCounts>;
  /** Attacks of types beyond `attackTypesMax`. */
  others: TypeCounts;
}

/** Types reported by name: more cannot be read, and a data set with a type for every request must not cost memory. */
export const attackTypesMax = 200;

export function emptyAttackTypes(): AttackTypes {
  return { byType: new Map(), others: { total: 0, detected: 0 } };
}

/**
 * Merges, then keeps the types that come first in code-unit order. A type among the first of all is among the first
 * of any part, so its counts are complete in whatever order parts are merged.
 */
export function mergeAttackTypes(a: AttackTypes, b: AttackTypes): AttackTypes {
  const all = new Map<string | null, TypeCounts>();
  for (const { byType } of [a, b]) {
    for (const [type, counts] of byType) all.set(type, add(all.get(type), counts));
  }
  return limitAttackTypes({ byType: all, others: add(a.others, b.others) });
}

export function limitAttackTypes(types: AttackTypes): AttackTypes {
  if (types.byType.size <= attackTypesMax) return types;
  // Not by locale: every thread must sort alike. `null` comes first.
  const inOrder = [...types.byType].sort(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1));
  const others = inOrder.slice(attackTypesMax).reduce((sum, [, counts]) => add(sum, counts), types.others);
  return { byType: new Map(inOrder.slice(0, attackTypesMax)), others };
}

function add(a: TypeCounts | undefined, b: TypeCounts): TypeCounts {
  return { total: (a?.total ?? 0) + b.total, detected: (a?.detected ?? 0) + b.detected };
}
