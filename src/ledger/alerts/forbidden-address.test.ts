import { describe, expect, test } from 'vitest';
import { forbiddenAddress } from './forbidden-address.ts';

describe('refuses', () => {
  test.each([
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['10.0.0.1', 'private'],
    ['10.255.255.255', 'private'],
    ['100.64.0.1', 'CGNAT'],
    ['100.100.100.200', 'CGNAT'],
    ['100.127.255.255', 'CGNAT'],
    ['127.0.0.1', 'itself'],
    ['127.255.255.254', 'itself'],
    ['169.254.0.1', 'link-local'],
    ['169.254.169.254', 'link-local'],
    ['168.63.129.16', 'platform'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.0.0.1', 'reserved'],
    ['192.0.2.1', 'reserved'],
    ['192.88.99.1', 'reserved'],
    ['192.168.1.1', 'private'],
    ['198.18.0.1', 'reserved'],
    ['198.51.100.1', 'reserved'],
    ['203.0.113.1', 'reserved'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.255', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'unspecified'],
    ['::1', 'itself'],
    ['::ffff:127.0.0.1', 'itself'],
    ['::ffff:169.254.169.254', 'link-local'],
    ['::ffff:a9fe:a9fe', 'link-local'],
    ['::127.0.0.1', 'reserved'],
    ['::8.8.8.8', 'reserved'],
    ['fe80::1%eth0', 'no address'],
    ['::ffff:0:127.0.0.1', 'reserved'],
    ['64:ff9b::7f00:1', 'NAT64'],
    ['64:ff9b::8.8.8.8', 'NAT64'],
    ['64:ff9b:1::1', 'NAT64'],
    ['100::1', 'reserved'],
    ['2001::1', 'Teredo'],
    ['2001:db8::1', 'reserved'],
    ['2002:7f00:1::1', '6to4'],
    ['3fff::1', 'reserved'],
    ['5f00::1', 'reserved'],
    ['fc00::1', 'private'],
    ['fd00:ec2::254', 'private'],
    ['fe80::1', 'link-local'],
    ['fec0::1', 'reserved'],
    ['ff02::1', 'multicast'],
    ['4000::1', 'reserved'],
    ['2130706433', 'no address'],
    ['localhost', 'no address'],
    ['', 'no address'],
  ])('%s: %s', (address, why) => {
    expect(forbiddenAddress(address)).toContain(why);
  });
});

test.each([
  '8.8.8.8',
  '1.1.1.1',
  '172.32.0.1',
  '100.128.0.1',
  '169.255.0.1',
  '11.0.0.1',
  '2606:4700::1111',
  '2a00:1450::1',
])('lets %s through', (address) => {
  expect(forbiddenAddress(address)).toBeNull();
});

test('an operator may let ranges through, also as mapped addresses, and nothing beside them', () => {
  const allowed = ['127.0.0.1/32', 'fd12::/16'];
  expect(forbiddenAddress('127.0.0.1', allowed)).toBeNull();
  expect(forbiddenAddress('::ffff:127.0.0.1', allowed)).toBeNull();
  expect(forbiddenAddress('fd12::5', allowed)).toBeNull();
  expect(forbiddenAddress('127.0.0.2', allowed)).toContain('itself');
  expect(forbiddenAddress('fd13::5', allowed)).toContain('private');
});
