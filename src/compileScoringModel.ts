import { addLoss, addSupervisionInputs } from './autodiff/loss.ts';
import {
  defaultChunk,
  lowerDecoder,
  maxSupervisedOf,
  type BatchShape,
  type CompileOptions,
  type DecoderModel,
  type LoweredDecoder,
  type Trainable,
} from './compileTrainingModel.ts';
import { sourcesFirst } from './graph/executionOrder.ts';
import type { Graph, Value } from './graph/graph.ts';
import { estimateMemory, type MemoryEstimate } from './graph/memoryEstimate.ts';
import type { ParameterLayout } from './graph/parameterLayout.ts';
import { toModel } from './graph/toModel.ts';
import { encodeModel } from './onnx/encode.ts';

/** The adapter that a graph reads, or `null` for the base model. */
export type ReadAdapter = Extract<Trainable, { readonly kind: 'lora' }> | null;

/** A graph that only goes forward, for one batch shape. */
export interface CompiledScoring {
  readonly graph: Uint8Array;
  /** What the input `parameters` [P] holds of the adapter; of size 0, and no such input, for the base model. */
  readonly layout: ParameterLayout;
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly maxSupervised: number;
  readonly memory: MemoryEstimate;
}

export type ScoringOptions = Pick<CompileOptions, 'largestHeadSlice' | 'largestWeight'>;

/**
 * The training graph's own forward pass up to the loss of each supervised token: from `input_ids` [B, T],
 * `supervised_rows` [R] and `labels` [R] (see `SupervisionInputs`), and `parameters` [P] where an adapter is read, to
 * `token_losses` [R], negative log-likelihoods in nats.
 * @throws naming op and node when something in the model cannot be lowered
 */
export function compileScoringModel(
  model: DecoderModel,
  adapter: ReadAdapter,
  batch: BatchShape,
  options: ScoringOptions = {},
): CompiledScoring {
  return compileForward(model, adapter, batch, options, ({ g, hidden, head }) => {
    const supervision = addSupervisionInputs(g, maxSupervisedOf(batch));
    return { token_losses: addLoss(g, hidden, head, supervision, batch.logitsChunk ?? defaultChunk).tokenLosses }; // prettier-ignore
  });
}

/**
 * What a decoder makes of whole texts: from `input_ids` [B, T] and `pool_weights` [B, T] to `pooled` [B, H], the weighted
 * sum over the tokens of the hidden states behind the last norm, which the head would read.
 * @throws naming op and node when something in the model cannot be lowered
 */
export function compileEmbeddingModel(
  model: DecoderModel,
  adapter: ReadAdapter,
  batch: BatchShape,
  options: ScoringOptions = {},
): CompiledScoring {
  return compileForward(model, adapter, batch, options, ({ g, hidden }) => {
    const [rows, tokens, width] = hidden.shape as [number, number, number];
    const weights = g.input('pool_weights', 'float32', [rows, tokens]);
    const sums = g.matMul(g.reshape(weights, [rows, 1, tokens]), hidden);
    return { pooled: g.reshape(sums, [rows, width]) };
  });
}

function compileForward(
  model: DecoderModel,
  adapter: ReadAdapter,
  batch: BatchShape,
  options: ScoringOptions,
  outputsOf: (decoder: LoweredDecoder) => Readonly<Record<string, Value>>,
): CompiledScoring {
  const decoder = lowerDecoder(model, adapter ?? { kind: 'weights', names: [] }, batch, options);
  const graph = sourcesFirst(withoutUnread(decoder.g.finish('scoring', outputsOf(decoder))));
  return {
    graph: encodeModel(toModel(graph), { modelFileName: model.fileName }),
    layout: decoder.layout,
    batchSize: batch.batchSize,
    sequenceLength: batch.sequenceLength,
    maxSupervised: maxSupervisedOf(batch),
    memory: estimateMemory(graph),
  };
}

/** The label's weights, and without an adapter its parameters, are inputs that nothing here reads. */
function withoutUnread(graph: Graph): Graph {
  const read = new Set(graph.nodes.flatMap(({ node }) => node.inputs));
  return { ...graph, inputs: graph.inputs.filter((input) => read.has(input)) };
}
