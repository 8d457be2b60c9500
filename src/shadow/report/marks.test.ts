import { expect, test } from 'vitest';
import { type Mark, mark, markNames, marksOf } from './marks.ts';

function found(text: string): Mark[] {
  const bytes = Buffer.from(`~${text}~`);
  const marks = marksOf(bytes, 1, bytes.length - 1);
  return markNames.filter((name) => (marks & mark[name]) !== 0);
}

test.each<[string, Mark[]]>([
  ['plain words, 100% sure & done', []],
  ['a%20b', ['percent']],
  ['%2527', ['percent', 'doublePercent']],
  ['%27', ['percent', 'quote']],
  ['%3cb', ['percent', 'markup']],
  ['50%zz', []],
  ['&lt;b', ['entity', 'shell']],
  ['a&b=c;', ['shell']],
  ['un/**/ion', ['comment']],
  ['PHNjcmlwdD5hbGVydCgxKTwv', ['base64', 'upperCase']],
  ['password', []],
  ['a  b', ['blankRun']],
  ["O'Reilly", ['upperCase', 'quote']],
  ['3 < 4', []],
  ['</b>', ['markup']],
  ['../x', ['climb']],
  ['..x', []],
  ['SeLeCt', ['upperCase', 'sqlWord']],
  ['a|b', ['shell']],
  ['$(id)', ['shell']],
  ['', []],
])('%j', (text, marks) => expect(found(text)).toEqual(marks));

test('a value is never read past its end', () => {
  const bytes = Buffer.from('%27');
  expect(marksOf(bytes, 0, 2)).toBe(0);
  expect(marksOf(Buffer.from('selec'), 0, 5)).toBe(0);
  expect(marksOf(Buffer.from('../'), 0, 2)).toBe(0);
});
