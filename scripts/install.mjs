// Brings node_modules to what package-lock.json says and prints the path of the Node to run on. Plain JavaScript
// without dependencies: it runs on a fresh clone, on the Node that is there (20 or newer).
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stamp = join(modules, '.assay-installed');
const lock = join(root, '.assay', 'install.lock');
const ownNode = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
/** `erasableSyntaxOnly` sources run as they are from here on. */
const NODE_MAJOR_NEEDED = 24;

try {
  if (!isInstalled()) await oneAtATime(install);
  process.stdout.write(`${chooseNode()}\n`);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

function wanted() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  return hash.update(`${process.platform}-${process.arch}`).digest('hex');
}

function isInstalled() {
  if (readIfThere(stamp) === wanted()) return true;
  if (!installedByHand()) return false;
  writeFileSync(stamp, wanted());
  return true;
}

/** Somebody ran `npm ci` or `npm install` themselves: npm keeps its own account of what lies in node_modules. */
function installedByHand() {
  const hidden = readIfThere(join(modules, '.package-lock.json'));
  if (hidden === undefined) return false;
  const have = JSON.parse(hidden).packages;
  const want = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(want).every(([path, { version, optional }]) => {
    if (path === '') return true;
    return have[path] === undefined ? optional === true : have[path].version === version;
  });
}

async function install() {
  if (isInstalled()) return; // another start did it while we waited
  process.stderr.write('Installing the locked dependencies (npm ci), once …\n');
  const started = Date.now();
  await npmCi();
  if (!existsSync(ownNode)) installNodeOurselves();
  writeFileSync(stamp, wanted());
  process.stderr.write(`Installed in ${((Date.now() - started) / 1000).toFixed(1)} s.\n`);
}

/** What npm prints goes to stderr: our stdout is the path of Node and nothing else. */
function npmCi() {
  // npm deletes node_modules first: neither it nor the packages' scripts may run on a Node from in there.
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.startsWith(modules + sep));
  const env = { ...process.env, PATH: path.join(delimiter) };
  for (const name of ['NODE_ENV', 'npm_config_omit', 'npm_config_include']) delete env[name];
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const child = spawn('npm', args, {
    cwd: root,
    env,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  const stop = (signal) => child.kill(signal);
  process.once('SIGINT', stop).once('SIGTERM', stop);
  return new Promise((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new Error(`npm could not be started: ${cause.message}`, { cause })),
    );
    child.once('exit', (code, signal) => {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      if (code === 0) resolve();
      else reject(new Error(`npm ci failed (${signal ?? `exit code ${code}`}); its message is above.`));
    });
  });
}

/** An npm that blocks install scripts leaves the package `node` without its binary. */
function installNodeOurselves() {
  const cwd = join(modules, 'node');
  if (!existsSync(cwd)) return;
  spawnSync(process.execPath, ['installArchSpecificPackage'], { cwd, stdio: ['ignore', 2, 2] });
}

function chooseNode() {
  for (const candidate of [ownNode, process.execPath]) {
    const { stdout } = spawnSync(candidate, ['--version'], { encoding: 'utf8' });
    if (Number(/^v(\d+)/.exec(stdout ?? '')?.[1]) >= NODE_MAJOR_NEEDED) return candidate;
  }
  throw new Error(
    `Node ${NODE_MAJOR_NEEDED} is needed. The npm package "node" should have brought it, but ${ownNode} does not run here, ` +
      `and this Node is ${process.version}. Install Node ${NODE_MAJOR_NEEDED} (https://nodejs.org) and run the command again.`,
  );
}

/** Two starts at once must not both delete and fill node_modules. */
async function oneAtATime(work) {
  mkdirSync(dirname(lock), { recursive: true });
  let said = false;
  while (!takeLock()) {
    if (!said) process.stderr.write('Another start is installing the dependencies; waiting for it …\n');
    said = true;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  try {
    await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function takeLock() {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (!isStale()) return false;
  rmSync(lock, { force: true });
  return false; // the next round takes it, or loses it to another start
}

function isStale() {
  const pid = Number(readIfThere(lock));
  if (!(pid > 0)) return Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0) > 2_000;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
