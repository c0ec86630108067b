import { buildTrainingGraphs, type DecoderModel, type TrainingGraphs } from '../compileTrainingModel.ts';
import { parseDtype } from '../engine/dtype.ts';
import { loadGraph } from '../engine/loadModel.ts';
import { memoryPlanner, type MemoryPlan } from '../engine/memoryPlan.ts';
import { estimateTraining, totalBytesOf, type TrainingMemory } from '../graph/memoryEstimate.ts';
import type { Model } from '../graph/model.ts';
import type { WeightStorage } from '../graph/weightStorage.ts';
import { findLoraTargets, type LoraTarget } from '../lora/targets.ts';
import { parsePrecision } from './activations.ts';
import type { Command } from './command.ts';
import { openDevice, openModelFolder } from './openModel.ts';
import { describeBudget, memoryOptions } from './memoryLine.ts';
import { commonOptions, helpOf, readOptions } from './options.ts';
import { countParameters } from './countParameters.ts';
import { createOutput } from './output.ts';
import { parseTargetModules } from './targetModules.ts';

const options = {
  ...commonOptions,
  ...memoryOptions,
  'memory-budget': {
    kind: 'text',
    default: '1000,2000,4000,8000',
    help: 'MB that training may take: one or several, for each of which it says whether that fits',
  },
  activations: {
    kind: 'text',
    default: 'float32',
    help: 'float32, or float16 for half precision where training computes in it',
  },
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
    const budgets = parseBudgets(values['memory-budget']);
    const trainable = { kind: 'lora', targetModules, rank: values.rank, alpha: values.rank } as const;
    const device = await openDevice(values);
    const computed = { activations: parsePrecision(values.activations), weights: device.weightStorage };
    await device.dispose();
    const graphs = buildTrainingGraphs(decoder, trainable, batch, computed);
    const facts = describe(decoder, targets, graphs, computed.weights);
    const planFor = memoryPlanner(decoder, trainable, batch, computed);
    const plans = budgets.map((budgetBytes) => ({ budgetBytes, ...planFor(budgetBytes) }));
    const output = createOutput(values.json);
    output.result({ ...facts, memory: plans.map(toFacts) }, render(facts, plans));
  },
};

/** A budget in bytes, and what training takes within it. */
type BudgetPlan = MemoryPlan & { readonly budgetBytes: number };

function parseBudgets(text: string): number[] {
  return text.split(',').map((part) => {
    const budget = Number(part.trim() === '' ? NaN : part);
    if (!Number.isSafeInteger(budget) || budget <= 0)
      throw new Error(
        `--memory-budget takes whole numbers of MB with commas between them, not ${part.trim() || 'nothing'}.`,
      );
    return budget * 1e6;
  });
}

const toFacts = ({ budgetBytes, fit, recompute, memory, totalBytes, advice, streaming }: BudgetPlan) => ({
  budget_bytes: budgetBytes,
  fit,
  recompute,
  ...toBytes(memory),
  total_bytes: totalBytes,
  advice,
  streaming: streaming && {
    fit: streaming.fit,
    batch_size: streaming.batchSize,
    ...toBytes(streaming.memory),
    total_bytes: totalBytesOf(streaming.memory),
    pieces_per_step: streaming.cost.pieces,
    bytes_read_per_step: streaming.cost.bytesRead,
    forward_passes: streaming.cost.forwardPasses,
  },
});

const toBytes = ({ weights, activations, state, graphs = 0 }: TrainingMemory) => ({
  weight_bytes: weights,
  activation_bytes: activations,
  adapter_state_bytes: state,
  graph_bytes: graphs,
});

function describe(
  { decoder, embedding }: DecoderModel,
  targets: readonly LoraTarget[],
  graphs: TrainingGraphs,
  storage: WeightStorage,
) {
  const memory = estimateTraining(graphs, storage);
  return {
    layers: new Set(targets.map(({ module }) => module.split('.')[2])).size,
    ops: countOps(decoder),
    parameters: countParameters(embedding ? [decoder, embedding.model] : [decoder]),
    lora_targets: targets.length,
    trainable_parameters: graphs.layout.size,
    vocabulary_size: graphs.vocabularySize,
    training_nodes: graphs.training.nodes.length,
    forward_nodes: graphs.forward.nodes.length,
    ...toBytes(memory),
    peak_bytes: totalBytesOf(memory),
  };
}

type Facts = ReturnType<typeof describe>;

function countOps(model: Model): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { opType } of model.graph.nodes) counts.set(opType, (counts.get(opType) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}

function render(facts: Facts, plans: readonly BudgetPlan[]): string {
  const ops = Object.entries(facts.ops).map(([op, count]) => `${op} ${count}`);
  return [
    `layers                ${facts.layers}`,
    `ops                   ${ops.join(', ')}`,
    `LoRA targets          ${facts.lora_targets}`,
    `stored parameters     ${facts.parameters.toLocaleString('en')}`,
    `trainable parameters  ${facts.trainable_parameters.toLocaleString('en')}`,
    `vocabulary            ${facts.vocabulary_size.toLocaleString('en')}`,
    `training graph        ${facts.training_nodes.toLocaleString('en')} nodes, of which ${facts.forward_nodes.toLocaleString('en')} forward`,
    ...plans.map((plan) => `training              ${describeBudget(plan, plan.budgetBytes)}`),
  ].join('\n');
}
