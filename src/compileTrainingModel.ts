import { packGradients, unpackParameters } from './autodiff/flatParameters.ts';
import { addLoss, addLossGradient, addSupervisionInputs, scatterRows } from './autodiff/loss.ts';
import { toMixedPrecision } from './autodiff/mixedPrecision.ts';
import type { Precision } from './autodiff/precisions.ts';
import { differentiateSegments, type Recompute } from './autodiff/recompute.ts';
import { findSegments } from './autodiff/segments.ts';
import { GraphBuilder } from './graph/builder.ts';
import { sourcesFirst } from './graph/executionOrder.ts';
import { exposeWeights } from './graph/exposeWeights.ts';
import type { Graph, GraphNode, Value } from './graph/graph.ts';
import type { Model } from './graph/model.ts';
import { computedWeightBytes, estimateTraining, type TrainingMemory } from './graph/memoryEstimate.ts';
import { layOutParameters, type ParameterLayout } from './graph/parameterLayout.ts';
import { toModel } from './graph/toModel.ts';
import { readWeightsOnce } from './graph/weightsOnce.ts';
import { feedWeights, weightInputs, type WeightInput, type WeightStorage } from './graph/weightStorage.ts';
import { adapterLayout, scalingOf, type LoraConfig } from './lora/adapter.ts';
import { injectLora, scalingInput } from './lora/injectLora.ts';
import { decodersOf } from './lora/mergedDecoder.ts';
import { findLoraTargets, type TargetModules } from './lora/targets.ts';
import { findHead } from './lowering/head.ts';
import { lower } from './lowering/lower.ts';
import { addPackingInputs } from './lowering/packing.ts';
import { checkRowsAreSeparate } from './lowering/separateRows.ts';
import { sliceHead, type SlicedHead } from './lowering/slicedHead.ts';
import { bindTrainingInputs } from './lowering/trainingInputs.ts';
import { encodeModel } from './onnx/encode.ts';
import { optimizeGraph, type PassName } from './optimization/passes.ts';
import { buildAdamW } from './training/adamw.ts';

/** A decoder as its files hold it. */
export interface DecoderModel {
  readonly decoder: Model;
  /** The decoder's file name, which weights stored inside the file are read from. */
  readonly fileName: string;
  /** The separate graph input_ids → inputs_embeds that some exports have. */
  readonly embedding?: { readonly model: Model; readonly fileName: string };
  /** config.json's `model_type`, which tells what PEFT calls the modules of this family. */
  readonly modelType?: string | undefined;
}

/** What is trained: an adapter, or named weights of the model itself (for training from scratch). */
export type Trainable =
  | ({ readonly kind: 'lora'; readonly targetModules: TargetModules } & LoraConfig)
  | { readonly kind: 'weights'; readonly names: readonly string[] };

export interface BatchShape {
  /** Rows per microstep, B. */
  readonly batchSize: number;
  /** Tokens per row, T; shorter rows are padded on the right. */
  readonly sequenceLength: number;
  /** Whether rows share B lines of T tokens; the graphs are then fed the two inputs of `Packing` besides. Default `false`. */
  readonly isPacked?: boolean;
  /** Supervised tokens per microstep at most, R; default B·T. */
  readonly maxSupervised?: number;
  /** Rows whose logits exist at the same time; default: `chunkFor`, and 128 where nothing is differentiated in one piece. */
  readonly logitsChunk?: number;
}

/** How the graphs are built; every choice but `activations` gives the same losses and gradients. */
export interface CompileOptions {
  /**
   * What activations and their gradients are computed in; default `'float32'`. With `'float16'` what half precision
   * cannot hold stays float32 (see `precisionRules`), as do parameters, gradient and optimizer, and the training graph
   * has one more input, `loss_scale` [1]. What is computed again may then be rounded otherwise.
   */
  readonly activations?: Precision;
  /** Whether layers are computed a second time for backpropagation instead of being kept; default `'none'`. */
  readonly recompute?: Recompute;
  /** Largest part of the head's matrix, as float32, that exists at a time, in bytes; default 32 MiB. */
  readonly largestHeadSlice?: number;
  /** The most bytes of the head's matrix that may be read at a time as they are stored; default `null`, no limit. */
  readonly largestWeight?: number | null;
  /** Where the device has its weights (`Device.weightStorage`); default `'mapped'`. */
  readonly weights?: WeightStorage;
  /** What is done to the finished graphs to make them faster; default: all passes. */
  readonly passes?: readonly PassName[];
}

