import { serve } from '@hono/node-server';
import { Hono } from 'hono';

// Bare Hono: a POST that answers the body it was sent, and a GET that answers fixed bytes (argv[2]). Sends its port.

const app = new Hono();
app.post('/credits/:operation', async (c) => c.json(await c.req.json()));
const bytes = process.argv[2] ?? '';
app.get('/credits/balance/:tenant_id', (c) => c.body(bytes, 200, { 'content-type': 'application/json' }));

serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => process.send!(port));
process.on('SIGTERM', () => process.exit(0));
