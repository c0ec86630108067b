import type { TrainingFit } from '../../workerApi/model.ts';
import { byteSize } from '../format.ts';

/** Whether training fits into memory, in words. */
export function describeTrainingFit({ fit, totalBytes, budgetBytes, advice }: TrainingFit): string {
  const need = `Training takes about ${byteSize(totalBytes)} of memory`;
  if (fit === 'fits') return `${need}: that fits.`;
  if (fit === 'tight') return `${need}: that is tight. Close other tabs and programs first.`;
  return [`${need}, more than the ${byteSize(budgetBytes)} counted on here.`, ...advice].join(' ');
}
