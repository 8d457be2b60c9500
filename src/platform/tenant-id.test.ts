import { expect, test } from 'vitest';
import { tenantIdFault } from './tenant-id.ts';

test.each([
  'default',
  'a',
  'team-1',
  'billing@example.com',
  '4111111111111112',
  '1234567890123456',
  'x'.repeat(128),
])('takes %s', (id) => expect(tenantIdFault(id)).toBeNull());

test.each(['', '-a', '*', 'a b', "x' OR 1=1", 'x'.repeat(129), 'a\u0000', 'é'])(
  'refuses the form of %j',
  (id) => expect(tenantIdFault(id)).toMatch(/^must be/),
);

test.each(['4111111111111111', '4111-1111-1111-1111', '378282246310005', '4222222222222'])(
  'refuses %s, which passes for a card number, without repeating it',
  (id) => {
    expect(tenantIdFault(id)).toMatch(/card number/);
    expect(tenantIdFault(id)).not.toContain(id);
  },
);
