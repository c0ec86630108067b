import type { MemoryPlan } from '../engine/memoryPlan.ts';
import { describeStreaming } from '../engine/streamedPrograms.ts';
import { totalBytesOf } from '../graph/memoryEstimate.ts';
import type { PlannedEvent } from '../training/trainingEvents.ts';
import type { OptionTable } from './options.ts';

/** What training works on at a time and may take, under the same names for all commands. */
export const memoryOptions = {
  'batch-size': { kind: 'count', default: 8, help: 'rows per microstep' },
  'max-length': { kind: 'count', default: 256, help: 'tokens per row; longer rows are cut' },
  'memory-budget': {
    kind: 'count',
    default: 4000,
    help: 'MB that training may take; layers are then computed again, and fewer rows at a time',
  },
} as const satisfies OptionTable;

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

const recomputed = {
  none: 'layers kept',
  elementwise: 'elementwise results computed again',
  perLayer: 'layers computed again',
} as const satisfies Record<MemoryPlan['recompute'], string>;

/** One line on whether training fits, what it takes and how that is brought about. */
export function describeFit(
  { fit, recompute, memory }: Pick<MemoryPlan, 'fit' | 'recompute' | 'memory'>,
  budgetBytes: number,
): string {
  const { weights, activations, state, graphs } = memory;
  const kept = graphs ? `, graphs ${megabytes(graphs)}` : '';
  const parts = `weights ${megabytes(weights)}, activations ${megabytes(activations)}, adapter and optimizer ${megabytes(state)}${kept}`;
  const verdict = fit === 'tight' ? 'is tight in' : fit;
  return `${verdict} ${megabytes(budgetBytes)}: ${megabytes(totalBytesOf(memory))} by estimate (${parts}), ${recomputed[recompute]}`;
}

/** Whether training fits a budget, what to change where it does not, and how it goes on there. */
export function describeBudget(plan: MemoryPlan, budgetBytes: number): string {
  const { advice, streaming } = plan;
  const asWhole = [describeFit(plan, budgetBytes), ...advice].join('. ');
  if (!streaming) return asWhole;
  const inPieces = describeFit({ ...streaming, recompute: 'perLayer' }, budgetBytes);
  const rows = describeRows(streaming.batchSize);
  return `${asWhole} Otherwise training goes piece by piece, which ${inPieces}, ${rows} at a time. ${describeStreaming(streaming.cost)}`;
}

const describeRows = (batchSize: number) => (batchSize === 1 ? '1 row' : `${batchSize} rows`);

/** How a training was compiled, before it begins. */
export function describePlan(plan: PlannedEvent): string {
  const { batchSize, sequenceLength } = plan;
  const lines = batchSize === 1 ? '1 line' : `${batchSize} lines`;
  const rows = plan.isPacked
    ? `rows sharing ${lines} of ${sequenceLength} tokens`
    : `${describeRows(batchSize)} of up to ${sequenceLength} tokens`;
  const notices = [plan.streaming && describeStreaming(plan.streaming), plan.activations?.note];
  return `Training ${describeFit(plan, plan.budgetBytes)}, ${rows} at a time.${notices.map((notice) => (notice ? ` ${notice}` : '')).join('')}`;
}
