import dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import { forbiddenAddress } from './forbidden-address.ts';

/** An address that webhooks are not sent to; trying again later may find another, so it is counted as any failure. */
export class AddressRefusedError extends Error {
  override readonly name = 'AddressRefusedError';
}

/**
 * A `lookup` for `http.request` that hands on only checked addresses. The socket connects to what it hands on and asks
 * no second time, so a name that resolves differently from one moment to the next (DNS rebinding) gains nothing.
 * One forbidden address refuses the name: nobody mixes public and private ones by accident.
 */
export function checkedLookup(allowed: readonly string[]): LookupFunction {
  return (host, options, callback) => {
    dns.lookup(host, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, '');
        return;
      }
      for (const { address } of found) {
        const why = forbiddenAddress(address, allowed);
        if (why !== null) {
          callback(new AddressRefusedError(`${host} resolves to ${address}: ${why}`), '');
          return;
        }
      }
      if (options.all) callback(null, found);
      else callback(null, found[0]!.address, found[0]!.family);
    });
  };
}
