import { expect, test } from 'vitest';
import { looksLikePan } from './looks-like-pan.ts';

test.each([
  '4111111111111111',
  '4111-1111-1111-1111',
  'customer-4111111111111111',
  'acme.378282246310005',
  '7992739871300016',
])('%s does', (name) => expect(looksLikePan(name)).toBe(true));

test.each(['acme', 'acme-42', '01a1fc4d-4b31-775f-b3d8-647730252d1a', '4111111111111112', '1760000000000'])(
  '%s does not',
  (name) => expect(looksLikePan(name)).toBe(false),
);
