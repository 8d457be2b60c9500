/** How fragments combine: one after another, one or another, again and again. */
import { anywhere, nowhere } from './context.ts';
import { type Arrow, and, type Fragment, type PositionBuilder, restrict } from './position-builder.ts';

export const nothing: Fragment = { first: [], last: [], nullable: anywhere };

export function sequence(builder: PositionBuilder, parts: Iterable<Fragment>): Fragment {
  let whole = nothing;
  for (const part of parts) whole = followedBy(builder, whole, part);
  return whole;
}

function followedBy(builder: PositionBuilder, a: Fragment, b: Fragment): Fragment {
  if (a === nothing) return b;
  builder.join(a.last, b.first);
  return {
    first: a.nullable === nowhere ? a.first : [...a.first, ...restrict(b.first, a.nullable)],
    last: b.nullable === nowhere ? b.last : [...restrict(a.last, b.nullable), ...b.last],
    nullable: and(a.nullable, b.nullable),
  };
}

export function alternatives(parts: readonly Fragment[]): Fragment {
  if (parts.length === 1) return parts[0]!;
  return {
    first: parts.flatMap((part) => part.first),
    last: parts.flatMap((part) => part.last),
    nullable: parts.reduce((mask, part) => mask | part.nullable, nowhere),
  };
}

/**
 * `r{min,max}`. Every copy is built anew. Greedy or lazy is the same language, and so is dropping an
 * iteration that matches nothing, as JavaScript does once `min` is reached: what remains is shorter.
 */
export function repeat(builder: PositionBuilder, build: () => Fragment, min: number, max: number): Fragment {
  if (max === 0) return nothing;
  const sizeBefore = builder.size;
  const first = build();
  const sizeOfOne = builder.size - sizeBefore;
  if (sizeOfOne === 0) return builder.empty(min === 0 ? anywhere : first.nullable);
  // A body that may match nothing anywhere can always skip: r{3,5} is then r{0,5}, joined linearly.
  const required = first.nullable === anywhere ? 0 : min;
  const copies = max === Number.POSITIVE_INFINITY ? Math.max(required, 1) : max;
  builder.reserve(sizeOfOne * (copies - 1));
  let made = 0;
  const next = () => (made++ === 0 ? first : build());
  if (max !== Number.POSITIVE_INFINITY) {
    const head = sequence(builder, times(required, next));
    return sequence(builder, [head, optionalChain(builder, times(max - required, next))]);
  }
  const head = sequence(builder, times(copies - 1, next));
  return sequence(builder, [head, loop(builder, next(), required === 0)]);
}

function* times(count: number, make: () => Fragment): Iterable<Fragment> {
  for (let k = 0; k < count; k++) yield make();
}

function loop(builder: PositionBuilder, body: Fragment, optional: boolean): Fragment {
  if (!body.looped) builder.join(body.last, body.first);
  return { ...body, nullable: optional ? anywhere : body.nullable, looped: true };
}

/** `(r(r(r)?)?)?`: each copy reached only from the one before, so that joins stay linear. */
function optionalChain(builder: PositionBuilder, parts: Iterable<Fragment>): Fragment {
  let first: readonly Arrow[] | undefined;
  let previous: readonly Arrow[] = [];
  const last: Arrow[] = [];
  for (const part of parts) {
    first ??= part.first;
    builder.join(previous, part.first);
    previous = part.last;
    for (const arrow of part.last) last.push(arrow);
  }
  return { first: first ?? [], last, nullable: anywhere };
}
