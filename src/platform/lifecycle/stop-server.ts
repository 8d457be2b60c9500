/** As `http.Server` and `https.Server` are stopped. */
export interface Stoppable {
  close(closed: () => void): unknown;
  closeIdleConnections(): void;
  closeAllConnections(): void;
}

/**
 * Takes no more connections and resolves when those there are have ended; past the deadline they are cut.
 *
 * @param closeIdleMs Node closes the connections that are idle now; those that finish a request later are closed this often.
 */
export async function stopServer(
  server: Stoppable,
  deadline: AbortSignal,
  closeIdleMs: number,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const sweep = setInterval(() => server.closeIdleConnections(), closeIdleMs);
  const cut = () => server.closeAllConnections();
  if (deadline.aborted) cut();
  else deadline.addEventListener('abort', cut, { once: true });
  try {
    await closed;
  } finally {
    clearInterval(sweep);
    deadline.removeEventListener('abort', cut);
  }
}
