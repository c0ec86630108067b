import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StepFigures } from '../../src/engine/benchStep.ts';
import { benchColumns } from '../../src/workerApi/bench.ts';

export interface MeasuredStep {
  readonly model: string;
  /** As `--devices` calls it. */
  readonly on: string;
  readonly figures: StepFigures;
}

/** What `recordTorch.py` prints, as far as it is shown. */
interface TorchRecord {
  readonly machine: { readonly processor: string; readonly cores: number; readonly threads: number };
  readonly versions: { readonly torch: string };
  readonly model: string;
  readonly tokens: number;
  readonly stepInForwards: number;
  readonly tokensPerSecond: number;
  /** Of the machine's last minute when it was recorded, its own threads included. */
  readonly loadAverage: number;
}

const record = join(import.meta.dirname, 'torch.json');
const torch = existsSync(record) ? (JSON.parse(readFileSync(record, 'utf8')) as TorchRecord) : null;

/** Steps as a Markdown table, with what the columns mean below it. */
export function renderSteps(steps: readonly MeasuredStep[]): string {
  if (steps.length === 0) return 'No step was measured.';
  const titles = [
    'model',
    'device',
    ...benchColumns.map(({ title }) => title),
    ...(torch ? ['of PyTorch'] : []),
  ];
  const rows = steps.map((step) => {
    const { model, on, figures } = step;
    const cells = [model, on, ...benchColumns.map(({ cell }) => cell(figures)), ...(torch ? [ofTorch(step, torch)] : [])]; // prettier-ignore
    return `| ${cells.join(' | ')} |`;
  });
  const ruler = `| --- | --- |${' --: |'.repeat(titles.length - 2)}`;
  const meanings = benchColumns.map(({ title, meaning }) => `- ${title}: ${meaning}`);
  return [`| ${titles.join(' | ')} |`, ruler, ...rows, '', ...meanings, ...describeTorch()].join('\n');
}

/** Tokens per second as a share of the recorded ones, where model and length are the same and a processor computes. */
function ofTorch(
  { model, on, figures }: MeasuredStep,
  { tokensPerSecond, ...recorded }: TorchRecord,
): string {
  const isSame = model === recorded.model && figures.batchSize * figures.sequenceLength === recorded.tokens;
  return isSame && (on === 'cpu' || on === 'wasm')
    ? (figures.tokensPerSecond / tokensPerSecond).toFixed(2)
    : '–';
}

function describeTorch(): string[] {
  if (!torch) return [];
  const { machine, versions, tokens, tokensPerSecond, stepInForwards, model, loadAverage } = torch;
  return [
    `- of PyTorch: tokens/s, divided by those of eager PyTorch ${versions.torch} in float32 with the same adapter: ${tokensPerSecond.toFixed(0)} in ${model}'s shape at ${tokens} tokens, where a step takes ${stepInForwards.toFixed(2)} forwards. Recorded once by tools/bench/recordTorch.py on ${machine.processor}, ${machine.cores} cores, ${machine.threads} threads, with a load average of ${loadAverage.toFixed(1)}, not in this run.`,
  ];
}
