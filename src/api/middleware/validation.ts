import type { z } from '@hono/zod-openapi';
import { type FieldError, InvalidRequestError } from '../../platform/errors.ts';

type Issue = z.core.$ZodIssue;

/** More faults than this help nobody, and a body may have one per element. */
const errorsMax = 100;

const roots: Record<string, string> = { json: 'body', param: 'path', query: 'query', header: 'header' };

/** The hook of every route: what a schema refuses becomes one `invalid_request` with a location per fault. */
export function validationHook(
  result: { target: string } & ({ success: true } | { success: false; error: { issues: Issue[] } }),
): void {
  if (!result.success) refuseIssues(result.error.issues, roots[result.target] ?? result.target);
}

/** @throws InvalidRequestError with a location per issue, all under `root`. */
export function refuseIssues(issues: readonly Issue[], root: string): never {
  const errors = issues.flatMap((issue) => faultsOf(issue, root));
  const first = errors[0]!;
  const others = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`;
  throw new InvalidRequestError(`${first.location}: ${first.message}${others}`, {
    errors: errors.slice(0, errorsMax),
  });
}

function faultsOf(issue: Issue, base: string): FieldError[] {
  const location = base + pathText(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ location: location + pathText([key]), message: 'unknown field' }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) return faultsOfUnion(issue, location);
  if (isMissing(issue)) return [{ location, message: `is missing, expected ${issue.expected}` }];
  return [{ location, message: issue.message }];
}

/** The alternative that came closest says what the caller most likely meant; one of another type never does. */
function faultsOfUnion(issue: Extract<Issue, { code: 'invalid_union' }>, location: string): FieldError[] {
  const meant = issue.errors.filter((faults) => !faults.some(isOfOtherType));
  if (meant.length > 0) {
    const closest = meant.reduce((a, b) => (b.length < a.length ? b : a));
    return closest.flatMap((inner) => faultsOf(inner, location));
  }
  const expected = issue.errors
    .flat()
    .flatMap((fault) => (fault.code === 'invalid_type' ? [fault.expected] : []));
  return [{ location, message: `expected ${[...new Set(expected)].join(' or ')}` }];
}

const isOfOtherType = (issue: Issue) => issue.code === 'invalid_type' && issue.path.length === 0;

/** The input itself is not in an issue; its message says what was received. */
const isMissing = (issue: Issue): issue is Extract<Issue, { code: 'invalid_type' }> =>
  issue.code === 'invalid_type' && issue.message.endsWith('received undefined');

function pathText(path: readonly PropertyKey[]): string {
  return path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
}
