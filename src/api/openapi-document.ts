import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppEnv } from './context.ts';
import { problemSchema } from './problem-schema.ts';

type Document = ReturnType<OpenAPIHono<AppEnv>['getOpenAPI31Document']>;

const methods = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** The OpenAPI 3.1 document of all routes registered so far; every operation also answers with problem documents. */
export function openApiDocument(app: OpenAPIHono<AppEnv>): Document {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Assay',
      version: '0.1.0',
      description: 'Is this rule safe to turn on? May this request spend N credits?',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    security: [{ key: [] }],
  });
  document.components ??= {};
  document.components.securitySchemes = {
    key: { type: 'http', scheme: 'bearer', bearerFormat: 'Assay API key' },
  };
  document.components.schemas = { ...document.components.schemas, Problem: problemSchema };
  const problem = {
    description: 'A problem document; `code` is one of docs/reference/errors.md.',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  for (const path of Object.values(document.paths ?? {})) {
    for (const method of methods) {
      const operation = path[method];
      if (operation !== undefined) operation.responses = { ...operation.responses, default: problem };
    }
  }
  return document;
}