/** Everything a training run needs of the model; see `addLoss` and `buildAdamW` for the graphs' inputs and outputs. */
export interface CompiledTraining {
  /**
   * `gradient_out` [P] = `gradient` [P] + ∂loss/∂`parameters` [P], and `loss` [1]. In half precision the gradient is
   * computed `loss_scale` [1] times as large and divided by that at last.
   */
  readonly trainingGraph: Uint8Array;
  /** `loss` [1] and `token_losses` [R] without gradients, for evaluation. */
  readonly forwardGraph: Uint8Array;
  /** Clipping and AdamW over the flat vector. */
  readonly optimizerGraph: Uint8Array;
  readonly layout: ParameterLayout;
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly maxSupervised: number;
  readonly isPacked: boolean;
  readonly vocabularySize: number;
  /** Weights that both graphs, or one of them, take as inputs: all or none. */
  readonly weightInputs: readonly WeightInput[];
  /** Whether sessions must not fold constants: of a weight that gradients read as it is stored they would make floats. */
  readonly isLean: boolean;
  /** What a step with the training graph takes. */
  readonly memory: TrainingMemory;
  /** Bytes besides for a session that keeps what the graph computes of weights alone (`SessionOptions.keepsFloats`). */
  readonly floatBytes: number;
  readonly activations: Precision;
}

/** Node counts and the graphs themselves, for inspection and memory estimates. */
export interface TrainingGraphs {
  readonly forward: Graph;
  readonly training: Graph;
  readonly optimizer: Graph;
  readonly layout: ParameterLayout;
  readonly vocabularySize: number;
}

/**
 * Turns a decoder's ONNX graph into graphs that train it: lower fused ops to primitives → inject LoRA → add the loss →
 * differentiate → encode. The derived graphs reference the decoder's weight files and copy no weight.
 * @throws naming op and node when something in the model cannot be lowered or differentiated
 */
export function compileTrainingModel(
  model: DecoderModel,
  trainable: Trainable,
  batch: BatchShape,
  options: CompileOptions = {},
): CompiledTraining {
  const graphs = buildTrainingGraphs(model, trainable, batch, options);
  const { fileName } = model;
  const { weights = 'mapped' } = options;
  const inputs = weights === 'shared' ? weightInputs([graphs.training, graphs.forward], fileName) : [];
  const encode = (graph: Graph) =>
    encodeModel(toModel(feedWeights(graph, inputs)), { modelFileName: fileName });
  return {
    trainingGraph: encode(graphs.training),
    forwardGraph: encode(graphs.forward),
    optimizerGraph: encode(graphs.optimizer),
    layout: graphs.layout,
    vocabularySize: graphs.vocabularySize,
    weightInputs: inputs,
    isLean: isReadOnce(options) && inputs.length === 0,
    memory: estimateTraining(graphs, weights),
    floatBytes: computedWeightBytes(graphs.training),
    activations: options.activations ?? 'float32',
    batchSize: batch.batchSize,
    sequenceLength: batch.sequenceLength,
    maxSupervised: maxSupervisedOf(batch),
    isPacked: batch.isPacked ?? false,
  };
}

const isReadOnce = ({ weights }: CompileOptions) => weights === 'once' || weights === 'shared';

/** Rows whose logits exist at the same time, where they are not kept or each chunk costs a reading of the head. */
export const defaultChunk = 128;

/**
 * Rows whose logits exist at the same time while their gradient is computed: half as many where 128 would take more than
 * 16 MiB (`estimateBesideWeights` counts the same). A step with SmolLM2-135M's head (49,152 tokens) takes as long with 64 as with 128 rows, and 30 MB less.
 */
const chunkFor = (vocabularySize: number) => (vocabularySize > 2 ** 15 ? defaultChunk / 2 : defaultChunk);

export const maxSupervisedOf = (batch: BatchShape) =>
  batch.maxSupervised ?? batch.batchSize * batch.sequenceLength;

/** `compileTrainingModel` before encoding. */
export function buildTrainingGraphs(
  source: DecoderModel,
  trainable: Trainable,
  batch: BatchShape,
  options: CompileOptions = {},
): TrainingGraphs {
  const decoder = lowerDecoder(source, trainable, batch, options);
  const { g, hidden, head, layout, tensors } = decoder;
  const segments = findSegments(decoder.forward, decoder.inputIds, hidden);
  const supervision = addSupervisionInputs(g, maxSupervisedOf(batch));
  const chunk = batch.logitsChunk ?? chunkFor(head.slices.at(-1)!.end);
  const evaluated = addLoss(g, hidden, head, supervision, chunk);
  const losses = { loss: evaluated.loss, token_losses: evaluated.tokenLosses };
  const forward = g.finish('forward', losses);
  const targets = [...tensors.values()];
  const isHalf = options.activations === 'float16';
  const scaled = isHalf ? { ...supervision, lossScale: g.input('loss_scale', 'float32', [1]) } : supervision;
  const loss = addLossGradient(g, hidden, head, scaled, chunk, targets);
  const seeds = new Map([...loss.targets, [hidden, scatterRows(g, loss.rows, hidden)]]);
  const gradients = differentiateSegments(g, segments, seeds, targets, options.recompute ?? 'none');
  const gradient = packGradients(g, layout, tensors, gradients);
  const training = finishTraining(g, loss.loss, gradient, scaled.lossScale);
  const ordered = (graph: Graph) => {
    const optimized = optimizeGraph(graph, options.passes);
    const typed = isHalf ? toMixedPrecision(optimized) : optimized;
    return sourcesFirst(isReadOnce(options) ? readWeightsOnce(typed) : typed);
  };
  return {
    forward: ordered(forward),
    training: ordered(training),
    optimizer: buildAdamW(new GraphBuilder(), layout.size),
    layout,
    vocabularySize: loss.vocabularySize,
  };
}

