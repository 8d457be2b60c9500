/** What the sidecar needs of a request. */
export interface PlainRequest {
  method: 'GET' | 'POST';
  target: string;
  tenantId: string | undefined;
  cost: string | undefined;
  /** Where in the bytes that were read the body begins; it goes to their end. */
  bodyAt: number;
}

/** As `node:http` limits a head. */
const bytesMax = 16_384;

const startLine = /^(GET|POST) (\/[\w.~%?&=/-]*) HTTP\/1\.1\r\n/;
const field = /([\w!#$%&'*+.^`|~-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)\r\n/y;

/**
 * Reads a request in which nothing is left to judgement: HTTP/1.1 (RFC 9112), whole, alone in these bytes, its length given
 * once, and the connection to be kept.
 *
 * @returns null for any other, which may be a good one all the same: that is for `node:http` to say.
 */
export function readPlainRequest(bytes: Buffer): PlainRequest | null {
  const headEnd = bytes.length <= bytesMax ? bytes.indexOf('\r\n\r\n') : -1;
  if (headEnd < 0) return null;
  const head = bytes.toString('latin1', 0, headEnd + 2);
  const start = startLine.exec(head);
  if (start === null) return null;
  const request: PlainRequest = {
    method: start[1] as 'GET' | 'POST',
    target: start[2]!,
    tenantId: undefined,
    cost: undefined,
    bodyAt: headEnd + 4,
  };
  const bodyBytes = readFields(head, start[0].length, request);
  return bodyBytes === bytes.length - request.bodyAt ? request : null;
}

/** @returns how long the body says it is; -1 when a field asks for more than reading it. */
function readFields(head: string, from: number, request: PlainRequest): number {
  let hasHost = false;
  let bodyBytes: number | undefined;
  field.lastIndex = from;
  while (field.lastIndex < head.length) {
    const found = field.exec(head);
    if (found === null) return -1;
    const value = found[2]!;
    switch (found[1]!.toLowerCase()) {
      case 'host':
        if (hasHost) return -1;
        hasHost = true;
        break;
      case 'content-length':
        if (bodyBytes !== undefined || !/^\d{1,5}$/.test(value)) return -1;
        bodyBytes = Number(value);
        break;
      case 'x-tenant-id':
        if (request.tenantId !== undefined || /[ \t]$/.test(value)) return -1;
        request.tenantId = value;
        break;
      case 'x-credit-cost':
        if (request.cost !== undefined || /[ \t]$/.test(value)) return -1;
        request.cost = value;
        break;
      case 'connection':
        if (value.toLowerCase() !== 'keep-alive') return -1;
        break;
      case 'proxy-connection':
      case 'transfer-encoding':
      case 'expect':
      case 'upgrade':
        return -1;
    }
  }
  return hasHost ? (bodyBytes ?? 0) : -1;
}
