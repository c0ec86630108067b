import { compileEmbeddingModel, compileScoringModel, type CompiledScoring } from '../compileScoringModel.ts';
import type { Device, Feeds } from '../runtime/device.ts';
import type { Score } from '../specialize/languageModel.ts';
import { countSupervised, type TokenizedRow } from '../text/tokenizedRow.ts';
import { batchFeeds } from '../training/batchFeeds.ts';

/** What a forward graph is for: how it is compiled, fed and read. */
export interface ScoringWork<Result> {
  /** How errors and logs call its sessions. */
  readonly label: string;
  readonly compile: typeof compileScoringModel;
  readonly output: string;
  /** Everything but the adapter, in ordinary memory. */
  readonly feeds: (device: Device, program: CompiledScoring, rows: readonly TokenizedRow[]) => Feeds;
  /** One result per row from the output's numbers. */
  readonly read: (numbers: Float32Array, rows: readonly TokenizedRow[], program: CompiledScoring) => Result[];
}

export const likelihoodWork: ScoringWork<Score> = {
  label: 'scoring graph',
  compile: compileScoringModel,
  output: 'token_losses',
  feeds: (device, program, rows) => {
    const { input_ids, supervised_rows, labels } = batchFeeds(device, program, rows, 1).feeds;
    return { input_ids, supervised_rows, labels };
  },
  read: (losses, rows) => {
    let start = 0;
    return rows.map((row) => {
      const tokens = countSupervised(row);
      const own = losses.subarray(start, (start += tokens));
      return { logLikelihood: -own.reduce((sum, loss) => sum + loss, 0), tokens };
    });
  },
};

export const embeddingWork: ScoringWork<Float32Array> = {
  label: 'pooling graph',
  compile: compileEmbeddingModel,
  output: 'pooled',
  feeds: (device, { batchSize, sequenceLength }, rows) => {
    const ids = new BigInt64Array(batchSize * sequenceLength);
    const weights = new Float32Array(batchSize * sequenceLength);
    rows.forEach((row, b) => {
      ids.set(row.ids.map(BigInt), b * sequenceLength);
      weights.fill(1 / row.ids.length, b * sequenceLength, b * sequenceLength + row.ids.length);
    });
    const dims = [batchSize, sequenceLength];
    return { input_ids: device.hostTensor(ids, dims), pool_weights: device.hostTensor(weights, dims) };
  },
  read: (numbers, rows, { batchSize }) => {
    const width = numbers.length / batchSize;
    return rows.map((_, b) => numbers.slice(b * width, (b + 1) * width));
  },
};
