import { existsSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDevice, openModel } from '../../src/cli/openModel.ts';
import { compilePrograms, type ProgramRequest } from '../../src/engine/adapterPrograms.ts';
import { pocketAdapter } from '../../src/engine/adapterSettings.ts';
import { trainAdapter, type AdapterTraining } from '../../src/engine/trainAdapter.ts';
import { createRandom } from '../../src/random.ts';
import { parseTrainingRows } from '../../src/text/rows.ts';
import { tokenizeRow } from '../../src/text/tokenize.ts';
import { fitRows } from '../../src/training/batches.ts';
import { defaultTrainingOptions, totalStepsOf } from '../../src/training/options.ts';
import { costOfSteps } from '../../src/training/planPacking.ts';
import { TrainingData } from '../../src/training/trainingData.ts';
import type { StepEvent } from '../../src/training/trainingEvents.ts';
import { describeMachine } from './benchMemory.ts';

/** Rows with a line each, and rows that share lines. */
const ways = { 'a line each': false, shared: true } as const;
type Way = keyof typeof ways;
const names = Object.keys(ways) as Way[];

/**
 * Trains `pocket` on the rows of a finished run in both ways, step by step in turn, so that whatever else the machine does
 * meets both alike; prints what an epoch computes and takes. Sessions are created in a first epoch, and the second is counted.
 */
export async function benchPacking(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      run: { type: 'string', default: 'out/evidence/biomedicine-1' },
      device: { type: 'string', default: 'cpu' },
      threads: { type: 'string' },
    },
  });
  const { device: provider, threads } = values;
  const device = await openDevice({ device: provider, threads: threads === undefined ? undefined : Number(threads) }); // prettier-ignore
  const model = await openModel({ model: 'public/models/pocket', dtype: 'q4', device: provider });
  const { rank, alpha, targetModules, batchSize, maxLength, epochs: _, strength: _all, ...options } = pocketAdapter; // prettier-ignore
  const training = {
    ...{ model, device, batchSize, maxLength, lora: { rank, alpha, targetModules } },
    rows: rowsOf(values.run).map((row) => tokenizeRow(row, model.tokenizer)),
    options: { ...defaultTrainingOptions, ...options, duration: { epochs: 2 } },
  };
  const figures = await trainInTurn(training);
  const tokens = tokensOf(training);
  console.log(describe(values.run, tokens, figures));
  await device.dispose();
}

function rowsOf(run: string) {
  const path = join(run, 'train.jsonl');
  if (existsSync(path)) return parseTrainingRows(readFileSync(path, 'utf8'));
  throw new Error(
    `There is no ${path}; name the folder of a finished run with --run, as \`npm run whittle -- specialize --out FOLDER\` writes it.`,
  );
}

/** The steps of the second epoch. */
async function trainInTurn(
  training: Omit<AdapterTraining, 'random'>,
): Promise<Record<Way, readonly StepEvent[]>> {
  const generators = names.map((way) => {
    const random = createRandom('bench', 'adapter');
    return trainAdapter({ ...training, isPacked: ways[way], random: () => random.next() });
  });
  const steps = names.map((): StepEvent[] => []);
  const [first, total] = epochsOf(training);
  for (let step = 0; step < total; step++) {
    for (const [i, generator] of generators.entries()) steps[i]!.push(await nextStep(generator));
    if (step % 10 === 9) console.error(`step ${step + 1} of ${total}`);
  }
  for (const generator of generators) await generator.return(undefined as never);
  return Object.fromEntries(names.map((way, i) => [way, steps[i]!.slice(first)])) as Record<Way, StepEvent[]>; // prettier-ignore
}

/** Steps of one epoch, and of two. */
const epochsOf = ({ rows, batchSize }: Pick<ProgramRequest, 'rows' | 'batchSize'>) =>
  [1, 2].map((epochs) => totalStepsOf({ epochs }, rows.length, batchSize)) as [number, number];

async function nextStep(events: ReturnType<typeof trainAdapter>): Promise<StepEvent> {
  for (;;) {
    const { value, done } = await events.next();
    if (done) throw new Error('Training ended before its last step.');
    if (value.type === 'step') return value;
  }
}

interface Tokens {
  readonly real: number;
  readonly computed: Readonly<Record<Way, number>>;
  readonly shapes: Readonly<Record<Way, string>>;
}

/** Tokens of the second epoch, and those that are computed for it. */
function tokensOf(request: ProgramRequest & Pick<AdapterTraining, 'options'>): Tokens {
  const { rows: all, batchSize, maxLength, options } = request;
  const { rows } = fitRows(all, maxLength);
  const data = new TrainingData(rows, batchSize, options.seed);
  const [first, total] = epochsOf(request);
  const steps = Array.from({ length: total - first }, (_, i) => data.step(first + i + 1));
  const programs = names.map((way) => compilePrograms({ ...request, isPacked: ways[way] }).programs);
  const byWay = <T>(of: (index: number) => T) =>
    Object.fromEntries(names.map((way, i) => [way, of(i)])) as Record<Way, T>;
  return {
    real: steps.reduce((sum, step) => sum + step.tokens, 0),
    computed: byWay((i) => steps.length * costOfSteps(steps.map((step) => step.rows), programs[i]!).tokens), // prettier-ignore
    shapes: byWay((i) => programs[i]!.map((it) => `${it.batchSize} × ${it.sequenceLength}`).join(', ')), // prettier-ignore
  };
}

function describe(run: string, tokens: Tokens, figures: Record<Way, readonly StepEvent[]>): string {
  const secondsOf = (way: Way) => figures[way].reduce((sum, { seconds }) => sum + seconds, 0);
  const lines = names.map((way) => {
    const last = figures[way].at(-1)!.loss;
    const cells = [way, tokens.shapes[way], tokens.computed[way].toFixed(0), secondsOf(way).toFixed(1), last.toFixed(6)]; // prettier-ignore
    return `| ${cells.join(' | ')} |`;
  });
  const [alone, shared] = names as [Way, Way];
  const { processor, cores, node, onnxruntimeNode } = describeMachine();
  return [
    `pocket on the rows of ${run}, ${tokens.real} tokens in an epoch of ${figures.shared.length} steps:`,
    '',
    '| rows have | lines × tokens | tokens computed | seconds | last loss |',
    '| --- | --- | --: | --: | --: |',
    ...lines,
    '',
    `Shared: ${(tokens.computed[shared] / tokens.computed[alone]).toFixed(2)} of the tokens and ${(secondsOf(shared) / secondsOf(alone)).toFixed(2)} of the time.`,
    `${processor}, ${cores} cores; Node ${node}, onnxruntime-node ${onnxruntimeNode}; load at the end ${loadavg()[0]!.toFixed(1)}, this process included.`,
  ].join('\n');
}
