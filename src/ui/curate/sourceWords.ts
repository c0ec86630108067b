import type { GeneratedTask } from '../../workerApi/runEvent.ts';
import { baseName, counted } from '../format.ts';

/** Where a task came from, in a few words. */
export const sourceOf = ({ passageId, seedIds }: GeneratedTask): string =>
  passageId === undefined ? `after ${counted(seedIds.length, 'example')}` : `from ${baseName(passageId)}`;
