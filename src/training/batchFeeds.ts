import type { Device, DeviceTensor } from '../runtime/device.ts';
import type { TokenizedRow } from '../text/tokenizedRow.ts';
import { layOutBatch, type BatchShape } from './batches.ts';

/** What the graphs of a training step are fed of a microbatch, see `addLoss` and `scatterRows`. */
export interface BatchFeeds {
  readonly feeds: Readonly<
    Record<'input_ids' | 'supervised_rows' | 'labels' | 'label_weights' | 'row_of_position', DeviceTensor>
  >;
  /** The contents of `input_ids`, [B·T]. */
  readonly tokens: BigInt64Array;
}

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
  };
  return { feeds, tokens: batch.inputIds };
}
