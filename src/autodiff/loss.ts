import type { GraphBuilder } from '../graph/builder.ts';
import { sizeOf, type Value } from '../graph/graph.ts';
import { differentiate } from './differentiate.ts';
import { after } from './ordering.ts';

/** Feeds that say which positions are supervised, R rows in all; rows beyond the batch's own are padding. */
export interface SupervisionInputs {
  /** int64 [R]: flat position b·T + t whose logits predict the label; 0 for padding. */
  readonly supervisedRows: Value;
  /** int32 [R]: the token to predict. */
  readonly labels: Value;
  /** float32 [R]: one over the supervised tokens of the whole accumulated batch; 0 for padding. */
  readonly labelWeights: Value;
  /** float32 [1]: what the gradient, and not the loss, is multiplied by; so half precision holds its small numbers. */
  readonly lossScale?: Value;
}

/** Token ids `start` to `end` (exclusive), and what turns hidden states into logits for a slice of them. */
export interface LossHead {
  readonly slices: readonly { readonly start: number; readonly end: number }[];
  /** Rows [n, H] → logits [n, end − start]. */
  readonly logits: (g: GraphBuilder, rows: Value, slice: { start: number; end: number }) => Value;
}

export interface Loss {
  /** float32 [1]: Σ labelWeights · nll. */
  readonly loss: Value;
  /** float32 [R]: unweighted negative log-likelihood per row. */
  readonly tokenLosses: Value;
  readonly vocabularySize: number;
}

export interface LossGradient extends Loss {
  /** Gradient with respect to the supervised hidden states, chunk by chunk: together [R, H]. */
  readonly rows: readonly Value[];
  /** Gradient with respect to those targets that the head itself reads. */
  readonly targets: ReadonlyMap<Value, Value>;
}

export function addSupervisionInputs(g: GraphBuilder, rows: number): SupervisionInputs {
  return {
    supervisedRows: g.input('supervised_rows', 'int64', [rows]),
    labels: g.input('labels', 'int32', [rows]),
    labelWeights: g.input('label_weights', 'float32', [rows]),
  };
}

/**
 * Token cross-entropy on the supervised positions only. Rows are taken `chunk` at a time and the vocabulary slice by
 * slice, one after the other, so that only [chunk, slice] logits exist at a time.
 * @param hidden final hidden states [B, T, H]
 */
export function addLoss(
  g: GraphBuilder,
  hidden: Value,
  head: LossHead,
  inputs: SupervisionInputs,
  chunk: number,
): Loss {
  const ids = tokenIds(g);
  let previous: Value | null = null;
  const chunks = chunksOf(g, hidden, inputs, chunk).map((part) => {
    const rows: Value = previous ? after(g, part.rows, previous) : part.rows;
    const likelihood = crossEntropy(g, logitsOf(g, head, rows, part.labels, ids), part.weights);
    previous = likelihood.nll;
    return likelihood;
  });
  return summed(g, chunks);
}

/**
 * `addLoss` with its gradient. A chunk's logits are kept until its gradient is known: one [chunk, vocabulary] buffer, in
 * slices; everything else exists for one slice at a time. The next chunk begins when the gradient of the last is done.
 * @param targets values that the head may read and whose gradient is wanted
 */
export function addLossGradient(
  g: GraphBuilder,
  hidden: Value,
  head: LossHead,
  inputs: SupervisionInputs,
  chunk: number,
  targets: readonly Value[],
): LossGradient {
  const ids = tokenIds(g);
  let gradients = new Map<Value, Value>();
  const rows: Value[] = [];
  const chunks = chunksOf(g, hidden, inputs, chunk).map((part) => {
    const start = rows.length > 0 ? after(g, part.rows, rows.at(-1)!) : part.rows;
    const logits = logitsOf(g, head, start, part.labels, ids);
    const likelihood = crossEntropy(g, logits, part.weights);
    const weights = inputs.lossScale ? g.mul(part.weights, inputs.lossScale) : part.weights;
    const seeds = new Map([...gradients, ...logitGradients(g, logits, likelihood.logSum, weights)]);
    const pulled = differentiate(g, seeds, [start, ...targets], new Set([start]));
    // Else the loss, which nothing waits for, would be computed last and keep the logits of every chunk until then.
    rows.push(after(g, pulled.get(start)!, likelihood.nll));
    gradients = new Map([...pulled].filter(([target]) => target !== start));
    return likelihood;
  });
  return { ...summed(g, chunks), rows, targets: gradients };
}

export interface Chunk {
  /** [n, H] */
  readonly rows: Value;
  /** float32 [n, 1]: token ids, exact up to 2^24. */
  readonly labels: Value;
  readonly weights: Value;
}

/** The supervised rows of `hidden`, `chunk` at a time. */
export function chunksOf(g: GraphBuilder, hidden: Value, inputs: SupervisionInputs, chunk: number): Chunk[] {
  const width = hidden.shape.at(-1)!;
  const flat = g.reshape(hidden, [sizeOf(hidden.shape) / width, width]);
  const supervised = g.gather(flat, inputs.supervisedRows);
  const total = inputs.labels.shape[0]!;
  // WebGPU has no Slice or Split of integers; token ids are exact in float32.
  const labels = g.cast(inputs.labels, 'float32');
  return Array.from({ length: Math.ceil(total / chunk) }, (_, i) => {
    const [start, end] = [i * chunk, Math.min((i + 1) * chunk, total)];
    const part = (value: Value) => g.reshape(g.slice(value, 0, start, end), [end - start, 1]);
    return {
      rows: g.slice(supervised, 0, start, end),
      labels: part(labels),
      weights: part(inputs.labelWeights),
    };
  });
}

