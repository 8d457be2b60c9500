/** In the order in which one claims to be another: Edge says Chrome, Chrome says Safari, and nearly all say Mozilla. */
const families: readonly [string, RegExp][] = [
  ['bot', /bot\b|crawler|spider|slurp/i],
  ['Edge', /\bEdgA?(?:iOS)?\//],
  ['Opera', /\bOPR\/|\bOpera\b/],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|CriOS|Chromium)\//],
  ['Safari', /\bVersion\/[\d.]+.*\bSafari\//],
];

const systems: readonly [string, RegExp][] = [
  ['iOS', /\b(?:iPhone|iPad|iPod)\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac(?:intosh| OS X)\b/],
  ['Linux', /\bLinux\b/],
];

/** Browsers send under 300 characters; a longer one is nobody's browser. */
const agentLengthMax = 512;

/** The program of a client that is no browser: `curl`, `python-requests`. Longer names are somebody's own text. */
const program = /^([A-Za-z][A-Za-z-]{1,30})(?:\/|$)/;

/**
 * A user agent as its family and system, without versions, devices or whatever else singles a person out:
 * `Firefox on Windows`, `curl`, `other`.
 */
export function maskUserAgent(header: string): string {
  const agent = header.slice(0, agentLengthMax);
  const family = nameOf(families, agent);
  if (family === 'bot') return 'bot';
  const system = nameOf(systems, agent);
  if (family !== undefined) return system === undefined ? family : `${family} on ${system}`;
  const name = program.exec(agent.trim())?.[1];
  return name === undefined || name === 'Mozilla' ? 'other' : name;
}

function nameOf(list: readonly [string, RegExp][], agent: string): string | undefined {
  return list.find(([, form]) => form.test(agent))?.[0];
}
