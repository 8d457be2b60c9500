import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppEnv } from '../../context.ts';
import { openApiDocument } from '../../openapi-document.ts';

/** The contract, from the schemas that validate requests. Made at the first request, after all routes exist. */
export function showOpenApi(app: OpenAPIHono<AppEnv>): void {
  let text: string | undefined;
  app.get('/openapi.json', (c) => {
    text ??= JSON.stringify(openApiDocument(app));
    return c.body(text, 200, { 'content-type': 'application/json' });
  });
}
