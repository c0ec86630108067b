import { differentiate } from './autodiff/differentiate.ts';
import { packGradients, unpackParameters } from './autodiff/flatParameters.ts';
import { addLoss, addSupervisionInputs, scatterRows, type Loss } from './autodiff/loss.ts';
import { GraphBuilder } from './graph/builder.ts';
import { exposeWeights } from './graph/exposeWeights.ts';
import type { Graph, Value } from './graph/graph.ts';
import type { Model } from './graph/model.ts';
import { layOutParameters, type ParameterLayout } from './graph/parameterLayout.ts';
import { toModel } from './graph/toModel.ts';
import { adapterLayout, scalingOf, type LoraConfig } from './lora/adapter.ts';
import { injectLora, scalingInput } from './lora/injectLora.ts';
import { findLoraTargets, type TargetModules } from './lora/targets.ts';
import { applyHead, findHead } from './lowering/head.ts';
import { lower, type LoweredValues } from './lowering/lower.ts';
import { bindTrainingInputs } from './lowering/trainingInputs.ts';
import { encodeModel } from './onnx/encode.ts';
import { buildAdamW } from './training/adamw.ts';

/** A decoder as its files hold it. */
export interface DecoderModel {
  readonly decoder: Model;
  /** The decoder's file name, which weights stored inside the file are read from. */
  readonly fileName: string;
  /** The separate graph input_ids → inputs_embeds that some exports have. */
  readonly embedding?: { readonly model: Model; readonly fileName: string };
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
  /** Supervised tokens per microstep at most, R; default B·T. */
  readonly maxSupervised?: number;
  /** Rows whose logits exist at the same time; default 128. */
  readonly logitsChunk?: number;
}

/** Everything a training run needs of the model; see `addLoss` and `buildAdamW` for the graphs' inputs and outputs. */
export interface CompiledTraining {
  /** `gradient_out` [P] = `gradient` [P] + ∂loss/∂`parameters` [P], and `loss` [1]. */
  readonly trainingGraph: Uint8Array;
  /** `loss` [1] and `token_losses` [R] without gradients, for evaluation. */
  readonly forwardGraph: Uint8Array;
  /** Clipping and AdamW over the flat vector. */
  readonly optimizerGraph: Uint8Array;
  readonly layout: ParameterLayout;
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly maxSupervised: number;
  readonly vocabularySize: number;
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
): CompiledTraining {
  const graphs = buildTrainingGraphs(model, trainable, batch);
  const encode = (graph: Graph) => encodeModel(toModel(graph), { modelFileName: model.fileName });
  return {
    trainingGraph: encode(graphs.training),
    forwardGraph: encode(graphs.forward),
    optimizerGraph: encode(graphs.optimizer),
    layout: graphs.layout,
    vocabularySize: graphs.vocabularySize,
    batchSize: batch.batchSize,
    sequenceLength: batch.sequenceLength,
    maxSupervised: maxSupervisedOf(batch),
  };
}

const maxSupervisedOf = (batch: BatchShape) => batch.maxSupervised ?? batch.batchSize * batch.sequenceLength;

/** `compileTrainingModel` before encoding. */
export function buildTrainingGraphs(
  source: DecoderModel,
  trainable: Trainable,
  batch: BatchShape,
): TrainingGraphs {
  const { model, layout, constants } = makeTrainable(source.decoder, trainable);
  const g = new GraphBuilder();
  const parameters = g.input('parameters', 'float32', [layout.size]);
  const tensors = unpackParameters(g, parameters, layout);
  const fixed = Object.entries(constants).map(
    ([name, x]) => [name, g.constant('float32', [1], [x])] as const,
  );
  const tokens = embedTokens(g, source, batch);
  const values = bindTrainingInputs(g, model, batch, new Map([...tokens, ...tensors, ...fixed]));
  const { loss, hidden } = addHeadAndLoss(g, model, values, batch);
  const forward = g.finish('forward', { loss: loss.loss, token_losses: loss.tokenLosses });
  const gradients = addGradients(g, loss, hidden, [...tensors.values()]);
  const soFar = g.input('gradient', 'float32', [layout.size]);
  const gradient = g.add(soFar, packGradients(g, layout, tensors, gradients));
  return {
    forward,
    training: g.finish('training', { loss: loss.loss, gradient_out: gradient }),
    optimizer: buildAdamW(new GraphBuilder(), layout.size),
    layout,
    vocabularySize: [...loss.seeds.keys()][0]!.shape.at(-1)!,
  };
}

/** The model with what is trained as graph inputs, and the layout in which those share the flat vector. */
function makeTrainable(decoder: Model, trainable: Trainable) {
  if (trainable.kind === 'lora') {
    const targets = findLoraTargets(decoder, trainable.targetModules);
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

function addHeadAndLoss(g: GraphBuilder, model: Model, values: LoweredValues, batch: BatchShape) {
  const head = findHead(model);
  lower(g, model, values, [head.hidden]);
  const hidden = values.get(head.hidden)!;
  const supervision = addSupervisionInputs(g, maxSupervisedOf(batch));
  const toLogits = (_: GraphBuilder, rows: Value) => applyHead(g, model, head, values, rows);
  return { hidden, loss: addLoss(g, hidden, toLogits, supervision, batch.logitsChunk ?? 128) };
}

/** Back through the head to the supervised rows, then from those to all that lies below. */
function addGradients(
  g: GraphBuilder,
  loss: Loss,
  hidden: Value,
  targets: readonly Value[],
): Map<Value, Value> {
  const throughHead = differentiate(g, loss.seeds, [...loss.rows, ...targets], new Set(loss.rows));
  const rowGradients = loss.rows.map((rows) => throughHead.get(rows)!);
  const seeds = new Map(targets.flatMap((t) => (throughHead.has(t) ? [[t, throughHead.get(t)!]] : [])));
  return differentiate(g, seeds.set(hidden, scatterRows(g, rowGradients, hidden)), targets);
}
