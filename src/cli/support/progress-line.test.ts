import { expect, test } from 'vitest';
import { ProgressLine } from './progress-line.ts';

function terminal(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, columns: 60, written, write: (text: string) => written.push(text) };
}

test('a terminal sees a bar that is redrawn, not too often', () => {
  const tty = terminal(true);
  let now = 0;
  const line = new ProgressLine(tty, 'evaluating', () => now);
  line.update(0, 200);
  line.update(50, 200);
  now = 100;
  line.update(100, 200);
  line.finish('done');
  expect(tty.written).toHaveLength(4);
  expect(tty.written[1]).toContain(`${'█'.repeat(14)}${'░'.repeat(14)}  50 %`);
  expect(tty.written.at(-1)).toBe('evaluating done\n');
});

test('anything else sees one plain line', () => {
  const log = terminal(false);
  const line = new ProgressLine(log, 'evaluating', () => 0);
  line.update(1, 2);
  line.finish('1,000 samples');
  expect(log.written).toEqual(['evaluating 1,000 samples\n']);
});
