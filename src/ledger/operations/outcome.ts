/** What an operation came to. `body` is what the caller is sent, as JSON text. */
export interface Done {
  kind: 'done';
  status: 200;
  body: string;
}

/** It was refused and changed nothing. */
export interface Refused {
  kind: 'refused';
  status: 400 | 402 | 404 | 409 | 410 | 422;
  code: string;
  detail: string;
  /** Further members of the problem document. */
  extra: Record<string, unknown>;
}

/**
 * Whether a refusal is news to the audit log. A 400 is a fault of the request alone. `leased_elsewhere` only says not yet: the
 * sidecar asks again five times a second, every pod of a tenant that runs dry, and is told in the end that it has the
 * credits (`credits.lease`) or that there are none (402), which are entries.
 */
export function isLogged({ status, code }: Refused): boolean {
  return status !== 400 && code !== 'leased_elsewhere';
}

/** It cannot be decided before more is loaded; nothing was changed. */
export interface Missing {
  kind: 'missing';
  /** Grants in burn order, this many credits of them. */
  burnable: number;
}

export type Outcome = Done | Refused | Missing;

export function done(body: string): Done {
  return { kind: 'done', status: 200, body };
}

export function refused(
  status: Refused['status'],
  code: string,
  detail: string,
  extra: Record<string, unknown> = {},
): Refused {
  return { kind: 'refused', status, code, detail, extra };
}

export function insufficient(available: number, amount: number): Refused {
  const detail = `${amount} credits are needed and ${available} are available`;
  return refused(402, 'insufficient_credits', detail, { available });
}
