/**
 * `node:http`, as `require` gives it. An `import` reads every export, `WebSocket` among them, and Node then loads undici for
 * it: 14 MB of memory and 45 ms of starting, in a process beside every pod that has no use for it.
 */
export const http = process.getBuiltinModule('node:http');

/** `node:https`, loaded when it is asked for: TLS is another megabyte. */
export const https = () => process.getBuiltinModule('node:https');
