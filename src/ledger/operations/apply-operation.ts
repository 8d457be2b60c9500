import type { TenantBook } from '../book/tenant-book.ts';
import type { Operation } from '../operation.ts';
import { cancel } from './cancel.ts';
import { commit } from './commit.ts';
import { consume } from './consume.ts';
import { acquire } from './leases/acquire.ts';
import { adopt } from './leases/adopt.ts';
import { lose } from './leases/lose.ts';
import { resolve } from './leases/resolve.ts';
import { settle } from './leases/settle.ts';
import { type Outcome, refused } from './outcome.ts';
import { refund } from './refund.ts';
import { reserve } from './reserve.ts';
import { topup } from './topup.ts';

/**
 * Decides one operation against the tenant's book and changes the book accordingly. An operation that is refused, or
 * lacks facts, changes nothing.
 *
 * @param subjectId names the grant or hold it may make.
 */
export function applyOperation(book: TenantBook, operation: Operation, subjectId: string): Outcome {
  if (book.account.version === 0 && operation.op !== 'topup') {
    return refused(404, 'not_found', 'there is no such tenant; its first top-up makes it');
  }
  switch (operation.op) {
    case 'topup':
      return topup(book, operation, subjectId);
    case 'consume':
      return consume(book, operation);
    case 'reserve':
      return reserve(book, operation, subjectId);
    case 'commit':
      return commit(book, operation);
    case 'cancel':
      return cancel(book, operation);
    case 'refund':
      return refund(book, operation);
    case 'acquire':
      return acquire(book, operation);
    case 'settle':
      return settle(book, operation);
    case 'adopt':
      return adopt(book, operation);
    case 'lose':
      return lose(book, operation);
    case 'resolve':
      return resolve(book, operation);
  }
}
