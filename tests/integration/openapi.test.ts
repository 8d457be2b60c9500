import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isPublic } from '../../src/api/public-paths.ts';
import { createTestApi, type TestApi } from '../support/api.ts';

interface Schema {
  $ref?: string;
  type?: string;
  additionalProperties?: unknown;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
}
interface Operation {
  summary?: string;
  security?: unknown[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
  responses: Record<string, unknown>;
}

let api: TestApi;
let operations: { method: string; path: string; operation: Operation }[];
let schemas: Record<string, Schema>;
beforeAll(async () => {
  api = await createTestApi();
  const document = (await api.send('GET', '/openapi.json')).body;
  expect(document.openapi).toBe('3.1.0');
  schemas = document.components.schemas;
  operations = Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
});
afterAll(() => api.close());

/** Whether a body with an unknown field would be refused by this schema. */
function isStrict(schema: Schema): boolean {
  if (schema.$ref !== undefined) return isStrict(schemas[schema.$ref.split('/').at(-1)!]!);
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined) return alternatives.every(isStrict);
  return schema.type !== 'object' || schema.additionalProperties === false;
}

describe('/openapi.json', () => {
  test('the type of the outermost rule is optional, those of rules within it are not', () => {
    const types = schemas.RuleConfig!.oneOf as {
      title: string;
      required?: string[];
      properties: Record<string, unknown>;
    }[];
    for (const { title, required } of types) expect(required ?? [], title).not.toContain('type');
    const composite = types.find(({ title }) => title === 'composite')!;
    expect(JSON.stringify(composite.properties.rules)).toContain('"required":["type"]');
  });

  test('has the operations of the main job', () => {
    const known = operations.map(({ method, path }) => `${method} ${path}`);
    expect(known).toEqual(
      expect.arrayContaining([
        'POST /samples',
        'POST /shadow/evaluate',
        'GET /shadow/results/{eval_id}',
        'GET /metrics',
      ]),
    );
  });

  test('every operation has a summary and answers with problem documents', () => {
    for (const { method, path, operation } of operations) {
      expect(operation.summary, `${method} ${path}`).toBeTruthy();
      expect(operation.responses, `${method} ${path}`).toHaveProperty('default');
    }
  });

  test('every operation but the public ones needs a key', async () => {
    for (const { method, path } of operations) {
      const answer = await api.send(method, path.replaceAll(/\{\w+\}/g, 'x'));
      expect(answer.status === 401, `${method} ${path} answered ${answer.status}`).toBe(!isPublic(path));
    }
  });

  test('every operation but the public ones asks for a scope', async () => {
    const leases = await api.key({ scopes: ['leases'] });
    const audit = await api.key({ scopes: ['audit:read'] });
    for (const { method, path } of operations.filter((operation) => !isPublic(operation.path))) {
      const key = path.startsWith('/leases') ? audit : leases;
      const answer = await api.send(method, path.replaceAll(/\{\w+\}/g, 'x'), { key });
      expect([answer.status, answer.body.code], `${method} ${path}`).toEqual([403, 'forbidden']);
      expect(answer.headers.get('www-authenticate')).toContain('insufficient_scope');
    }
  });

  test('every JSON body refuses unknown fields', () => {
    for (const { method, path, operation } of operations) {
      const schema = operation.requestBody?.content['application/json']?.schema;
      if (schema !== undefined) expect(isStrict(schema), `${method} ${path}`).toBe(true);
    }
  });
});
