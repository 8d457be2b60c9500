export type LoadKind = 'consume' | 'batch' | 'balance';

/** Operations of one `POST /credits/batch`. */
export const batchSize = 1_000;
export const tenantsMax = 10_000;

export const tenantName = (number: number) => `bench-${String(number).padStart(5, '0')}`;

/** Spreads consecutive requests over the tenants, each as often as any other. */
const strideOf = (tenants: number) => (tenants === 1 ? 0 : 7_919 % tenants);

interface Template {
  /** As autocannon takes it. */
  request: { method: 'GET' | 'POST'; path: string; headers: Record<string, string>; body?: string };
  /** Writes the tenants and keys of request `number` into the bytes of the request. */
  write(bytes: Buffer, number: number, tenants: number): void;
}

/** 15 digits: the process's start, then the number; the same length for ever, so that bytes can be overwritten. */
const keyDigits = 15;
const runDigits = 5;
const run = String(Date.now() % 10 ** runDigits).padStart(runDigits, '0');
const key = (number: number) => run + String(number).padStart(keyDigits - runDigits, '0');

const operation = (op: boolean) =>
  JSON.stringify({
    ...(op ? { op: 'consume' } : {}),
    tenant_id: tenantName(0),
    amount: 1,
    idempotency_key: `key-${key(0)}`,
  });

/** A request of fixed length in which only digits change: rebuilding it would cost the generator more than sending it. */
export function requestOf(kind: LoadKind, apiKey: string): Template {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  if (kind === 'balance') {
    const path = `/credits/balance/${tenantName(0)}`;
    return {
      request: { method: 'GET', path, headers },
      write: (bytes, number, tenants) => {
        const at = bytes.indexOf('/bench-') + '/bench-'.length;
        writeDigits(bytes, (number * strideOf(tenants)) % tenants, at, 5);
      },
    };
  }
  const one = operation(kind === 'batch');
  const body =
    kind === 'batch'
      ? `{"mode":"independent","operations":[${Array.from({ length: batchSize }, () => one).join(',')}]}`
      : one;
  const path = kind === 'batch' ? '/credits/batch' : '/credits/consume';
  const inOne = { tenant: one.indexOf('bench-') + 6, key: one.indexOf('key-') + 4 };
  const operations = kind === 'batch' ? batchSize : 1;
  return {
    request: { method: 'POST', path, headers, body },
    write: (bytes, number, tenants) => {
      let at = bytes.length - Buffer.byteLength(body) + body.indexOf(one);
      for (let i = 0; i < operations; i++, at += one.length + 1) {
        writeDigits(bytes, ((number + i) * strideOf(tenants)) % tenants, at + inOne.tenant, 5);
        bytes.write(run, at + inOne.key, runDigits, 'latin1');
        writeDigits(bytes, number + i, at + inOne.key + runDigits, keyDigits - runDigits);
      }
    },
  };
}

function writeDigits(bytes: Buffer, value: number, at: number, digits: number): void {
  let rest = value;
  for (let place = at + digits - 1; place >= at; place--) {
    bytes[place] = 48 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}
