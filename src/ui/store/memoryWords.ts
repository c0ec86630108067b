import type { TrainingFit } from '../../workerApi/model.ts';
import { byteSize } from '../format.ts';

/** Whether training fits into memory, in words. */
export function describeTrainingFit({ fit, totalBytes, budgetBytes, advice }: TrainingFit): string {
  const need = `Training takes about ${byteSize(totalBytes)} of memory`;
  if (fit === 'fits') return `${need}: that fits.`;
  if (fit === 'tight') return `${need}: that is tight. Close other tabs and programs first.`;
  return [`${need}, more than the ${byteSize(budgetBytes)} counted on here.`, ...advice].join(' ');
}

/** That a training reads its weights piece by piece, in words; null where they are in memory as a whole. */
export function describePieces(plan: TrainingFit | null): string | null {
  if (!plan?.streaming) return null;
  return `The model does not fit into memory as a whole, so it is trained piece by piece: each step reads ${byteSize(plan.streaming.bytesReadPerStep)} of it from storage, which is slower and comes to the same result.`;
}
