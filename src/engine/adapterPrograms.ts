import type { Precision } from '../autodiff/precisions.ts';
import type { Recompute } from '../autodiff/recompute.ts';
import type { CompiledStreaming } from '../compileStreamedTraining.ts';
import {
  compileTrainingModel,
  type BatchShape,
  type CompiledTraining,
  type CompileOptions,
  type DecoderModel,
  type Trainable,
} from '../compileTrainingModel.ts';
import { totalBytesOf } from '../graph/memoryEstimate.ts';
import type { WeightStorage } from '../graph/weightStorage.ts';
import type { LoraConfig } from '../lora/adapter.ts';
import type { TargetModules } from '../lora/targets.ts';
import type { PassName } from '../optimization/passes.ts';
import type { Device } from '../runtime/device.ts';
import type { TokenizedRow } from '../text/tokenizedRow.ts';
import type { TrainingOptions } from '../training/options.ts';
import type { TrainingProgram } from '../training/program.ts';
import type { PlannedEvent } from '../training/trainingEvents.ts';
import { isPackingWorthIt, shapesAlone, shapesInLines, type RunRows } from './batchShapes.ts';
import { largestWeightOf, splitLargeTables } from './splitLargeWeights.ts';
import { chooseTraining, defaultMemoryBudget, judgeFit, type Fitted } from './memoryFit.ts';
import { planMemory } from './memoryPlan.ts';
import { compileStreamedPrograms, costOfStep } from './streamedPrograms.ts';

export interface ProgramRequest {
  readonly model: { readonly decoder: DecoderModel };
  readonly rows: readonly TokenizedRow[];
  readonly evaluationRows?: readonly TokenizedRow[];
  readonly lora: LoraConfig & { readonly targetModules: TargetModules };
  /** What will run the programs; without one nothing limits a weight's size, and files are mapped. */
  readonly device?: Pick<Device, 'limits' | 'weightStorage'>;
  /** Rows per microstep; fewer are computed at a time where they do not fit, or more where they share lines. */
  readonly batchSize: number;
  /** Longest row in tokens; longer ones are cut. */
  readonly maxLength: number;
  /**
   * Device memory that training may take by estimate, in bytes. By default `defaultMemoryBudget`, which is a guess: where
   * even a single row does not fit that, it is the device that decides.
   */
  readonly memoryBudget?: number;
  /** What activations are computed in; default: float32. */
  readonly activations?: Precision;
  /** What is done to the finished graphs; default: all passes. */
  readonly passes?: readonly PassName[];
  /** Whether short rows share lines; default: where the model's graph allows it and a tenth of the tokens is spared. */
  readonly isPacked?: boolean;
  /** Tells how many microsteps a step has, and in which order rows come; one, and at random, where it is left out. */
  readonly options?: Partial<Pick<TrainingOptions, 'gradientAccumulationSteps' | 'shuffle'>>;
}

/** Programs that train an adapter, one for each length of rows that is worth one, ascending. */
export interface AdapterPrograms {
  readonly programs: readonly (AdapterProgram | CompiledStreaming)[];
  /** What the longest takes, and how that was brought about. */
  readonly plan: PlannedEvent;
}

/** Programs with all weights at hand. */
type WholePrograms = Omit<AdapterPrograms, 'programs'> & { readonly programs: readonly AdapterProgram[] };

/** A program with the layout of what it trains. */
type AdapterProgram = Omit<CompiledTraining, 'forwardGraph'> & TrainingProgram;

/** Bytes of weights that are not worth holding twice. */
export const manyWeights = 2 ** 26;

/**
 * Compiles for the memory there is: with layers computed again where keeping them would not fit, and then with fewer rows
 * at a time, and piece by piece where the weights do not fit. None of that changes what is learned.
 * @throws where a single row at a time does not fit a budget that was given
 */
