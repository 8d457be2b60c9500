import { BlockList, isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { expect, test } from 'vitest';
import { Seeded } from '../test-support/seeded.ts';
import { AddressSet } from './address-set.ts';
import { parseAddress } from './parse-address.ts';
import { parseCidr } from './parse-cidr.ts';

const words = new Uint32Array(4);

function parse(text: string): { family: number; value: string } {
  // The neighbours must not be read: an address is often followed by the next sample's.
  const bytes = Buffer.from(`1${text}1`, 'utf8');
  const family = parseAddress(bytes, 1, bytes.length - 1, words);
  const used = family === 4 ? 1 : 4;
  return { family, value: [...words.slice(0, used)].map((w) => w.toString(16).padStart(8, '0')).join('') };
}

test.each([
  ['203.0.113.9', 4, 'cb007109'],
  ['0.0.0.0', 4, '00000000'],
  ['255.255.255.255', 4, 'ffffffff'],
  ['::ffff:10.1.2.3', 4, '0a010203'],
  ['::FFFF:a01:203', 4, '0a010203'],
  ['::', 6, '0'.repeat(32)],
  ['2001:db8::5', 6, '20010db8000000000000000000000005'],
  ['1:2:3:4:5:6:7:8', 6, '00010002000300040005000600070008'],
  ['1:2:3:4:5:6:7::', 6, '00010002000300040005000600070000'],
  ['64:ff9b::192.0.2.33', 6, '0064ff9b0000000000000000c0000221'],
])('%s is an address of family %i', (text, family, value) => {
  expect(parse(text)).toEqual({ family, value });
});

test.each([
  '',
  '1',
  '1.2.3',
  '1.2.3.4.5',
  '1.2.3.256',
  '01.2.3.4',
  '1.2.3.4 ',
  ' 1.2.3.4',
  '1..2.3',
  '1.2.3.4:80',
  '0x7f.0.0.1',
  '::1%lo',
  '[::1]',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '::1:2:3:4:5:6:7:8',
  '12345::',
  ':1::',
  '1:',
  '::1.2.3',
  '::1.2.3.4:5',
  'unknown',
])('%j is no address', (text) => {
  expect(parse(text).family).toBe(0);
});

const seed = Date.now() % 1_000_000_000;

test(`agrees with node:net on what is an address and with ipaddr.js on which (seed ${seed})`, () => {
  const random = new Seeded(seed);
  const parts = ['0', '1', 'ab', 'ffff', '10', '255', '256', '01', '12345', 'g', '1.2.3.4', '::ffff:'];
  const separators = [':', ':', ':', '.', '.', '::'];
  let valid = 0;
  for (let round = 0; round < 50_000; round++) {
    const text = random.list(1, 9, () => random.pick(parts) + random.pick(separators)).join('');
    const address = random.chance(70) ? text.replace(/[:.]+$/, '') : text;
    const isAddress = isIPv4(address) || isIPv6(address);
    const { family, value } = parse(address);
    expect(family !== 0, address).toBe(isAddress);
    if (!isAddress) continue;
    valid++;
    const expected = ipaddr.process(address);
    expect(family, address).toBe(expected.kind() === 'ipv4' ? 4 : 6);
    expect(value, address).toBe(Buffer.from(expected.toByteArray()).toString('hex'));
  }
  expect(valid).toBeGreaterThan(100);
});

test.each([
  ['nonsense', 'neither IPv4 nor IPv6'],
  ['10.0.0.1', '"10.0.0.1/32"'],
  ['::1', '"::1/128"'],
  ['10.0.0.0/33', 'from 0 to 32'],
  ['2001:db8::/129', 'from 0 to 128'],
  ['10.0.0.0/', 'from 0 to 32'],
  ['10.0.0.0/08', 'from 0 to 32'],
  ['10.0.0.0/8/8', 'from 0 to 32'],
  ['10.0.0/8', 'neither IPv4 nor IPv6'],
])('%j is a malformed CIDR', (text, reason) => {
  expect(parseCidr(text)).toContain(reason);
});

test('an IPv4-mapped network is the IPv4 network; a family never holds the other', () => {
  const has = (cidr: string, address: string) => {
    const bytes = Buffer.from(address);
    const family = parseAddress(bytes, 0, bytes.length, words);
    return family !== 0 && new AddressSet([cidr]).has(family, words);
  };
  expect(has('::ffff:10.0.0.0/104', '10.9.9.9')).toBe(true);
  expect(has('10.1.2.3/8', '::ffff:10.9.9.9')).toBe(true);
  expect(has('::/0', '10.9.9.9')).toBe(false);
  expect(has('::/0', '::ffff:10.9.9.9')).toBe(false);
  expect(has('0.0.0.0/0', '2001:db8::1')).toBe(false);
  expect(has('0.0.0.0/0', '255.255.255.255')).toBe(true);
});

test(`sets of overlapping CIDRs hold what node:net's BlockList holds (seed ${seed})`, () => {
  const random = new Seeded(seed);
  for (let round = 0; round < 60; round++) {
    // One list a family: a BlockList takes an IPv4 address to be in an IPv6 network that holds its mapped form.
    const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
    const cidrs = random.list(1, 30, () => {
      const ipv4 = random.chance(50);
      const prefix = ipv4 ? random.below(33) : random.below(129);
      const network = ipv4 ? randomIpv4(random) : randomIpv6(random);
      lists[ipv4 ? 'ipv4' : 'ipv6'].addSubnet(network, prefix, ipv4 ? 'ipv4' : 'ipv6');
      return `${network}/${prefix}`;
    });
    const set = new AddressSet(cidrs);
    for (let k = 0; k < 50; k++) {
      const ipv4 = random.chance(50);
      const address = ipv4 ? randomIpv4(random) : randomIpv6(random);
      const bytes = Buffer.from(address);
      const family = parseAddress(bytes, 0, bytes.length, words);
      expect(family !== 0 && set.has(family, words), `${address} in ${cidrs}`).toBe(
        lists[ipv4 ? 'ipv4' : 'ipv6'].check(address, ipv4 ? 'ipv4' : 'ipv6'),
      );
    }
  }
});

// Few distinct numbers, so that addresses fall into and beside the networks.
function randomIpv4(random: Seeded): string {
  return random.list(4, 4, () => random.pick([0, 1, 127, 128, 255])).join('.');
}

function randomIpv6(random: Seeded): string {
  return random.list(8, 8, () => random.pick(['1', '7fff', '8000', 'fffe', 'ffff'])).join(':');
}
