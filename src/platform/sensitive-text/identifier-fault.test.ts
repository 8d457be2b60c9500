import { describe, expect, test } from 'vitest';
import { identifierFault } from './identifier-fault.ts';

describe('an identifier', () => {
  test.each([
    'acme',
    'card_testing_v2',
    'pm_team_2024',
    'order-1017',
    '1767225600123456',
    'api-7d9f8b6c5-x2x4z',
    '019c12c4-0e7b-7c3e-9d44-5b1f0a6c2e11',
  ])('may be %s', (text) => {
    expect(identifierFault(text)).toBeNull();
  });

  test.each([
    ['4111111111111111', /card number/],
    ['order-4111-1111-1111-1111', /card number/],
    ['tok_visa1234', /token or a key/],
    ['pm_1MqLiJLkdIwHu7ixUEgbFdYF', /token or a key/],
    [`assay_${'0'.repeat(12)}_${'0'.repeat(48)}`, /token or a key/],
    ['user:sk_live_4eC39HqLyjWDarjt', /token or a key/],
  ])('may not be %s', (text, why) => {
    expect(identifierFault(text)).toMatch(why);
    expect(identifierFault(text)).not.toContain(text);
  });
});
