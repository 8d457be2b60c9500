import type { LedgerTransport } from '../core/protocol.ts';
import type { HttpAnswer, HttpClient } from './http-client.ts';
import { readAcquired, readRegistered, readSettled } from './read-answers.ts';

/**
 * The ledger over HTTP: `/leases/*` of the API.
 *
 * @param instance names this holder, the same after a restart.
 */
export function createHttpTransport(client: HttpClient, instance: string): LedgerTransport {
  const post = <T>(
    path: string,
    body: unknown,
    read: (answer: HttpAnswer | Error) => T,
    done: (answer: T) => void,
  ) => client.post(path, body, (answer) => done(read(answer)));
  return {
    register: ({ incarnation, bootId, journal }, done) => {
      const slots = journal.map(({ leaseId, watermark }) => ({ lease_id: leaseId, watermark }));
      const body = { instance, incarnation, boot_id: bootId, journal: slots };
      post('/leases/register', body, readRegistered, done);
    },
    acquire: ({ tenantId, epoch, requestId, want, min }, done) => {
      const body = { tenant_id: tenantId, instance, epoch, request_id: requestId, want, min };
      post('/leases/acquire', body, readAcquired, done);
    },
    settle: (settlements, done) => {
      const items = settlements.map(({ leaseId, epoch, cumulativeSpent, final }) => ({
        lease_id: leaseId,
        epoch,
        cumulative_spent: cumulativeSpent,
        final,
      }));
      post('/leases/settle', { settlements: items }, (answer) => readSettled(answer, items.length), done);
    },
  };
}
