/** What of a JSON schema the search for texts needs. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  pattern?: string;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  prefixItems?: Schema[];
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
}

interface Parameter {
  name: string;
  in: 'query' | 'path' | 'header';
  schema?: Schema;
}

export interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
}

export interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** A place in a request where a caller may write any text: `query.dataset`, `body.operations[].reference`. */
export interface TextField {
  in: 'query' | 'path' | 'header' | 'body';
  /** Names from the outside in; `*` stands for the elements of an array, `?` for a name the caller makes up. */
  path: readonly string[];
}

/** Every text that callers of an operation may write, found in the document so that none can be forgotten. */
export function textFieldsOf(operation: Operation, document: Document): TextField[] {
  const fields: TextField[] = [];
  for (const parameter of operation.parameters ?? []) {
    if (isText(parameter.schema ?? {})) fields.push({ in: parameter.in, path: [parameter.name] });
  }
  const schema = operation.requestBody?.content['application/json']?.schema;
  if (schema !== undefined) {
    for (const path of textPaths(schema, document, [])) fields.push({ in: 'body', path });
  }
  return fields;
}

/** @param within names of the schemas that are being walked, since rules hold rules. */
function* textPaths(
  schema: Schema,
  document: Document,
  path: readonly string[],
  within: readonly string[] = [],
): Generator<readonly string[]> {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1)!;
    if (within.includes(name)) return;
    yield* textPaths(document.components.schemas[name]!, document, path, [...within, name]);
    return;
  }
  for (const part of [...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])])
    yield* textPaths(part, document, path, within);
  for (const [name, part] of Object.entries(schema.properties ?? {}))
    yield* textPaths(part, document, [...path, name], within);
  const { additionalProperties: others, items } = schema;
  // A schema without anything is any JSON, texts among it.
  if (typeof others === 'object')
    yield* textPaths(isEmpty(others) ? { type: 'string' } : others, document, [...path, '?'], within);
  if (items !== undefined) yield* textPaths(items, document, [...path, '*'], within);
  if (isText(schema)) yield path;
}

const isEmpty = (schema: Schema) => Object.keys(schema).length === 0;

/** A text that is not one of a few, nor of a form that leaves no room: those are refused before anything keeps them. */
function isText(schema: Schema): boolean {
  const types = [schema.type].flat();
  return types.includes('string') && schema.enum === undefined && schema.const === undefined;
}
