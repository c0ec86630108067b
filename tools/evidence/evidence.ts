/**
 * Command: runs the whole method on the embedded model, for both bundled domains and several seeds, with every control,
 * a second round and sweeps, and writes what came of it: `npm run evidence [-- --seeds 3 --out DIR --parallel 2]`, with
 * `--sweeps tradeOff` only that one.
 * Unattended; interrupted, it goes on where it was. `docs/evidence.md` is what it writes.
 */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  hasModel,
  renderDataPlot,
  renderFates,
  renderModels,
  renderQuestions,
  renderSeeds,
  type DomainRuns,
} from './page.ts';
import { readRun } from './results.ts';
import { realText } from './realText.ts';
import {
  evidenceRuns,
  readSeconds,
  runAll,
  runFolderOf,
  sweepFolderOf,
  sweeps,
  type SweepName,
} from './runs.ts';

const domains = ['biomedicine', 'finance'];

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3' },
    out: { type: 'string', default: 'out/evidence' },
    docs: { type: 'string', default: 'docs' },
    controls: { type: 'string', default: 'all' },
    rounds: { type: 'string', default: '2' },
    sweeps: { type: 'string', default: Object.keys(sweeps).join(',') },
    reference: { type: 'string', default: '../shared/reference' },
    parallel: { type: 'string', default: String(Math.max(1, Math.min(4, cpus().length))) },
  },
});

const wanted = (Object.keys(sweeps) as SweepName[]).filter((name) => values.sweeps.split(',').includes(name));
const settings = {
  out: values.out,
  domains,
  seeds: Number(values.seeds),
  sweeps: wanted,
  controls: values.controls,
  rounds: values.rounds,
};
await runAll(evidenceRuns(settings), { out: values.out, parallel: Number(values.parallel) });
const seconds = Object.values(readSeconds(values.out)).reduce((sum, run) => sum + run, 0);
const minutes = (seconds / 60).toFixed(0);

const runs: DomainRuns = await Promise.all(
  domains.map(async (domain) => {
    const seeds = Array.from({ length: settings.seeds }, (_, i) => i + 1);
    const results = await Promise.all(
      seeds.map((seed) => readRun(runFolderOf(values.out, domain, seed), seed)),
    );
    return [domain, results] as const;
  }),
);

const pictures = join(values.docs, 'evidence');
await mkdir(pictures, { recursive: true });
const hasShares = hasModel(runs, 'half');
if (hasShares) await writeFile(join(pictures, 'data.svg'), renderDataPlot(runs));

/** Left out of this call's runs, a sweep may still be there from an earlier one. */
async function sweepSection(name: SweepName): Promise<string> {
  if (!domains.every((domain) => existsSync(join(sweepFolderOf(values.out, domain, name), 'sweep.md'))))
    return `Not run (\`--sweeps ${name}\`).\n`;
  const parts = await Promise.all(
    domains.map(async (domain) => {
      const folder = sweepFolderOf(values.out, domain, name);
      const text = await readFile(join(folder, 'sweep.md'), 'utf8');
      const picture = `${domain}-${name}.svg`;
      const hasPlot = existsSync(join(folder, 'sweep.svg'));
      if (hasPlot) await copyFile(join(folder, 'sweep.svg'), join(pictures, picture));
      return `${domain}:\n\n${text}${hasPlot ? `\n![${domain}](evidence/${picture})\n` : ''}`;
    }),
  );
  return parts.join('\n');
}

const [cpu] = cpus();
const machine = `${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, Node ${process.versions.node}, CPU with a thread per run, ${values.parallel} at a time`;
const heldOut = runs.map(([domain, results]) => `${results[0]!.items.length} ${domain}`).join(', ');
const general = runs[0]![1][0]!.report.retention?.overall.count ?? 0;

const given = process.argv.slice(2);
const command = ['npm run evidence', ...(given.length > 0 ? ['--', ...given] : [])].join(' ');

const page = `# Evidence

Written by \`${command}\`; [method.md](method.md) says what the numbers mean. The embedded model \`pocket\`, ${settings.seeds} seeds,
held-out tasks: ${heldOut}; ${general} general tasks of other domains. ${machine}; the runs together took ${minutes} minutes.

F1 is token F1 in percent, means over seeds. Intervals (95 %) draw the held-out tasks with replacement, each task's mean over
the seeds: they say how far a difference depends on which tasks were asked. "Full method" is the first round; controls
differ from it in one thing.

## What helps, and what does not

${renderQuestions(runs)}

${runs.map(([domain, results]) => `## ${domain[0]!.toUpperCase()}${domain.slice(1)}\n\n${renderModels(results)}`).join('\n\n')}

## Each seed

${renderSeeds(runs)}

## What the filters take out

Answered tasks of all seeds, by what became of them. Short answers are judged by the tables of facts that \`pocket\` was made from
(\`tools/evidence/judgedTasks.ts\`); of yes-or-no answers and of what only documents say these cannot tell. Where a rule takes out as many
right as wrong answers, its gain is not in fewer errors.

${renderFates(runs)}

## How much data

${hasShares ? '![F1 over the share of the written tasks](evidence/data.svg)' : 'Not run (`--controls all`).'}

## How many seeds

Seed 1, whole runs from so many of the seeds (\`sweep --vary "${sweeps.seeds}"\`).

${await sweepSection('seeds')}
## What specializing costs elsewhere

Seed 1, the same tasks, trained with more or fewer general tasks beside them and at two learning rates
(\`sweep --vary "${sweeps.tradeOff}"\`).

${await sweepSection('tradeOff')}
The same training, of which only a share is added to the base (\`sweep --vary "${sweeps.strength}"\`).

${await sweepSection('strength')}
${await realText(values.reference, values.out)}`;

await writeFile(join(values.docs, 'evidence.md'), page);
console.log(page);
