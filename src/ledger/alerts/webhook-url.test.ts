import { describe, expect, test } from 'vitest';
import { urlFault } from './webhook-url.ts';

describe('refuses', () => {
  test.each([
    ['http://hooks.example.com/x', 'https'],
    ['ftp://hooks.example.com/x', 'https'],
    ['file:///etc/passwd', 'https'],
    ['https://user:secret@hooks.example.com/', 'credentials'],
    ['https://hooks.example.com/#here', 'fragment'],
    ['https://127.0.0.1/', 'itself'],
    // The URL parser makes plain addresses of these, as a browser does.
    ['https://2130706433/', 'itself'],
    ['https://0x7f.1/', 'itself'],
    ['https://0177.0.0.1/', 'itself'],
    ['https://127.1/', 'itself'],
    ['https://①②⑦.0.0.1/', 'itself'],
    ['https://[::1]/', 'itself'],
    ['https://[::ffff:10.0.0.1]/', 'private'],
    ['https://[64:ff9b::a00:1]/', 'NAT64'],
    ['https://169.254.169.254/latest/meta-data', 'link-local'],
    ['https://localhost/', 'public host'],
    ['https://LOCALHOST./', 'public host'],
    ['https://api.localhost/', 'public host'],
    ['https://metadata.google.internal/', 'public host'],
    ['https://printer.local/', 'public host'],
    ['https://intranet/', 'public host'],
    ['not a url', 'not a URL'],
    [`https://hooks.example.com/${'x'.repeat(2_048)}`, 'longer'],
  ])('%s', (url, why) => {
    expect(urlFault(url, [])).toContain(why);
  });
});

test('takes https to a public host, with a port and a query', () => {
  expect(urlFault('https://hooks.example.com:8443/assay?team=1', [])).toBeNull();
  expect(urlFault('https://8.8.8.8/', [])).toBeNull();
});

test('http and private addresses are for ranges that the operator allows, by number', () => {
  const allowed = ['127.0.0.1/32'];
  expect(urlFault('http://127.0.0.1:9000/', allowed)).toBeNull();
  expect(urlFault('http://127.0.0.2:9000/', allowed)).not.toBeNull();
  expect(urlFault('http://localhost:9000/', allowed)).not.toBeNull();
  expect(urlFault('http://8.8.8.8/', ['8.0.0.0/8'])).toContain('https');
});
