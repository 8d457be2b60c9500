import type { ServerResponse } from 'node:http';

/** Where the answer to one request goes: into `node:http`'s response, or straight onto the connection. */
export interface Reply {
  /** @param header one more than every answer has. */
  send(
    status: number,
    text: string,
    contentType: string,
    header?: readonly [name: string, value: string],
  ): void;
}

export function httpReply(response: ServerResponse): Reply {
  return {
    send(status, text, contentType, header) {
      if (header !== undefined) response.setHeader(...header);
      // The length is given, so that Node does not chunk the answer.
      response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(text) });
      response.end(text);
    },
  };
}
