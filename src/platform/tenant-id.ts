import { identifierFault } from './sensitive-text/identifier-fault.ts';

/** Long enough for a UUID with a prefix or an address, short enough for an index key. */
const form = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/;

/**
 * Why a text cannot name a tenant, or null when it can. The text itself is never part of the answer: it may be a card
 * number, which must reach neither logs nor answers.
 */
export function tenantIdFault(text: string): string | null {
  if (!form.test(text)) {
    return 'must be 1 to 128 letters, digits or . _ : @ - and start with a letter or digit';
  }
  return identifierFault(text);
}