/** A chunk's logits for a part of the vocabulary. */
export interface LogitSlice {
  /** [n, slice] */
  readonly logits: Value;
  /** float32 [n, 1]: the labels, counted from the first token of the slice. */
  readonly labels: Value;
  /** bool [n, slice]: where the label is. */
  readonly isLabel: Value;
}

/** Applies the head to rows [n, H], slice by slice. The row of ids serves every slice: what moves is the label. */
function logitsOf(g: GraphBuilder, head: LossHead, rows: Value, labels: Value, ids: TokenIds): LogitSlice[] {
  return head.slices.map((slice) => sliceLogits(g, head, slice, rows, labels, ids));
}

/** A chunk's logits for one slice of the vocabulary. */
export function sliceLogits(
  g: GraphBuilder,
  head: LossHead,
  slice: LossHead['slices'][number],
  rows: Value,
  labels: Value,
  ids: TokenIds,
): LogitSlice {
  const logits = head.logits(g, rows, slice);
  const own = slice.start === 0 ? labels : g.shift(labels, -slice.start);
  return { logits, labels: own, isLabel: g.equal(own, ids(logits.shape[1]!)) };
}

/** float32 [1, count]: 0, 1, 2, … */
export type TokenIds = (count: number) => Value;

/** One constant per width of slice. */
export function tokenIds(g: GraphBuilder): TokenIds {
  const known = new Map<number, Value>();
  return (count) => {
    const make = () =>
      g.constant(
        'float32',
        [1, count],
        Float64Array.from({ length: count }, (_, i) => i),
      );
    const ids = known.get(count) ?? make();
    known.set(count, ids);
    return ids;
  };
}

export interface Likelihood {
  readonly vocabularySize: number;
  readonly loss: Value;
  /** float32 [n, 1] */
  readonly nll: Value;
  /** float32 [n, 1]: log Σ exp(logits) over the whole vocabulary. */
  readonly logSum: Value;
}

/** What the likelihood takes of a slice of the logits. */
export interface SliceSums {
  /** Tokens in the slice. */
  readonly size: number;
  /** float32 [n, 1]: log Σ exp(logits) over the slice. */
  readonly logSum: Value;
  /** float32 [n, 1]: the label's logit, 0 where the label is in another slice. */
  readonly picked: Value;
}

export function sumsOf(g: GraphBuilder, { logits, labels }: LogitSlice): SliceSums {
  return { size: logits.shape[1]!, logSum: logSumExp(g, logits), picked: pickedLogits(g, logits, labels) };
}

/** z[i, labels[i]], and 0 where that is no column of z. Looking the logits up costs less than masking all others. */
function pickedLogits(g: GraphBuilder, z: Value, labels: Value): Value {
  const [rows, columns] = z.shape as [number, number];
  const number = (x: number) => g.constant('float32', [1, 1], [x]);
  const column = g.op('Min', [g.op('Max', [labels, number(0)]), number(columns - 1)]);
  const firsts = Float64Array.from({ length: rows }, (_, i) => i * columns);
  const place = g.add(g.cast(column, 'int32'), g.constant('int32', [rows, 1], firsts));
  const found = g.gather(g.reshape(z, [rows * columns]), place);
  return g.where(g.equal(column, labels), found, g.scalar(0));
}

/** nll = logsumexp(z) − z[label], with the log-sum-exp of each slice taken by itself: exact and free of overflow. */
export function likelihoodOf(g: GraphBuilder, parts: readonly SliceSums[], weights: Value): Likelihood {
  const logSums = g.concat(parts.map(({ logSum }) => logSum), 1); // prettier-ignore
  const logSum = parts.length > 1 ? logSumExp(g, logSums) : logSums;
  const picked = parts.map((part) => part.picked).reduce((sum, part) => g.add(sum, part));
  const nll = g.sub(logSum, picked);
  return {
    loss: g.reduceSum(g.reshape(g.mul(nll, weights), [nll.shape[0]!]), [0]),
    nll,
    logSum,
    vocabularySize: parts.reduce((sum, { size }) => sum + size, 0),
  };
}

const crossEntropy = (g: GraphBuilder, logits: readonly LogitSlice[], weights: Value): Likelihood =>
  likelihoodOf(g, logits.map((slice) => sumsOf(g, slice)), weights); // prettier-ignore

/** log Σ exp(z) over the last axis, [n, 1]. */
function logSumExp(g: GraphBuilder, z: Value): Value {
  const largest = g.reduceMax(z, [1]);
  return g.add(largest, g.log(g.reduceSum(g.exp(g.sub(z, largest)), [1])));
}

/** dz = w · (softmax(z) − onehot(label)) for every slice of the logits. */
export function logitGradients(
  g: GraphBuilder,
  logits: readonly LogitSlice[],
  logSum: Value,
  weights: Value,
): Map<Value, Value> {
  return new Map(
    logits.map(({ logits: z, isLabel }) => {
      const probabilities = g.exp(g.sub(z, logSum));
      return [z, g.mul(g.sub(probabilities, g.cast(isLabel, 'float32')), weights)];
    }),
  );
}

/** The loss of all chunks together. */
export function summed(g: GraphBuilder, chunks: readonly Likelihood[]): Loss {
  const rows = ({ nll }: Likelihood) => g.reshape(nll, [nll.shape[0]!]);
  return {
    loss: chunks.map(({ loss }) => loss).reduce((sum, loss) => g.add(sum, loss)),
    tokenLosses: g.concat(chunks.map(rows), 0),
    vocabularySize: chunks[0]!.vocabularySize,
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
