// What a sidecar is compared with: plain node:http that reads the same request, checks the same fields and answers the
// same bytes out of a map, with neither leases nor a journal. `empty` answers without looking. On the socket that it is
// given, and on a free port, which it sends. Without undici, which an import of node:http loads: the sidecar has none either.
const { createServer } = process.getBuiltinModule('node:http');

const [mode, socketPath] = process.argv.slice(2);
const left = new Map<string, number>();
const full = 1_000_000_000;

interface Body {
  tenant_id?: unknown;
  amount?: unknown;
}

function answer(text: string): { status: number; text: string } {
  const { tenant_id: tenant, amount } = JSON.parse(text) as Body;
  if (typeof tenant !== 'string' || tenant.length > 128) return { status: 400, text: '{}' };
  if (!Number.isSafeInteger(amount) || (amount as number) < 1) return { status: 400, text: '{}' };
  const remaining = (left.get(tenant) ?? full) - (amount as number);
  if (remaining < 0) return { status: 402, text: '{"allowed":false}' };
  left.set(tenant, remaining);
  return { status: 200, text: `{"allowed":true,"lease_remaining":${remaining}}` };
}

function createReference() {
  return createServer((request, response) => {
    if (mode === 'empty') {
      request.resume();
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 2 });
      response.end('{}');
      return;
    }
    let first: Buffer | undefined;
    request.on('data', (chunk: Buffer) => {
      first = first === undefined ? chunk : Buffer.concat([first, chunk]);
    });
    request.on('end', () => {
      const { status, text } = answer(first === undefined ? '' : first.toString());
      response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': text.length });
      response.end(text);
    });
  });
}

const server = createReference();
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' ? address!.port : 0;
  if (socketPath === undefined) process.send!(port);
  else createReference().listen(socketPath, () => process.send!(port));
});
process.on('SIGTERM', () => process.exit(0));
