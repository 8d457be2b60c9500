import type { ClientBase } from 'pg';
import { exchangeWithin } from '../../platform/database/exchange/exchange.ts';
import type { TenantBook } from '../book/tenant-book.ts';
import { readGrant } from './rows.ts';
import { statement } from './statements.ts';

/** Reads the next grants of tenants whose loaded ones do not reach, `count` of each. */
export async function readMoreGrants(
  client: ClientBase,
  books: readonly TenantBook[],
  count: number,
  answerTimeoutMs: number,
): Promise<void> {
  const results = await exchangeWithin(
    client,
    books.map((book) => nextGrants(book, count)),
    answerTimeoutMs,
  );
  for (const [i, book] of books.entries()) {
    const grants = (results[i] ?? []).map(readGrant);
    for (const grant of grants) book.addStoredGrant(grant);
    // A copy: the grant itself changes with the batch, its rank does not.
    book.frontier = grants.length < count ? 'all' : { ...grants[grants.length - 1]! };
  }
}

function nextGrants(book: TenantBook, count: number) {
  const { frontier } = book;
  if (frontier === 'all') throw new Error('all grants of the tenant are loaded and do not reach its balance');
  const { priority, expiresAtMs, number } = frontier ?? {
    priority: -2147483648,
    expiresAtMs: -Infinity,
    number: 0,
  };
  return statement('grants-after', [
    book.account.tenantId,
    String(priority),
    timestampText(expiresAtMs),
    String(number),
    String(count),
  ]);
}

function timestampText(ms: number): string {
  if (ms === Infinity) return 'infinity';
  return ms === -Infinity ? '-infinity' : new Date(ms).toISOString();
}
