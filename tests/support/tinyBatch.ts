import type { BatchShape } from '../../src/compileTrainingModel.ts';
import type { Graph } from '../../src/graph/graph.ts';
import type { NumberFeeds } from './runGraph.ts';

/** Two rows of eight tokens, six supervised positions of which the last is padding. */
export const tinyBatch: BatchShape = { batchSize: 2, sequenceLength: 8, maxSupervised: 6, logitsChunk: 4 };

const rows = [1, 2, 5, 9, 12, 0];
const rowOf = new Array<number>(16).fill(6);
rows.slice(0, 5).forEach((position, row) => (rowOf[position] = row));

/** What a training graph of `tinyBatch` is fed besides its vectors. */
export const tinyBatchFeeds: NumberFeeds = {
  input_ids: Array.from({ length: 16 }, (_, i) => (i * 7 + 3) % 50),
  supervised_rows: rows,
  row_of_position: rowOf,
  labels: [3, 49, 0, 25, 24, 0],
  label_weights: [0.2, 0.2, 0.2, 0.2, 0.2, 0],
};

/** All that a training graph of `tinyBatch` is fed, at an adapter that is far from zero. */
export function feedsFarFromZero(graph: Graph): NumberFeeds {
  const size = (name: string) => graph.inputs.find((input) => input.name === name)?.shape[0] ?? 0;
  return {
    ...tinyBatchFeeds,
    parameters: Array.from({ length: size('parameters') }, (_, i) => 0.1 * Math.sin(i)),
    gradient: new Array<number>(size('gradient')).fill(0),
    loss_scale: [8],
  };
}
