import type { Device, DeviceTensor } from '../runtime/device.ts';
import type { TokenizedRow } from '../text/tokenizedRow.ts';
import { layOutBatch, type Batch, type BatchShape } from './batches.ts';

/** What the graphs of a training step are fed of a microbatch, see `addLoss` and `scatterRows`. */
export interface BatchFeeds {
  readonly feeds: Readonly<
    Record<'input_ids' | 'supervised_rows' | 'labels' | 'label_weights' | 'row_of_position', DeviceTensor>
  >;
  /** The contents of `input_ids`, [B·T]. */
  readonly tokens: BigInt64Array;
}

/** Which row a token belongs to, and where in it: what rows that share lines are told apart by. */
const packingFeeds = (device: Device, { batchSize, sequenceLength }: BatchShape, batch: Batch) => ({
  segments: device.hostTensor(batch.segments, [batchSize, sequenceLength]),
  positions: device.hostTensor(batch.positions, [batchSize, sequenceLength]),
});

/** Lays rows out for `shape`, each supervised token weighing `weight`. The tensors lie in ordinary memory. */
export function batchFeeds(
  device: Device,
  shape: BatchShape,
  rows: readonly TokenizedRow[],
  weight: number,
): BatchFeeds {
  const { batchSize, sequenceLength, maxSupervised } = shape;
  const batch = layOutBatch(rows, shape, weight);
  const feeds = {
    input_ids: device.hostTensor(batch.inputIds, [batchSize, sequenceLength]),
    supervised_rows: device.hostTensor(batch.supervisedRows, [maxSupervised]),
    labels: device.hostTensor(batch.labels, [maxSupervised]),
    label_weights: device.hostTensor(batch.labelWeights, [maxSupervised]),
    row_of_position: device.hostTensor(batch.rowOfPosition, [batchSize * sequenceLength]),
    ...(shape.isPacked && packingFeeds(device, shape, batch)),
  };
  return { feeds, tokens: batch.inputIds };
}
