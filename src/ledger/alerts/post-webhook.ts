import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { AddressRefusedError, checkedLookup } from './checked-lookup.ts';
import { forbiddenAddress } from './forbidden-address.ts';
import { hostOf, urlFault } from './webhook-url.ts';

export interface PostWebhookOptions {
  headers: Record<string, string>;
  body: string;
  /** Ranges that may be sent to though they are private, also over http. */
  allowedAddresses: readonly string[];
  /** Name, connection, request and answer together. */
  timeoutMs: number;
  signal: AbortSignal;
}

/** Of a receiver's answer only the status counts; some bytes are read so that the connection ends in order. */
const answerBytesMax = 16_384;

/**
 * Sends a webhook, once. Redirects are not followed: where they lead was never checked. Each call has a connection of
 * its own, so that no kept one stands for an address that was checked for another name.
 *
 * @returns the status of the answer, whatever it is.
 * @throws AddressRefusedError when the URL or an address of it is not to be sent to, and whatever the network throws.
 */
export async function postWebhook(url: string, options: PostWebhookOptions): Promise<number> {
  const { allowedAddresses, body, headers, timeoutMs } = options;
  const fault = urlFault(url, allowedAddresses);
  if (fault !== null) throw new AddressRefusedError(`the URL ${fault}`);
  const target = new URL(url);
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(timeoutMs)]);
  const answer = Promise.withResolvers<http.IncomingMessage>();
  const { request } = target.protocol === 'https:' ? https : http;
  const sent = request(target, {
    method: 'POST',
    agent: false,
    lookup: checkedLookup(allowedAddresses),
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'assay-webhooks/1',
      connection: 'close',
      ...headers,
    },
    maxHeaderSize: answerBytesMax,
    signal,
  });
  sent.on('response', answer.resolve);
  sent.on('error', answer.reject);
  sent.on('socket', (socket) => {
    socket.once('connect', () => {
      // A second look at what was connected to, before anything is sent: whatever went past the lookup ends here.
      const why = forbiddenAddress(socket.remoteAddress ?? '', allowedAddresses);
      if (why !== null) sent.destroy(new AddressRefusedError(`connected to ${socket.remoteAddress}: ${why}`));
    });
  });
  sent.end(body);
  const response = await answer.promise;
  await drain(response);
  return response.statusCode!;
}

async function drain(response: http.IncomingMessage): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > answerBytesMax) break;
    }
  } catch {
    // The status has been received, and it is what counts.
  } finally {
    response.destroy();
  }
}

/** For messages: the host alone, since paths of webhooks are often secrets. */
export function shownHost(url: string): string {
  const host = hostOf(new URL(url));
  return isIP(host) === 6 ? `[${host}]` : host;
}
