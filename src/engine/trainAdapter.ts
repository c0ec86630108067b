import type { Adapter } from '../lora/adapter.ts';
import { initializeAdapter } from '../lora/initializeAdapter.ts';
import type { TrainingControl } from '../training/control.ts';
import type { TrainingOptions } from '../training/options.ts';
import { train } from '../training/train.ts';
import type { PlannedEvent, TrainingEvent } from '../training/trainingEvents.ts';
import { compileSmaller } from './adapterPrograms.ts';
import { compileChosen, type ActivationRequest } from './chooseActivations.ts';

export interface AdapterTraining extends ActivationRequest {
  readonly options: TrainingOptions;
  /** Uniform in [0, 1), for the fresh adapter. */
  readonly random: () => number;
  readonly control?: TrainingControl;
  readonly signal?: AbortSignal;
}

/**
 * Compiles the training graphs for the rows' lengths and trains; returns the adapter. Begins with a `planned` event, and
 * yields another one each time that the device had less memory.
 * @throws where a single row at a time does not fit a `memoryBudget` that was given
 */
export async function* trainAdapter(training: AdapterTraining): AsyncGenerator<TrainingEvent, Adapter> {
  const { model, device, rows, lora, batchSize, options, resumeFrom, control, signal } = training;
  const { rank, alpha, rankStabilized = false } = lora;
  const { compiled: chosen, request } = await compileChosen(training);
  let compiled = chosen;
  yield compiled.plan;
  const { layout } = compiled.programs[0]!;
  let parameters = training.initial ?? initializeAdapter(layout, training.random);
  const evaluationRows = training.evaluationRows ?? [];
  const optional = {
    ...(resumeFrom && { resumeFrom }),
    ...(control && { control }),
    ...(signal && { signal }),
  };
  const input = {
    device,
    programs: compiled.programs,
    recompile: () => {
      const smaller = compileSmaller(request, compiled.plan);
      compiled = smaller ?? compiled;
      return smaller?.programs ?? null;
    },
    batchSize,
    maxLength: training.maxLength,
    weights: model.weights,
    parameters,
    rows,
    evaluationRows,
    options,
    ...optional,
  };
  for await (const event of train(input)) {
    if (event.type === 'finished') ({ parameters } = event);
    yield event;
    if (event.type === 'smallerBatch') yield planAfter(chosen.plan, compiled.plan);
  }
  return { config: { rank, alpha, rankStabilized }, layout, parameters };
}

/** What computes in half precision goes on so, unless the weights are streamed, which is done in float32. */
function planAfter({ activations }: PlannedEvent, smaller: PlannedEvent): PlannedEvent {
  return { ...smaller, ...(activations && !smaller.streaming && { activations }) };
}
