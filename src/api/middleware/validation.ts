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
  if (result.success) return;
  const errors = result.error.issues.flatMap((issue) =>
    faultsOf(issue, roots[result.target] ?? result.target),
  );
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
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The alternative that came closest says what the caller most likely meant.
    const closest = issue.errors.reduce((a, b) => (b.length < a.length ? b : a));
    if (closest.length > 0) return closest.flatMap((inner) => faultsOf(inner, location));
  }
  return [{ location, message: issue.message }];
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
}
