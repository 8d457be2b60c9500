import { move, transferableSymbol, valueSymbol } from 'piscina';

/** A task's answer of which some buffers are moved to the receiver instead of copied. */
export function movable<T extends object>(value: T, buffers: ArrayBuffer[]): T {
  return move({ [transferableSymbol]: buffers, [valueSymbol]: value } as never) as unknown as T;
}
