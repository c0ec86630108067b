import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LoadedModel } from '../engine/loadModel.ts';
import { ModelSession } from '../engine/modelSession.ts';
import { specializeModel } from '../engine/specializeModel.ts';
import type { Adapter } from '../lora/adapter.ts';
import type { Device } from '../runtime/device.ts';
import { phaseKey } from '../specialize/events.ts';
import type { Report } from '../specialize/report.ts';
import { applyEvent, emptyState, type SpecializationState } from '../specialize/state.ts';
import type { Command } from './command.ts';
import { makeOutFolder } from './files.ts';
import { openDevice, openModel } from './openModel.ts';
import { helpOf, readOptions } from './options.ts';
import { createOutput, type Output } from './output.ts';
import type { RunPlan } from '../engine/runPlan.ts';
import { readRunPlan } from './runPlan.ts';
import {
  parseAxes,
  pointName,
  sweepPoints,
  writingKey,
  writingPlan,
  type Axis,
  type SweepPoint,
} from './sweepPoints.ts';
import { renderSweepPlot, renderSweepTable, type SweepResult } from './sweepTable.ts';

const options = {
  from: { kind: 'text', isRequired: true, help: 'folder of a specialize run, whose settings are varied' },
  vary: {
    kind: 'text',
    isRequired: true,
    help: '"name=value,value; name=value,value": one or two settings, and "seed=1,2,3" to average over',
  },
  out: { kind: 'text', isRequired: true, help: 'folder for the results; what is there is not done again' },
  model: { kind: 'text', help: 'where the model lies now, if elsewhere than for the run' },
  threads: { kind: 'count', help: 'CPU threads (default: one for each core)' },
  json: { kind: 'flag', help: 'one JSON object per line on stdout, progress on stderr' },
} as const;

/** What the points of a sweep run on. */
interface Bench {
  readonly model: LoadedModel;
  readonly device: Device;
  readonly out: string;
  readonly axes: readonly Axis[];
}

export const sweepCommand: Command = {
  summary: 'a run again with other settings, as a table and a plot',
  help: helpOf('sweep', options),
  run: async (argv) => {
    const values = readOptions(options, argv);
    const output = createOutput(values.json);
    const earlier = await readRunPlan(values.from);
    const plan = { ...earlier, ...(values.model !== undefined && { model: values.model }) };
    const axes = parseAxes(values.vary);
    const points = sweepPoints(plan, axes);
    await makeOutFolder(values.out);
    const device = await openDevice({ device: plan.device, threads: values.threads });
    const bench = { model: await openModel(plan), device, out: values.out, axes };
    const results: SweepResult[] = [];
    for (const [i, point] of points.entries()) {
      output.progress(`${i + 1} of ${points.length}: ${pointName(point, axes)}`);
      results.push({ values: point.values, report: await runPoint(bench, point, output) });
    }
    await device.dispose();
    await writeSweep(values.out, axes, results, output);
  },
};

async function writeSweep(
  out: string,
  axes: readonly Axis[],
  results: readonly SweepResult[],
  output: Output,
): Promise<void> {
  const table = renderSweepTable(axes, results);
  const plot = renderSweepPlot(axes, results);
  await writeFile(join(out, 'sweep.md'), table);
  if (plot) await writeFile(join(out, 'sweep.svg'), plot);
  output.result(
    { type: 'sweep', axes, points: results.map(({ values, report }) => ({ values, report })) },
    table,
  );
}

/** The report of a point, from its file where an earlier sweep came so far. */
async function runPoint(bench: Bench, point: SweepPoint, output: Output): Promise<Report> {
  const file = join(bench.out, `${pointName(point, bench.axes)}.json`);
  if (existsSync(file)) return JSON.parse(await readFile(file, 'utf8')) as Report;
  const state = await writtenState(bench, point, output);
  output.progress('  training and evaluation');
  const { report } = await runUntil(bench, point.plan, state, () => false);
  if (!report) throw new Error(`The run ${pointName(point, bench.axes)} ended without a report.`);
  await writeWhole(file, report);
  return report;
}

const lastOfWriting = phaseKey({ stage: 'evaluation', round: 1, model: 'base' });

/** Tasks and answers, and the base's scores: the same for all points that differ only in what comes later. */
async function writtenState(
  bench: Bench,
  point: SweepPoint,
  output: Output,
): Promise<SpecializationState<Adapter>> {
  const file = join(bench.out, 'written', `${writingKey(point, bench.axes)}.json`);
  if (existsSync(file)) return JSON.parse(await readFile(file, 'utf8')) as SpecializationState<Adapter>;
  output.progress('  tasks and answers');
  const isWritten = ({ finished }: SpecializationState<Adapter>) => finished.includes(lastOfWriting);
  const state = await runUntil(bench, writingPlan(point, bench.axes), emptyState(), isWritten);
  await mkdir(join(bench.out, 'written'), { recursive: true });
  await writeWhole(file, state);
  return state;
}

async function runUntil(
  { model, device }: Bench,
  plan: RunPlan,
  start: SpecializationState<Adapter>,
  isEnough: (state: SpecializationState<Adapter>) => boolean,
): Promise<SpecializationState<Adapter>> {
  const session = new ModelSession(model, device, { batchSize: plan.settings.batchSize });
  let state = start;
  try {
    for await (const event of specializeModel(session, { ...plan, state })) {
      state = applyEvent(state, event);
      if (isEnough(state)) break;
    }
  } finally {
    await session.releaseGeneration();
  }
  return state;
}

/** A process that is killed leaves no half of a file under this name. */
async function writeWhole(file: string, value: unknown): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(value));
  await rename(`${file}.new`, file);
}
