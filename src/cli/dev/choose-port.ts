import { tryPort } from '../../platform/embedded/free-port.ts';

const DEFAULT_PORT = 5004;
const PORTS_TRIED = 100;

/** PORT when it is set (it must be free), else 5004 or the next free port after it. */
export async function choosePort(host: string, wanted: number | undefined): Promise<number> {
  if (wanted !== undefined) {
    const port = await tryPort(wanted, host);
    if (port !== undefined) return port;
    throw new Error(
      `Port ${wanted} (PORT) is in use or not allowed. Free it, set another, or unset PORT to have one chosen.`,
    );
  }
  for (let port = DEFAULT_PORT; port < DEFAULT_PORT + PORTS_TRIED; port++) {
    if ((await tryPort(port, host)) !== undefined) return port;
  }
  throw new Error(
    `All ports from ${DEFAULT_PORT} to ${DEFAULT_PORT + PORTS_TRIED - 1} are in use. Set PORT to a free one.`,
  );
}
