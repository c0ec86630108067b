import type { TrainingFit } from '../../workerApi/model.ts';
import { byteSize } from '../format.ts';

/** What it means that a model may have to be trained piece by piece, as a sentence each; none where it need not be. */
export function describeWayInPieces({ streaming }: TrainingFit): string[] {
  if (!streaming) return [];
  const { totalBytes, bytesReadPerStep } = streaming;
  return [
    'If this device does not have that much either, the model is trained piece by piece.',
    `That takes about ${byteSize(totalBytes)} of memory and gives the same result, but it is slower: each step reads ${byteSize(bytesReadPerStep)} of the model from storage.`,
    'Chatting with it still loads the model as a whole.',
  ];
}
