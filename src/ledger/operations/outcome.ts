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
