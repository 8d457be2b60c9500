import { addCheckpoint, type WitnessDeps } from './add-checkpoint.ts';

/** A request with 63 hashes and 16 signatures, one of them post-quantum, has 12 kB. */
const bodyBytesMax = 64 * 1_024;

/**
 * The witness over HTTP: `POST /add-checkpoint`, and `GET /checkpoint?origin=` for whoever verifies a log and wants to
 * hear from the witness itself what it last saw.
 */
export async function handleWitnessRequest(deps: WitnessDeps, request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  switch (`${request.method} ${pathname}`) {
    case 'POST /add-checkpoint': {
      const body = await readBody(request);
      if (body === null) return text(413, `expected at most ${bodyBytesMax} bytes`);
      const answer = addCheckpoint(deps, body);
      return new Response(answer.body, {
        status: answer.status,
        headers: { 'content-type': answer.contentType },
      });
    }
    case 'GET /checkpoint': {
      const latest = deps.store.find(searchParams.get('origin') ?? '');
      return latest === null
        ? text(404, 'nothing was cosigned of this log')
        : text(200, latest.note.trimEnd());
    }
    case 'GET /key':
      return text(200, deps.signer.verifier.text);
    case 'GET /health':
      return text(200, 'ok');
    default:
      return text(404, 'there is POST /add-checkpoint, GET /checkpoint?origin=, GET /key and GET /health');
  }
}

async function readBody(request: Request): Promise<string | null> {
  if (Number(request.headers.get('content-length') ?? 0) > bodyBytesMax) return null;
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request.body ?? []) {
    length += part.length;
    if (length > bodyBytesMax) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function text(status: number, body: string): Response {
  return new Response(`${body}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } });
}
