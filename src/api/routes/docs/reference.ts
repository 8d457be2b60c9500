import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppEnv } from '../../context.ts';

/** Files of swagger-ui-dist; nothing comes from another host, so that it works where there is no internet. */
const assets = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
} as const;

/** No inline script or style element: Swagger UI sets styles through the DOM, which a policy does not restrict. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Assay API reference</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const start = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  validatorUrl: null,
});
`;

/** `/docs`: the API reference, rendered in the browser from `/openapi.json`. */
export function showReference(app: OpenAPIHono<AppEnv>): void {
  const headers = { 'content-security-policy': policy, 'referrer-policy': 'no-referrer' };
  app.get('/docs', (c) => c.body(page, 200, { ...headers, 'content-type': 'text/html; charset=utf-8' }));
  app.get('/docs/start.js', (c) => {
    return c.body(start, 200, { ...headers, 'content-type': 'text/javascript; charset=utf-8' });
  });
  for (const [name, type] of Object.entries(assets)) {
    let body: Uint8Array<ArrayBuffer> | undefined;
    app.get(`/docs/${name}`, (c) => {
      body ??= readAsset(name);
      return c.body(body, 200, { ...headers, 'content-type': type, 'cache-control': 'public, max-age=3600' });
    });
  }
}

function readAsset(name: string): Uint8Array<ArrayBuffer> {
  const path = createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`);
  return new Uint8Array(readFileSync(path));
}
