/** The shape of every error answer (RFC 9457), for the OpenAPI document. */
export const problemSchema = {
  type: 'object' as const,
  required: ['type', 'title', 'status', 'detail', 'code', 'request_id', 'errors', 'success', 'error'],
  properties: {
    type: { type: 'string' as const, format: 'uri', description: 'urn:assay:error: and the code.' },
    title: { type: 'string' as const },
    status: { type: 'integer' as const },
    detail: { type: 'string' as const, description: 'What was found, what was expected and what to do.' },
    code: { type: 'string' as const, description: 'Stable; see docs/reference/errors.md.' },
    request_id: { type: 'string' as const },
    errors: {
      type: 'array' as const,
      items: {
        type: 'object' as const,
        required: ['location', 'message'],
        properties: {
          location: { type: 'string' as const, description: 'Such as body.rule_config.patterns[3].' },
          message: { type: 'string' as const },
        },
      },
    },
    success: { type: 'boolean' as const, const: false },
    error: { type: 'string' as const, description: 'The title again, for older callers.' },
  },
};
