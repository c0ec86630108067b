import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { sizeOf } from '../graph/graph.ts';

/** Feeds that say which positions are supervised, R rows in all; rows beyond the batch's own are padding. */
export interface SupervisionInputs {
  /** int64 [R]: flat position b·T + t whose logits predict the label; 0 for padding. */
  readonly supervisedRows: Value;
  /** int32 [R]: the token to predict. */
  readonly labels: Value;
  /** float32 [R]: one over the supervised tokens of the whole accumulated batch; 0 for padding. */
  readonly labelWeights: Value;
}

export interface Loss {
  /** float32 [1]: Σ labelWeights · nll. */
  readonly loss: Value;
  /** float32 [R]: unweighted negative log-likelihood per row. */
  readonly tokenLosses: Value;
  /** The supervised hidden states [R, H], chunk by chunk, that the head was applied to. */
  readonly rows: readonly Value[];
  /** Gradient of the loss with respect to each chunk of logits: where backpropagation starts. */
  readonly seeds: ReadonlyMap<Value, Value>;
}

export function addSupervisionInputs(g: GraphBuilder, rows: number): SupervisionInputs {
  return {
    supervisedRows: g.input('supervised_rows', 'int64', [rows]),
    labels: g.input('labels', 'int32', [rows]),
    labelWeights: g.input('label_weights', 'float32', [rows]),
  };
}

/**
 * Token cross-entropy on the supervised positions only. The head is applied to `chunk` rows at a time, so that no more
 * than [chunk, vocabulary] logits exist per chunk.
 * @param hidden final hidden states [B, T, H]
 * @param applyHead turns rows [n, H] into logits [n, V]
 */
export function addLoss(
  g: GraphBuilder,
  hidden: Value,
  applyHead: (g: GraphBuilder, rows: Value) => Value,
  inputs: SupervisionInputs,
  chunk: number,
): Loss {
  const width = hidden.shape.at(-1)!;
  const flat = g.reshape(hidden, [sizeOf(hidden.shape) / width, width]);
  const supervised = g.gather(flat, inputs.supervisedRows);
  const total = inputs.labels.shape[0]!;
  // WebGPU has no Slice or Split of integers; token ids are exact in float32.
  const labels = g.cast(inputs.labels, 'float32');
  const chunks = Array.from({ length: Math.ceil(total / chunk) }, (_, i) => {
    const [start, end] = [i * chunk, Math.min((i + 1) * chunk, total)];
    const rows = g.slice(supervised, 0, start, end);
    const part = (value: Value) => g.reshape(g.slice(value, 0, start, end), [end - start, 1]);
    return { rows, ...crossEntropy(g, applyHead(g, rows), part(labels), part(inputs.labelWeights)) };
  });
  return {
    loss: chunks.map(({ loss }) => loss).reduce((sum, loss) => g.add(sum, loss)),
    tokenLosses: g.concat(chunks.map(({ tokenLosses }) => tokenLosses), 0), // prettier-ignore
    rows: chunks.map(({ rows }) => rows),
    seeds: new Map(chunks.map(({ logits, gradient }) => [logits, gradient])),
  };
}

/** loss = Σ w·(logsumexp(z) − z[label]); dz = w·(softmax(z) − onehot(label)), exact and free of overflow. */
function crossEntropy(g: GraphBuilder, logits: Value, labels: Value, weights: Value) {
  const [rows, vocabulary] = logits.shape as [number, number];
  const ids = g.constant(
    'float32',
    [1, vocabulary],
    Float64Array.from({ length: vocabulary }, (_, i) => i),
  );
  const isLabel = g.equal(labels, ids);
  const shifted = g.sub(logits, g.reduceMax(logits, [1]));
  const exponentials = g.exp(shifted);
  const sum = g.reduceSum(exponentials, [1]);
  const picked = g.reduceSum(g.where(isLabel, shifted, g.scalar(0)), [1]);
  const nll = g.sub(g.log(sum), picked);
  const probabilities = g.div(exponentials, sum);
  const oneHot = g.cast(isLabel, 'float32');
  return {
    logits,
    loss: g.reduceSum(g.reshape(g.mul(nll, weights), [rows]), [0]),
    tokenLosses: g.reshape(nll, [rows]),
    gradient: g.mul(g.sub(probabilities, oneHot), weights),
  };
}

/**
 * Carries the gradients of the supervised rows back to all positions: `row_of_position` int64 [B·T] names each
 * position's row, or R where it is not supervised, so that scattering becomes a gather from the rows plus one of zeros.
 */
export function scatterRows(g: GraphBuilder, rowGradients: readonly Value[], hidden: Value): Value {
  const width = hidden.shape.at(-1)!;
  const positions = sizeOf(hidden.shape) / width;
  const rowOfPosition = g.input('row_of_position', 'int64', [positions]);
  const zeroRow = g.constant('float32', [1, width], new Float64Array(width));
  return g.reshape(g.gather(g.concat([...rowGradients, zeroRow], 0), rowOfPosition), hidden.shape);
}
