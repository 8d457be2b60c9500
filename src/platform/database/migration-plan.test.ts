import { describe, expect, test } from 'vitest';
import { MigrationRefusedError } from './migration-error.ts';
import type { MigrationFile } from './migration-files.ts';
import { planMigrations } from './migration-plan.ts';

const file = (number: number, down: string | null = 'DOWN'): MigrationFile => ({
  number,
  name: `step_${number}`,
  up: 'UP',
  down,
  checksum: `sum-${number}`,
});
const files = [file(1), file(2), file(3)];
const applied = (...numbers: number[]) =>
  numbers.map((number) => ({ number, name: `step_${number}`, checksum: `sum-${number}` }));
const plan = (...args: Parameters<typeof planMigrations>) =>
  planMigrations(...args).map((step) => `${step.direction} ${step.file.number}`);

describe('planMigrations', () => {
  test('runs what has not been applied, in order', () => {
    expect(plan(files, [], {})).toEqual(['up 1', 'up 2', 'up 3']);
    expect(plan(files, applied(1), {})).toEqual(['up 2', 'up 3']);
    expect(plan(files, applied(1, 2, 3), {})).toEqual([]);
  });

  test('stops at --to', () => {
    expect(plan(files, applied(1), { to: 2 })).toEqual(['up 2']);
    expect(() => plan(files, [], { to: 4 })).toThrow('there is no migration 4');
    expect(() => plan(files, applied(1, 2), { to: 1 })).toThrow('add --down');
  });

  test('undoes the last, or all after --to, newest first', () => {
    expect(plan(files, applied(1, 2, 3), { down: true })).toEqual(['down 3']);
    expect(plan(files, applied(1, 2, 3), { down: true, to: 0 })).toEqual(['down 3', 'down 2', 'down 1']);
    expect(plan(files, [], { down: true })).toEqual([]);
    expect(() => plan([file(1), file(2, null)], applied(1, 2), { down: true })).toThrow('has no down file');
  });

  test('refuses a file that changed after it was applied', () => {
    const changed = [{ ...file(1), checksum: 'other' }, file(2)];
    expect(() => plan(changed, applied(1), {})).toThrow(/0001_step_1 was changed after it was applied/);
    expect(() => plan(changed, applied(1), {})).toThrow(MigrationRefusedError);
  });

  test('refuses a database that is newer than the files', () => {
    expect(() => plan(files, applied(1, 2, 3, 4), {})).toThrow(/newer than this version/);
  });

  test('refuses a history with a hole', () => {
    expect(() => plan(files, applied(1, 3), {})).toThrow(/lacks migration 0002_step_2/);
  });
});