/** A decoder lowered into a builder, up to the hidden states of all positions. */
export interface LoweredDecoder {
  readonly g: GraphBuilder;
  readonly inputIds: Value;
  /** Flat vector of all that is trained [P]. */
  readonly parameters: Value;
  readonly layout: ParameterLayout;
  /** What is trained, by name. */
  readonly tensors: ReadonlyMap<string, Value>;
  /** [B, T, H] */
  readonly hidden: Value;
  /** The nodes that lead to `hidden`. */
  readonly forward: readonly GraphNode[];
  readonly head: SlicedHead;
}

/** Lowers what comes before the loss. @throws naming op and node where that cannot be done, or rows would reach each other */
export function lowerDecoder(
  source: DecoderModel,
  trainable: Trainable,
  batch: BatchShape,
  options: CompileOptions,
): LoweredDecoder {
  const [decoder] = decodersOf(source.decoder);
  const { model, layout, constants } = makeTrainable(decoder, trainable, source.modelType);
  const g = new GraphBuilder();
  const parameters = g.input('parameters', 'float32', [layout.size]);
  const tensors = unpackParameters(g, parameters, layout);
  const fixed = Object.entries(constants).map(
    ([name, x]) => [name, g.constant('float32', [1], [x])] as const,
  );
  const tokens = embedTokens(g, source, batch);
  const packing = batch.isPacked ? addPackingInputs(g, [batch.batchSize, batch.sequenceLength]) : null;
  const values = bindTrainingInputs(
    g,
    model,
    { ...batch, packing },
    new Map([...tokens, ...tensors, ...fixed]),
  );
  const head = findHead(model);
  lower(g, model, values, [head.hidden], packing);
  const forward = [...g.builtNodes];
  const { largestHeadSlice: largestSlice = 2 ** 25, largestWeight = null } = options;
  const sliced = sliceHead(g, model, head, values, { largestSlice, largestWeight });
  const [inputIds, hidden] = [tokens.get('input_ids')!, values.get(head.hidden)!];
  if (packing) checkRowsAreSeparate(forward, inputIds, hidden, packing);
  return { g, inputIds, parameters, layout, tensors, hidden, forward, head: sliced };
}

/** Adds this microstep's gradient, without its scale, to what was accumulated before. */
function finishTraining(g: GraphBuilder, loss: Value, gradient: Value, lossScale?: Value): Graph {
  const soFar = g.input('gradient', 'float32', gradient.shape);
  const unscaled = lossScale ? g.div(gradient, lossScale) : gradient;
  return g.finish('training', { loss, gradient_out: g.add(soFar, unscaled) });
}

/** The model with what is trained as graph inputs, and the layout in which those share the flat vector. */
function makeTrainable(decoder: Model, trainable: Trainable, modelType: string | undefined) {
  if (trainable.kind === 'lora') {
    const targets = findLoraTargets(decoder, trainable.targetModules, modelType);
    const layout = adapterLayout(targets, trainable.rank);
    return {
      model: injectLora(decoder, targets),
      layout,
      constants: { [scalingInput]: scalingOf(trainable) },
    };
  }
  const names = new Set(trainable.names);
  const weights = decoder.graph.initializers.filter(({ name }) => names.has(name));
  const layout = layOutParameters(weights.map(({ name, dims }) => ({ name, shape: dims })));
  return { model: exposeWeights(decoder, names), layout, constants: {} };
}

/** `input_ids`, and `inputs_embeds` computed from them where the embedding is a graph of its own. */
function embedTokens(g: GraphBuilder, { embedding }: DecoderModel, batch: BatchShape): Map<string, Value> {
  const inputIds = g.input('input_ids', 'int64', [batch.batchSize, batch.sequenceLength]);
  const values = new Map([['input_ids', inputIds]]);
  if (!embedding) return values;
  const output = embedding.model.graph.outputs[0]!.name;
  lower(g, namingOwnFile(embedding.model, embedding.fileName), values, [output]);
  return new Map([...values].filter(([name]) => name === 'input_ids')).set(
    'inputs_embeds',
    values.get(output)!,
  );
}

/** Weights inside a model's own file have no location; beside a second model they need one. */
function namingOwnFile(model: Model, fileName: string): Model {
  const initializers = model.graph.initializers.map((initializer) => {
    const { data } = initializer;
    const isOwn = 'location' in data && data.location === '';
    return isOwn ? { ...initializer, data: { ...data, location: fileName } } : initializer;
  });
  return { ...model, graph: { ...model.graph, initializers } };
}