export function compilePrograms(asked: ProgramRequest): AdapterPrograms {
  const request = { ...asked, isPacked: isPacked(asked) };
  const budgetBytes = request.memoryBudget ?? defaultMemoryBudget;
  const isGuess = request.memoryBudget === undefined;
  const ways = {
    whole: (rows: number, recompute: Recompute) => compileLongest(request, rows, recompute),
    inPieces: (bytes: number) => streamWithin(request, bytes, budgetBytes),
  };
  const { whole, pieces } = chooseTraining(ways, request.batchSize, { budgetBytes, isGuess });
  if (pieces) return pieces;
  const isRefused = whole.fit === 'does not fit' && !isGuess;
  if (isRefused) throw new Error(describeRefusal(request, whole.built, budgetBytes));
  const storage = request.device?.weightStorage ?? 'mapped';
  return capturing(keepingFloats(withShorter(request, whole, budgetBytes), storage), storage);
}

/** Programs that take less memory than those that `plan` describes; null where there are none. */
export function compileSmaller(
  asked: ProgramRequest,
  { batchSize, recompute, budgetBytes, memory, streaming, isPacked = false }: PlannedEvent,
): AdapterPrograms | null {
  const request = { ...asked, isPacked };
  const isLast = batchSize === 1 && recompute === 'perLayer';
  // What graphs take is not counted of pieces, which are small.
  const taken = totalBytesOf({ ...memory, graphs: 0 });
  if (isLast || streaming) return streamWithin(request, taken / 2, budgetBytes);
  const built = compileLongest(request, Math.max(1, Math.floor(batchSize / 2)), 'perLayer');
  const fit = judgeFit(totalBytesOf(built.memory), budgetBytes);
  return withShorter(request, { built, fit, recompute: 'perLayer' }, budgetBytes);
}

/** Programs that hold a part of the weights at a time and take at most `mostBytes`; null where there are none. */
function streamWithin(
  request: ProgramRequest,
  mostBytes: number,
  budgetBytes: number,
): AdapterPrograms | null {
  const { model, lora, batchSize, device, options } = request;
  const ofRows = (rows: number) => shapesAlone(runRows(request), rows);
  const largestWeight = limitOf(device);
  const streamed = { model: model.decoder, trainable: trainableOf(lora), shapesOf: ofRows, batchSize, largestWeight }; // prettier-ignore
  const programs = compileStreamedPrograms(streamed, mostBytes);
  if (!programs) return null;
  const { memory, cost, batchSize: rows, sequenceLength } = programs.at(-1)!;
  const microbatches = Math.ceil(batchSize / rows) * (options?.gradientAccumulationSteps ?? 1);
  const streaming = costOfStep(cost, microbatches);
  const fit = judgeFit(totalBytesOf(memory), budgetBytes);
  const how = { type: 'planned', recompute: 'perLayer', fit, memory, budgetBytes, streaming } as const;
  return { programs, plan: { ...how, batchSize: rows, sequenceLength } };
}

/** The program for the longest rows. */
const compileLongest = (request: ProgramRequest, batchSize: number, recompute: Recompute) =>
  compile(request, shapesOf(request, batchSize).at(-1)!, recompute);

/**
 * Where sessions do not share weights, a model with many gets one program for all lengths, which also evaluates: every
 * session would hold the weights once more.
 */
function withShorter(
  request: ProgramRequest,
  { built: longest, fit, recompute }: Fitted<CompiledTraining>,
  budgetBytes: number,
): WholePrograms {
  const { batchSize, sequenceLength, memory, weightInputs, isPacked } = longest;
  const shorter = shapesOf(request, batchSize).slice(0, -1);
  const programs =
    memory.weights > manyWeights && weightInputs.length === 0
      ? [{ ...longest, forwardGraph: null, isLean: true }]
      : [...shorter.map((shape) => compile(request, shape, recompute)), longest];
  return {
    programs,
    plan: {
      type: 'planned',
      batchSize,
      sequenceLength,
      recompute,
      fit,
      memory,
      budgetBytes,
      ...(isPacked && { isPacked }),
    },
  };
}

/**
 * Programs whose sessions keep quantized matrices as floats, where there is room for that too: computing them anew takes a
 * third of a short step on a CPU. GPUs compute them faster than they would read them.
 */
