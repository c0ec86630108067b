/**
 * Command: runs the whole method on the embedded model, for both bundled domains and several seeds, and prints what came
 * out beside the base model and an adapter trained on the seeds alone. `npm run evidence [-- --seeds 3 --device cpu --out DIR]`
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDevice, openModel } from '../../src/cli/openModel.ts';
import { pocketAdapter } from '../../src/engine/adapterSettings.ts';
import { ModelSession } from '../../src/engine/modelSession.ts';
import { specializeModel } from '../../src/engine/specializeModel.ts';
import { parseDomain } from '../../src/specialize/domain.ts';
import type { EvaluatedModel } from '../../src/specialize/events.ts';
import type { Report } from '../../src/specialize/report.ts';
import { pocketSettings } from '../../src/specialize/settings.ts';

const domains = ['biomedicine', 'finance'] as const;
const models = ['base', 'seedsOnly', 'specialized'] as const satisfies readonly EvaluatedModel[];

interface Outcome {
  readonly domain: string;
  readonly seed: number;
  /** What ran it. */
  readonly device: string;
  readonly seconds: number;
  readonly report: Report;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '3' },
      device: { type: 'string', default: 'cpu' },
      out: { type: 'string', default: 'out/evidence' },
    },
  });
  const outcomes: Outcome[] = [];
  for (const domain of domains) {
    for (let seed = 1; seed <= Number(values.seeds); seed++) {
      const outcome = await runOnce(domain, seed, values.device);
      outcomes.push(outcome);
      console.error(`${domain}, seed ${seed}: ${outcome.seconds.toFixed(0)} s`);
    }
  }
  const table = render(outcomes);
  await mkdir(values.out, { recursive: true });
  await writeFile(join(values.out, 'evidence.json'), `${JSON.stringify(outcomes, null, 2)}\n`);
  await writeFile(join(values.out, 'evidence.md'), table);
  console.log(table);
}

async function runOnce(name: string, seed: number, deviceName: string): Promise<Outcome> {
  const start = performance.now();
  const domain = parseDomain(await readFile(`public/domains/${name}.json`, 'utf8'));
  const documents = await Promise.all(
    domain.documents.map(async (id) => ({ id, text: await readFile(join('public/domains', id), 'utf8') })),
  );
  const device = await openDevice({ device: deviceName, threads: undefined });
  const model = await openModel({ model: 'public/models/pocket', dtype: 'q4', device: deviceName });
  const session = new ModelSession(model, device);
  const settings = { ...pocketSettings, seed, controls: ['seedsOnly'] as const };
  const run = specializeModel(session, { domain, documents, settings, adapter: pocketAdapter });
  let next = await run.next();
  while (!next.done) next = await run.next();
  await device.dispose();
  const { report } = next.value;
  if (!report) throw new Error(`The run on ${name} with seed ${seed} ended without a report.`);
  const seconds = (performance.now() - start) / 1000;
  return { domain: name, seed, device: device.description, seconds, report };
}

const percent = (share: number) => (100 * share).toFixed(1);
const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

function render(outcomes: readonly Outcome[]): string {
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, Node ${process.version}, ${outcomes[0]?.device}`;
  const header = [
    'domain',
    'set',
    'seed',
    'base F1',
    'seeds only F1',
    'specialised F1',
    'gain on base',
    'invalid before → after',
    'seconds',
  ];
  const rows = domains.flatMap((domain) =>
    domainRows(outcomes.filter((outcome) => outcome.domain === domain)),
  );
  const lines = [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `Token F1 in percent on held-out tasks; general: open-domain tasks that training does not touch.\n${machine}.\n\n${lines.join('\n')}\n`;
}

function domainRows(outcomes: readonly Outcome[]): string[][] {
  const sets = [
    ['held-out', ({ report }: Outcome) => report.heldOut.overall.models],
    ['general', ({ report }: Outcome) => report.retention?.overall.models],
  ] as const;
  return sets.flatMap(([set, scoresOf]) => {
    const scored = outcomes.flatMap((outcome) => {
      const scores = scoresOf(outcome);
      return scores ? [{ outcome, scores }] : [];
    });
    const f1 = models.map((model) => scored.map(({ scores }) => scores[model]?.f1 ?? NaN));
    const gains = f1[2]!.map((after, i) => after - f1[0]![i]!);
    const invalid = (model: EvaluatedModel, i: number) =>
      percent(scored[i]!.scores[model]?.invalidRate ?? NaN);
    const name = outcomes[0]!.domain;
    const each = scored.map(({ outcome }, i) => [
      ...[name, set, String(outcome.seed), ...f1.map((values) => percent(values[i]!)), percent(gains[i]!)],
      ...[`${invalid('base', i)} → ${invalid('specialized', i)}`, outcome.seconds.toFixed(0)],
    ]);
    const average = [
      name,
      set,
      'mean',
      ...f1.map((values) => percent(mean(values))),
      `**${percent(mean(gains))}**`,
      '',
      '',
    ];
    return [...each, average];
  });
}

await main();
