#!/usr/bin/env node
import { readdirSync } from 'node:fs';
import { endWithSupervisor } from './support/end-with-supervisor.ts';

interface Command {
  summary: string;
  run(argv: string[]): Promise<number>;
}

/** `.ts` in a checkout, `.js` in what is shipped. */
const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));

/** A finished command that left something open must not hang for ever; ends in order take far less. */
const LINGER_MS = 5_000;

process.exitCode = await main(process.argv.slice(2));
setTimeout(() => process.exit(), LINGER_MS).unref();

async function main([name, ...argv]: string[]): Promise<number> {
  endWithSupervisor(process);
  const names = commandNames();
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(await usage(names));
    return 0;
  }
  if (!names.includes(name)) {
    process.stderr.write(`assay: there is no command "${name}"; the commands are ${names.join(', ')}\n`);
    return 2;
  }
  return (await load(name)).run(argv);
}

function commandNames(): string[] {
  return readdirSync(new URL('.', import.meta.url))
    .filter((file) => file.endsWith(extension) && !file.includes('.test.') && file !== `main${extension}`)
    .map((file) => file.slice(0, -extension.length))
    .sort();
}

function load(name: string): Promise<Command> {
  return import(new URL(`./${name}${extension}`, import.meta.url).href) as Promise<Command>;
}

async function usage(names: string[]): Promise<string> {
  const lines = await Promise.all(
    names.map(async (name) => `  ${name.padEnd(10)} ${(await load(name)).summary}`),
  );
  return `Usage: assay <command> [arguments]\n\n${lines.join('\n')}\n`;
}
