import type { ServerResponse } from 'node:http';
import type { Context } from 'hono';
import type { AppEnv } from '../context.ts';

/**
 * Sets a header that every answer carries. On a server it goes straight to Node's response, because one header set
 * through Hono moves the whole answer off its fast path (a `Headers` object made, sorted and copied per request);
 * without a server, as in tests, it goes through Hono.
 */
export function setAnswerHeader(c: Context<AppEnv>, name: string, value: string): void {
  const outgoing = (c.env as { outgoing?: ServerResponse } | undefined)?.outgoing;
  if (outgoing === undefined) c.header(name, value);
  else outgoing.setHeader(name, value);
}
