import { type ErrorCode, errorCodes } from '../../src/platform/error-codes.ts';
import { row, table } from './markdown.ts';

/** docs/reference/errors.md, from the catalogue of codes. */
export function errorsReference(): string {
  const codes: [string, ErrorCode][] = Object.entries(errorCodes);
  const rows = codes
    .toSorted(([, a], [, b]) => a.status - b.status)
    .map(([code, { status, title, meaning }]) => row([`\`${code}\``, String(status), title, meaning]));
  return `# Errors

Every error is answered as \`application/problem+json\` (RFC 9457):

\`\`\`json
{
  "type": "urn:assay:error:invalid_request",
  "title": "Invalid request",
  "status": 400,
  "detail": "body.sample_size: Too small: expected number to be >=1",
  "code": "invalid_request",
  "request_id": "01a1fc4d-4b31-775f-b3d8-647730252d1a",
  "errors": [{ "location": "body.sample_size", "message": "Too small: expected number to be >=1" }],
  "success": false,
  "error": "Invalid request"
}
\`\`\`

Decide by \`code\`; \`detail\` is for people and may change. \`request_id\` is also in the \`X-Request-Id\` header and in the
log. Answers with 429 and 503 say in \`Retry-After\` how many seconds to wait.

${table(['code', 'status', 'title', 'meaning'], rows)}
`;
}
