import { readFileSync } from 'node:fs';

/** A row of the two-phase table in docs/reference/credits.md. */
export interface TwoPhaseRow {
  situation: string;
  calls: string[];
  status: number;
  replayed: boolean;
  code: string | undefined;
  /** Null where the tenant must not exist. */
  left: { available: number; held: number } | null;
}

const page = new URL('../../docs/reference/credits.md', import.meta.url);

/** Every row of every table in the page's section "Two-phase semantics". */
export function readTwoPhaseRows(): TwoPhaseRow[] {
  const section = /\n## Two-phase semantics\n([\s\S]*?)(\n## |$)/.exec(readFileSync(page, 'utf8'));
  if (section === null) throw new Error(`${page.pathname} has no section "Two-phase semantics"`);
  return section[1]!
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (situation|---)/.test(line))
    .map(readRow);
}

function readRow(line: string): TwoPhaseRow {
  const [situation, calls, answer, code, left] = line.split('|').slice(1, -1);
  const sums = /^(\d+) \+ (\d+)$/.exec(left!.trim());
  const status = /^(\d{3})( replayed)?$/.exec(answer!.trim());
  if (status === null || (sums === null && left!.trim() !== 'unknown'))
    throw new Error(`cannot read ${line}`);
  return {
    situation: situation!.trim(),
    calls: [...calls!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!),
    status: Number(status[1]),
    replayed: status[2] !== undefined,
    code: /`(\w+)`/.exec(code!)?.[1],
    left: sums === null ? null : { available: Number(sums[1]), held: Number(sums[2]) },
  };
}

export interface Call {
  verb: string;
  /** `refund topup`: what it is about. */
  about: string | undefined;
  amount: number | undefined;
  forMs: number | undefined;
  key: string | undefined;
}

const verbs = ['topup', 'consume', 'reserve', 'commit', 'cancel', 'refund', 'wait'];
const form = /^(\w+)(?: (\d+(?:\.\d+)?)(s)?)?(?: (topup|refund))?(?: for (\d+)s)?(?: as (\w+))?$/;

/** `reserve 40 for 60s as k` and the like. */
export function readCall(text: string): Call {
  const match = form.exec(text);
  if (match === null || !verbs.includes(match[1]!)) throw new Error(`"${text}" is no call`);
  const [, verb, number, isSeconds, about, seconds, key] = match;
  return {
    verb: verb!,
    about,
    amount: number === undefined || isSeconds ? undefined : Number(number),
    forMs: seconds !== undefined ? Number(seconds) * 1_000 : isSeconds ? Number(number) * 1_000 : undefined,
    key,
  };
}
