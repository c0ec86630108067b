import type { Recompute } from '../autodiff/recompute.ts';
import { buildTrainingGraphs, type BatchShape, type TrainingGraphs } from '../compileTrainingModel.ts';
import type { Graph } from '../graph/graph.ts';
import { kernelCost, type KernelCost } from '../graph/kernelCost.ts';
import { toModel } from '../graph/toModel.ts';
import type { LoraConfig } from '../lora/adapter.ts';
import type { TargetModules } from '../lora/targets.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { PassName } from '../optimization/passes.ts';
import type { Device } from '../runtime/device.ts';
import { compilePrograms, compilerInput } from './adapterPrograms.ts';
import type { LoadedGraph } from './loadModel.ts';
import { benchRows, type RunnerInput } from './stepRunner.ts';

/** The graphs of a step: `training` yields loss and gradient, `optimizer` the next parameters. */
export const graphNames = ['forward', 'training', 'optimizer'] as const;
export type GraphName = (typeof graphNames)[number];
export type OfGraphs<T> = Readonly<Record<GraphName, T>>;

export function ofGraphs<T>(of: (name: GraphName) => T): OfGraphs<T> {
  return { forward: of('forward'), training: of('training'), optimizer: of('optimizer') };
}

export interface StepToCompile {
  readonly model: LoadedGraph;
  readonly vocabularySize: number;
  readonly device: Device;
  readonly batchSize: number;
  readonly sequenceLength: number;
  /** Share of each row that the loss counts; default 1. */
  readonly supervised?: number;
  /** What is done to the finished graphs; default: all passes. */
  readonly passes?: readonly PassName[];
  readonly lora: LoraConfig & { readonly targetModules: TargetModules };
}

/** What one run of a graph computes. */
export interface GraphFigures extends KernelCost {
  readonly nodes: number;
}

export interface CompiledStep {
  readonly input: RunnerInput;
  readonly recompute: Recompute;
  readonly graphs: OfGraphs<GraphFigures>;
  /** Kernels of the training graph if all logits were computed at once, which do not depend on the number of rows. */
  readonly kernelsAtOnce: number;
  /** What a run waits for. */
  readonly seconds: number;
}

/** Compiles as a run does, and the forward graph also where a run would evaluate with the training graph. */
export function compileStep(step: StepToCompile): CompiledStep {
  const { model, device, lora, passes, batchSize, sequenceLength: maxLength } = step;
  const rows = benchRows(batchSize, maxLength, step.vocabularySize, step.supervised);
  const request = { model, rows, lora, device, passes, batchSize, maxLength };
  const start = performance.now();
  const { programs, plan } = compilePrograms(request);
  const seconds = (performance.now() - start) / 1000;
  const program = programs.at(-1)!;
  if (!('trainingGraph' in program)) throw new Error('Only steps in one session are measured.');
  const build = (shape: BatchShape) => buildTrainingGraphs(...compilerInput(request, shape, plan.recompute));
  const graphs = build(program);
  const forwardGraph = program.forwardGraph ?? encodeForward(graphs, model.decoder.fileName);
  const cost = (graph: Graph) => kernelCost(graph, program.keepsFloats);
  const ofRun = { device, weights: model.weights, rows: rows.slice(0, plan.batchSize) };
  return {
    input: { ...ofRun, program: { ...program, forwardGraph } },
    recompute: plan.recompute,
    graphs: ofGraphs((name) => ({ nodes: graphs[name].nodes.length, ...cost(graphs[name]) })),
    kernelsAtOnce: cost(build({ ...program, logitsChunk: program.maxSupervised }).training).kernels,
    seconds,
  };
}

/** Programs without a forward graph have their weights as initializers. */
const encodeForward = ({ forward }: TrainingGraphs, modelFileName: string) =>
  encodeModel(toModel(forward), { modelFileName });
