import type { SidecarProcess } from './process.ts';

export interface ClientStats {
  allowed: number;
  insufficient: number;
  unavailable: number;
}

const reservationTtlMs = 2_000;
const waitMs = 400;

/** One thing that a service asks of its sidecar; says in `expected` what it was granted. */
export function actAsClient(
  process: SidecarProcess,
  tenantId: string,
  random: () => number,
  stats: ClientStats,
): void {
  const { engine } = process;
  const choice = random();
  const amount = random() < 0.9 ? 1 + Math.floor(random() * 5) : 1 + Math.floor(random() * 200);
  if (choice < 0.6) {
    const code = engine.decide(tenantId, amount);
    if (code >= 0) process.expected += amount;
    count(stats, code >= 0 ? 'allowed' : code === -1 ? 'insufficient' : 'unavailable');
  } else if (choice < 0.7) consumeOnce(process, tenantId, amount, random, stats);
  else if (choice < 0.8) {
    engine.consumeSoon({ tenantId, amount }, waitMs, ({ kind }) => {
      if (kind === 'allowed') process.expected += amount;
      count(stats, kind);
    });
  } else if (choice < 0.9) {
    const result = engine.reserve({ tenantId, amount }, reservationTtlMs);
    count(stats, result.kind);
    if (result.kind !== 'reserved') return;
    process.expected += amount;
    process.reservations.push({ tenantId, id: result.reservationId, amount });
  } else endReservation(process, random);
}

/** With a `request_id`, a third of the time one that was used before. */
function consumeOnce(
  process: SidecarProcess,
  tenantId: string,
  amount: number,
  random: () => number,
  stats: ClientStats,
): void {
  const { engine, requestIds } = process;
  const used = [...requestIds.keys()];
  const isRepeated = used.length > 0 && random() < 0.33;
  const id = isRepeated ? used[Math.floor(random() * used.length)]! : `${tenantId}-${random()}`;
  const asked = requestIds.get(id) ?? amount;
  const { kind } = engine.consume({
    tenantId: isRepeated ? id.slice(0, id.indexOf('-')) : tenantId,
    amount: asked,
    requestId: id,
  });
  count(stats, kind);
  if (kind !== 'allowed' || isRepeated) return;
  process.expected += asked;
  requestIds.set(id, asked);
  if (requestIds.size > 20) requestIds.delete(used[0]!);
}

function endReservation(process: SidecarProcess, random: () => number): void {
  const index = Math.floor(random() * process.reservations.length);
  const reservation = process.reservations[index];
  if (reservation === undefined) return;
  process.reservations.splice(index, 1);
  const { tenantId, id, amount } = reservation;
  const part = random() < 0.5 ? amount : 1 + Math.floor(random() * amount);
  const result =
    random() < 0.3 ? process.engine.cancel(tenantId, id) : process.engine.commit(tenantId, id, part);
  if (result.kind === 'ended') process.expected -= result.released;
}

function count(stats: ClientStats, kind: string): void {
  if (kind === 'allowed' || kind === 'reserved') stats.allowed++;
  else if (kind === 'insufficient') stats.insufficient++;
  else stats.unavailable++;
}
