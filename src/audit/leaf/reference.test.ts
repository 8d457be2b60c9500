import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { chainHash, chainStart, leafHash } from '../tree/hashing.ts';
import { noPrevious } from './leaf-text.ts';
import { createLeafWriter } from './leaf-writer.ts';

const page = readFileSync(new URL('../../../docs/reference/audit-log.md', import.meta.url), 'utf8');

test('the example of the reference is what the code makes', () => {
  const leaf = Buffer.from(/```json\n(.*)\n```/.exec(page)![1]!);
  const event = Buffer.from(/^\{"event":(.*),"hmac":/.exec(leaf.toString())![1]!);
  const key = Buffer.from(/HMAC key is `([^`]+)`/.exec(page)![1]!);
  const facts = { seq: 0, sequencedAt: 0, tenantId: 'acme', tenantPrev: noPrevious, tenantSeq: 0 };
  const sequencedAt = /"sequenced_at":"([^"]+)"/.exec(leaf.toString())![1]!;
  expect(createLeafWriter(key).write(event, 0, event.length, facts, sequencedAt).subarray(1)).toEqual(leaf);
  const hash = leafHash(leaf);
  expect(page).toContain(`leaf_hash  ${hash.toString('base64')}`);
  expect(page).toContain(`chain_hash ${chainHash(chainStart, hash).toString('base64')}`);
});

test('every action has its name on the page', () => {
  const source = readFileSync(new URL('../events/event.ts', import.meta.url), 'utf8');
  const actions = [...source.matchAll(/\| '([a-z]+\.[a-z_]+)'/g)].map((match) => match[1]!);
  expect(actions.length).toBeGreaterThan(10);
  expect(actions.filter((action) => !page.includes(`\`${action}\``))).toEqual([]);
});
