import { buildTrainingGraphs, type DecoderModel, type TrainingGraphs } from '../compileTrainingModel.ts';
import { parseDtype } from '../engine/dtype.ts';
import { loadGraph } from '../engine/loadModel.ts';
import { estimateMemory } from '../graph/memoryEstimate.ts';
import type { Model } from '../graph/model.ts';
import { findLoraTargets, type LoraTarget } from '../lora/targets.ts';
import type { Command } from './command.ts';
import { openModelFolder } from './openModel.ts';
import { commonOptions, helpOf, readOptions } from './options.ts';
import { countParameters } from './countParameters.ts';
import { createOutput } from './output.ts';
import { parseTargetModules } from './targetModules.ts';

const options = {
  ...commonOptions,
  'batch-size': { kind: 'count', default: 1, help: 'rows per microstep' },
  'max-length': { kind: 'count', default: 256, help: 'tokens per row' },
  rank: { kind: 'count', default: 8, help: 'LoRA rank' },
  'target-modules': {
    kind: 'text',
    default: 'all-linear',
    help: 'all-linear, or names such as q_proj,v_proj',
  },
} as const;

/** What training a model would take, worked out from its graph alone: no weight is read. */
export const inspectCommand: Command = {
  summary: 'what a model consists of, what LoRA can adapt, and the memory that training takes',
  help: helpOf('inspect', options),
  run: async (argv) => {
    const values = readOptions(options, argv);
    const { decoder } = await loadGraph(await openModelFolder(values), parseDtype(values.dtype));
    const targetModules = parseTargetModules(values['target-modules']);
    const targets = findLoraTargets(decoder.decoder, targetModules, decoder.modelType);
    const batch = { batchSize: values['batch-size'], sequenceLength: values['max-length'] };
    const graphs = buildTrainingGraphs(
      decoder,
      { kind: 'lora', targetModules, rank: values.rank, alpha: values.rank },
      batch,
    );
    const facts = describe(decoder, targets, graphs);
    createOutput(values.json).result(facts, render(facts));
  },
};

function describe(
  { decoder, embedding }: DecoderModel,
  targets: readonly LoraTarget[],
  graphs: TrainingGraphs,
) {
  const memory = estimateMemory(graphs.training);
  // Parameters, two moments and the gradient, each once as input and once as output of a step.
  const adapterState = graphs.layout.size * 4 * 8;
  return {
    layers: new Set(targets.map(({ module }) => module.split('.')[2])).size,
    ops: countOps(decoder),
    parameters: countParameters(embedding ? [decoder, embedding.model] : [decoder]),
    lora_targets: targets.length,
    trainable_parameters: graphs.layout.size,
    vocabulary_size: graphs.vocabularySize,
    training_nodes: graphs.training.nodes.length,
    forward_nodes: graphs.forward.nodes.length,
    weight_bytes: memory.weights,
    activation_bytes: memory.activations,
    adapter_state_bytes: adapterState,
    peak_bytes: memory.weights + memory.activations + adapterState,
  };
}

type Facts = ReturnType<typeof describe>;

function countOps(model: Model): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { opType } of model.graph.nodes) counts.set(opType, (counts.get(opType) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}

const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

function render(facts: Facts): string {
  const ops = Object.entries(facts.ops).map(([op, count]) => `${op} ${count}`);
  return [
    `layers                ${facts.layers}`,
    `ops                   ${ops.join(', ')}`,
    `LoRA targets          ${facts.lora_targets}`,
    `parameters            ${facts.parameters.toLocaleString('en')}`,
    `trainable parameters  ${facts.trainable_parameters.toLocaleString('en')}`,
    `vocabulary            ${facts.vocabulary_size.toLocaleString('en')}`,
    `training graph        ${facts.training_nodes.toLocaleString('en')} nodes, of which ${facts.forward_nodes.toLocaleString('en')} forward`,
    `estimated memory      ${megabytes(facts.peak_bytes)}: weights ${megabytes(facts.weight_bytes)}, activations ${megabytes(facts.activation_bytes)}, adapter and optimizer ${megabytes(facts.adapter_state_bytes)}`,
  ].join('\n');
}
