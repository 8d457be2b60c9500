import { injectorVariables } from '../../src/platform/config/injector.ts';
import { environmentSchema } from '../../src/platform/config/schema.ts';
import { sidecarVariables } from '../../src/platform/config/sidecar.ts';
import { sections, variableDocs } from '../../src/platform/config/variable.ts';
import { witnessSchema } from '../../src/platform/config/witness.ts';
import { row, table } from './markdown.ts';

/** docs/reference/configuration.md, from the schema that reads the environment. */
export function configurationReference(): string {
  const variables = [
    ...Object.entries({ ...environmentSchema.shape, ...witnessSchema.shape }).map(([name, schema]) => ({
      name,
      ...variableDocs.get(schema)!,
    })),
    ...Object.entries({ ...sidecarVariables, ...injectorVariables }).map(([name, variable]) => ({
      name,
      ...variable,
    })),
  ];
  const parts = sections.map((section) => {
    const rows = variables
      .filter((variable) => variable.section === section)
      .map(({ name, description, accepts, default: byDefault, secret }) =>
        row([`\`${name}\``, description, accepts, byDefault ?? '', secret ? 'yes' : '']),
      );
    return `## ${section}\n\n${table(['variable', 'meaning', 'accepts', 'default', 'secret'], rows)}`;
  });
  return `# Configuration

Everything is set by environment variables, read once when a process starts. An empty value counts as unset. All faults
are reported at once, without the values of secrets, and the process ends with exit code 1. One of \`DATABASE_URL\`,
\`CREDITS_DATABASE_URL\` and \`SHADOW_DATABASE_URL\` is needed; nothing else is. A sidecar and a witness have no database: see their sections.

${parts.join('\n\n')}
`;
}