function keepingFloats({ programs, plan }: WholePrograms, storage: WeightStorage): WholePrograms {
  const floats = programs.reduce((sum, { floatBytes }) => sum + floatBytes, 0);
  const memory = { ...plan.memory, weights: plan.memory.weights + floats };
  const hasRoom = judgeFit(totalBytesOf(memory), plan.budgetBytes) === 'fits';
  if (storage === 'once' || storage === 'shared' || floats === 0 || !hasRoom) return { programs, plan };
  const keeping = programs.map((program) => ({ ...program, keepsFloats: true }));
  const longest = { ...keeping.at(-1)!, memory };
  return { programs: [...keeping.slice(0, -1), longest], plan: { ...plan, memory } };
}

/** Sessions that capture round their buffers up to size classes, each at most twice as large. */
const mostRounding = 2;

/**
 * Programs whose steps are recorded, where there is room for that: then the sessions of all lengths and the optimizer's hold
 * what they compute in all the time. That is judged by the most that it can take, which nothing else is planned by.
 */
function capturing({ programs, plan }: WholePrograms, storage: WeightStorage): WholePrograms {
  const each = [...programs.map(({ memory }) => memory ?? plan.memory), plan.memory];
  const activations = mostRounding * each.reduce((sum, memory) => sum + memory.activations, 0);
  const most = totalBytesOf({ ...plan.memory, activations });
  if (storage !== 'shared' || judgeFit(most, plan.budgetBytes) !== 'fits') return { programs, plan };
  return { programs: programs.map((program) => ({ ...program, captures: true })), plan };
}

/** One program, within what the device binds at a time. */
export const compile = (...request: CompileRequest): CompiledTraining =>
  compileTrainingModel(...compilerInput(...request));

type CompileRequest = [
  request: Pick<ProgramRequest, 'model' | 'lora' | 'device' | 'activations' | 'passes'>,
  shape: BatchShape,
  recompute: Recompute,
];

/** What the compiler is asked for a program. */
export function compilerInput(
  ...[{ model, lora, device, activations = 'float32', passes }, shape, recompute]: CompileRequest
): [DecoderModel, Trainable, BatchShape, CompileOptions] {
  const largestWeight = limitOf(device);
  const decoder = splitLargeTables(model.decoder, largestWeight);
  const weights = device?.weightStorage ?? 'mapped';
  return [decoder, trainableOf(lora), shape, { recompute, largestWeight, activations, weights, passes }];
}

const limitOf = (device: ProgramRequest['device']) => (device ? largestWeightOf(device.limits) : null);

const trainableOf = (lora: ProgramRequest['lora']): Trainable => ({ kind: 'lora', ...lora });

const shapesOf = (request: ProgramRequest, batchSize: number) =>
  (request.isPacked ? shapesInLines : shapesAlone)(runRows(request), batchSize);

/** What a step takes its rows from. */
function runRows({ rows, evaluationRows, maxLength, batchSize, options }: ProgramRequest): RunRows {
  const rowsPerStep = batchSize * (options?.gradientAccumulationSteps ?? 1);
  const isShuffled = options?.shuffle ?? true;
  return { rows, ...(evaluationRows && { evaluationRows }), maxLength, rowsPerStep, isShuffled };
}

/** Whether rows share lines: as asked, or where it is worth it. */
const isPacked = (request: ProgramRequest): boolean =>
  request.isPacked ??
  isPackingWorthIt(runRows(request), request.batchSize, request.model.decoder, trainableOf(request.lora));

/** One sentence on what a single row takes, and one on what to change. */
function describeRefusal(
  { model, lora, device }: ProgramRequest,
  one: CompiledTraining,
  budget: number,
): string {
  const { batchSize, sequenceLength, maxSupervised, activations } = one;
  const shape = { batchSize, sequenceLength, maxSupervised };
  const { totalBytes, advice } = planMemory(model.decoder, trainableOf(lora), shape, budget, {
    activations,
    weights: device?.weightStorage ?? 'mapped',
  });
  const [takes, may] = [totalBytes, budget].map((bytes) => `${(bytes / 1e6).toFixed(0)} MB`);
  return `Training takes ${takes} even with one row of ${sequenceLength} tokens at a time and layers computed again, but may take ${may}. ${advice.join(' ')} Streaming the weights from disk does not make it fit either.`;
}
