import { readDevFile } from '../dev/dev-file.ts';
import { stateDirectory } from '../dev/state-directory.ts';
import { type ServerEvent, serverEvents } from './server-events.ts';

export interface ApiAddress {
  url: string;
  key: string;
}

/** The API said no: the problem document, in words. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = code;
  }
}

/**
 * Where the API is: `ASSAY_API_URL` with `ASSAY_API_KEY`, else the stack that `assay dev` runs. From the environment
 * and not from arguments, which other users of a machine can read.
 */
export function apiAddress(
  env: Record<string, string | undefined>,
  directory = stateDirectory(process.cwd()),
): ApiAddress {
  if (env.ASSAY_API_URL) {
    const key = env.ASSAY_API_KEY || env.SHADOW_API_KEY;
    if (!key)
      throw new Error('ASSAY_API_URL is set, but not ASSAY_API_KEY: set it to a key with shadow:write');
    return { url: env.ASSAY_API_URL.replace(/\/+$/, ''), key };
  }
  const dev = readDevFile(directory);
  if (dev === undefined) {
    throw new Error('no API is known: run `npm start`, or set ASSAY_API_URL and ASSAY_API_KEY');
  }
  return { url: dev.api_url, key: dev.shadow_api_key };
}

/** Answers are small; an upload has its own call without this limit. */
const answerTimeoutMs = 60_000;

/** The few calls the commands make, over HTTP like any other client. */
export class ApiClient {
  readonly #address: ApiAddress;

  constructor(address: ApiAddress) {
    this.#address = address;
  }

  get url(): string {
    return this.#address.url;
  }

  /** @throws ApiProblem when the answer is not 2xx; an Error that names the address when there is none. */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const headers = body === undefined ? undefined : { 'content-type': 'application/json' };
    const response = await this.#fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    const text = await response.text();
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** Sends a stream as the body; it is read only as fast as the API takes it. */
  async upload<T>(
    path: string,
    headers: Record<string, string>,
    body: ReadableStream<Uint8Array>,
  ): Promise<T> {
    const init = { method: 'POST', headers, body, duplex: 'half' as const };
    return (await (await this.#fetch(path, init)).json()) as T;
  }

  /** The server-sent events of a path, until the server ends them. */
  async *events(path: string, signal: AbortSignal): AsyncGenerator<ServerEvent> {
    const response = await this.#fetch(path, { headers: { accept: 'text/event-stream' }, signal });
    if (response.body !== null) yield* serverEvents(response.body);
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${this.#address.key}`);
    let response: Response;
    try {
      response = await fetch(`${this.#address.url}${path}`, { ...init, headers });
    } catch (error) {
      const cause = (error as Error).cause;
      const detail = (cause instanceof Error && cause.message) || (error as Error).message;
      throw new Error(`${this.#address.url} does not answer (${detail}); is the stack up (npm start)?`, {
        cause: error,
      });
    }
    if (!response.ok) throw problemOf(response.status, await response.text());
    return response;
  }
}

function problemOf(status: number, body: string): ApiProblem {
  try {
    const problem = JSON.parse(body) as {
      code?: string;
      title?: string;
      detail?: string;
      errors?: { location: string; message: string }[];
    };
    const said = problem.detail ?? problem.title ?? 'refused';
    // With one fault the detail often holds it already.
    const faults = (problem.errors ?? []).filter(({ message }) => !said.includes(message));
    const words = [said, ...faults.map(({ location, message }) => `  ${location}: ${message}`)].join('\n');
    return new ApiProblem(status, problem.code ?? 'unknown', words);
  } catch {
    return new ApiProblem(status, 'unknown', `the API answered ${status}: ${body.slice(0, 300)}`);
  }
}
