import { describe, expect, test } from 'vitest';
import { maskToken } from '../../platform/sensitive-text/mask-token.ts';
import { maskExpiry } from './mask-expiry.ts';
import { maskIp } from './mask-ip.ts';
import { maskName } from './mask-name.ts';
import { maskUserAgent } from './mask-user-agent.ts';

describe('a token', () => {
  test.each([
    ['', '****'],
    ['1234567', '****'],
    ['12345678', '****5678'],
    ['tok_1MqLQk2eZvKYlo2C', '****lo2C'],
  ])('%j → %s', (token, masked) => expect(maskToken(token)).toBe(masked));
});

describe('a name', () => {
  test.each([
    ['John Doe', 'J.D.'],
    ['jane  doe ', 'J.D.'],
    ['Jean-Luc O’Neill', 'J.O.'],
    ['Madonna', 'M.'],
    ['Dr. Ana María de la Cruz y Ruiz', 'D.A.M.D.L.'],
    ['  ', '****'],
    ['—', '****'],
  ])('%j → %s', (name, masked) => expect(maskName(name)).toBe(masked));
});

describe('an expiry date', () => {
  test.each([
    ['12/2027', '12/****'],
    ['12/27', '12/****'],
    ['3 / 28', '03/****'],
    ['0328', '03/****'],
    ['2028-03', '03/****'],
    ['2028-03-31', '03/****'],
    ['12/****', '12/****'],
    ['13/27', '**/****'],
    ['soon', '**/****'],
  ])('%j → %s', (expiry, masked) => expect(maskExpiry(expiry)).toBe(masked));
});

describe('an address', () => {
  test.each([
    ['203.0.113.77', '203.0.113.0/24'],
    ['::ffff:203.0.113.77', '203.0.113.0/24'],
    ['2001:db8:abcd:12::1', '2001:db8:abcd::/48'],
    ['2001:db8:abcd:12::1%eth0', '2001:db8:abcd::/48'],
    ['::1', '::/48'],
    ['203.0.113.0/24', '203.0.113.0/24'],
    ['2001:db8:abcd::/48', '2001:db8:abcd::/48'],
    ['unix socket', 'unknown'],
    ['', 'unknown'],
  ])('%s → %s', (address, masked) => expect(maskIp(address)).toBe(masked));
});

describe('a user agent', () => {
  const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)';
  test.each([
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/130.0.0.0 Safari/537.36`,
      'Chrome on Windows',
    ],
    [
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/130.0.0.0 Safari/537.36 Edg/130.0`,
      'Edge on Windows',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1',
      'Safari on iOS',
    ],
    ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'bot'],
    ['curl/8.5.0', 'curl'],
    ['python-requests/2.32.3', 'python-requests'],
    ['Jane Doe private client 4111', 'other'],
    ['', 'other'],
  ])('%s → %s', (agent, masked) => expect(maskUserAgent(agent)).toBe(masked));
});
