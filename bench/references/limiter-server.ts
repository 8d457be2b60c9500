import { createServer } from 'node:http';
import { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

// What a service takes off the shelf instead of a sidecar: rate-limiter-flexible, its points in Redis, behind the same
// plain node:http. Redis decides each request; one that is lost has been spent or not, and nothing of it is history.

const [redisUrl, socketPath] = process.argv.slice(2);
const redis = new Redis(redisUrl!);
const aDaySeconds = 86_400;
const limiter = new RateLimiterRedis({ storeClient: redis, points: 1_000_000_000, duration: aDaySeconds });

interface Body {
  tenant_id?: unknown;
  amount?: unknown;
}

async function answer(text: string): Promise<{ status: number; text: string }> {
  const { tenant_id: tenant, amount } = JSON.parse(text) as Body;
  if (typeof tenant !== 'string' || tenant.length > 128) return { status: 400, text: '{}' };
  if (!Number.isSafeInteger(amount) || (amount as number) < 1) return { status: 400, text: '{}' };
  try {
    const { remainingPoints } = await limiter.consume(tenant, amount as number);
    return { status: 200, text: `{"allowed":true,"lease_remaining":${remainingPoints}}` };
  } catch (error) {
    if (error instanceof RateLimiterRes) return { status: 402, text: '{"allowed":false}' };
    return { status: 503, text: '{"allowed":false}' };
  }
}

function createReference() {
  return createServer((request, response) => {
    let first: Buffer | undefined;
    request.on('data', (chunk: Buffer) => {
      first = first === undefined ? chunk : Buffer.concat([first, chunk]);
    });
    request.on('end', async () => {
      const { status, text } = await answer(first === undefined ? '' : first.toString());
      response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': text.length });
      response.end(text);
    });
  });
}

const server = createReference();
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' ? address!.port : 0;
  createReference().listen(socketPath, () => process.send!(port));
});
process.on('SIGTERM', () => process.exit(0));
